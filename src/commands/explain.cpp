// explainAccess: why somebody may call a command and reach a thing, or may not. It is Welkin's own.
#include "access/nouns.hpp"
#include "commands/index.hpp"
#include "commands/listing.hpp"
#include "model/host.hpp"
#include "model/public_address.hpp"
#include "model/ssh_key.hpp"
#include "model/volume.hpp"

namespace welkin::commands {

namespace {
using access::See;
using access::Use;

struct Verdict {
  bool allowed = false;
  std::string reason;
};

struct ExplainAccess {
  FIELDS(ExplainAccess,
    (See<model::User>, user_id, "Whose access."),
    (std::string, api_name, "To which command."),
    (std::optional<std::string>, resource_type, "And to what: VirtualMachine, Volume, Network, Template …, with resourceid."),
    (std::optional<std::string>, resource_id, "To which one."),
    (std::optional<std::string>, use, "For what: see, use (build on it), operate (change it) or end it; see when absent."))
};
struct ExplainAnswer {
  FIELDS(ExplainAnswer,
    (Id<model::User>, user_id, "Whose access."),
    (std::string, username, "By name."),
    (std::string, api_name, "To which command."),
    (bool, allowed, "Whether the command may be called."),
    (std::string, reason, "Which rule says so."),
    (std::optional<bool>, reaches, "Whether the thing is reached."),
    (std::optional<std::string>, reach_reason, "What says so."))
};

std::string_view said(Audience audience) {
  if (audience == Audience::everyone) return "everyone";
  return audience == Audience::admins ? "administrators" : "root administrators";
}

Verdict of_command(sql::Transaction& tx, const access::Identity& identity, const Command& command) {
  const auto& rules = identity.rules;
  const auto role = sql::get<model::Role>(tx, identity.caller.role);
  const auto name = role ? role->name : std::string("(gone)");
  const auto& asked = command.facts.name;
  if (!identity.enabled) return {false, "The user or the account is disabled or locked."};
  if (rules.nothing) return {false, fmt::format("The role {} is disabled or gone.", name)};
  if (rules.everything) return {true, fmt::format("The role {} allows everything.", name)};
  for (std::size_t i = 0; i < rules.ordered.size(); ++i) {
    const auto& [pattern, allowed] = rules.ordered[i];
    if (access::fits(pattern, asked))
      return {allowed, fmt::format("Rule {} of the role {} {} `{}`.", i + 1, name, allowed ? "allows" : "denies", pattern)};
  }
  const bool allowed = allows(rules, command);
  return {allowed, fmt::format("No rule of the role {} fits. {} is for {}, and the role is of the type {}.", name, asked,
                               said(command.facts.audience), name_of(rules.type))};
}

/// Why `permits` has said so.
template <class T>
std::string why(sql::Transaction& tx, const access::Caller& who, const T& row, Use use, bool may) {
  if (who.is_root()) return "Root administrators reach everything.";
  if constexpr (access::ownership<T> == access::Ownership::open) {
    if (!access::changes(use)) return "Everyone sees and uses such things.";
  } else if constexpr (access::ownership<T> == access::Ownership::owned) {
    if (row.account_id == who.account) return fmt::format("The account {} owns it.", who.account_name);
    const auto domain = sql::get<model::Domain>(tx, row.domain_id);
    if (domain && who.is_domain_admin() && who.covers(domain->path))
      return fmt::format("The account {} administers the domain {}, which it is in.", who.account_name,
                         model::printed_path(*domain));
    if (const auto project = model::project_of(row.account_id); access::membership(tx, who, project))
      return fmt::format("The project {} owns it, whose member {} is.", sql::need<model::Project>(tx, project).name,
                         who.user_name);
  }
  if (may) return "It is shared with the account, or offered to its domain.";
  if constexpr (access::ownership<T> == access::Ownership::infrastructure)
    return "It is for root administrators, or those who administer what it belongs to.";
  return "The account neither owns it, nor administers the owner's domain, nor is a member of the owner's project, and it "
         "is not shared with it.";
}

/// What the caller may not see is not explained.
template <class T>
Verdict of_thing(Call& call, sql::Transaction& tx, const access::Caller& who, const std::string& text, Use use) {
  const auto id = Id<T>::parse(text);
  if (!id) access::refuse_id("resourceid", text);
  const auto row = access::find<T>(tx, call.caller, *id, Use::see, "resourceid");
  try {
    const bool may = access::permits(tx, who, row, use);
    return {may, why(tx, who, row, use, may)};
  } catch (const Error& error) {
    return {false, error.message};  // a project's own rules, or its state
  }
}

using Explain = Verdict (*)(Call&, sql::Transaction&, const access::Caller&, const std::string&, Use);
const std::map<std::string_view, Explain>& nouns() {
  static const std::map<std::string_view, Explain> all = {
      {"Account", of_thing<model::Account>},
      {"DiskOffering", of_thing<model::DiskOffering>},
      {"Domain", of_thing<model::Domain>},
      {"Host", of_thing<model::Host>},
      {"IpAddress", of_thing<model::PublicAddress>},
      {"Network", of_thing<model::Network>},
      {"NetworkOffering", of_thing<model::NetworkOffering>},
      {"Project", of_thing<model::Project>},
      {"ServiceOffering", of_thing<model::ServiceOffering>},
      {"SshKey", of_thing<model::SshKey>},
      {"Template", of_thing<model::Template>},
      {"User", of_thing<model::User>},
      {"VirtualMachine", of_thing<model::Instance>},
      {"Volume", of_thing<model::Volume>},
      {"Zone", of_thing<model::Zone>}};
  return all;
}

Use use_named(const std::string& name) {
  constexpr std::pair<std::string_view, Use> uses[] = {
      {"see", Use::see}, {"use", Use::use}, {"operate", Use::operate}, {"end", Use::end}};
  for (const auto& [word, use] : uses)
    if (same_text_ignoring_case(word, name)) return use;
  throw Error(Fault::invalid, fmt::format("use is see, use, operate or end, not {}.", name), "use");
}

ExplainAnswer explain(Call& call, sql::Transaction& tx, const ExplainAccess& r) {
  const auto command = std::ranges::find(call.index, r.api_name, [](const Command& c) { return c.facts.name; });
  if (command == call.index.end())
    throw Error(Fault::invalid, fmt::format("There is no command {}.", r.api_name), "apiname");
  if (r.resource_type.has_value() != r.resource_id.has_value())
    throw Error(Fault::invalid, "Give resourcetype and resourceid, or neither.", "resourceid");
  const auto identity = access::read_identity(tx, r.user_id.id());
  if (!identity) access::refuse_id("userid", r.user_id.id().text());
  auto who = identity->caller;
  who.command = command->facts.name;
  const auto verdict = of_command(tx, *identity, *command);
  ExplainAnswer out{who.user, who.user_name, r.api_name, verdict.allowed, verdict.reason, {}, {}};
  if (!r.resource_type) return out;
  const auto noun = nouns().find(*r.resource_type);
  if (noun == nouns().end()) {
    std::string known;
    for (const auto& [name, explain] : nouns()) known += fmt::format("{}{}", known.empty() ? "" : ", ", name);
    throw Error(Fault::invalid, fmt::format("{} is no type that is explained; these are: {}.", *r.resource_type, known),
                "resourcetype");
  }
  const auto reach = noun->second(call, tx, who, *r.resource_id, use_named(r.use.value_or("see")));
  out.reaches = reach.allowed;
  out.reach_reason = reach.reason;
  return out;
}
}  // namespace

std::vector<Command> explain_commands() {
  return {reading<explain>({"explainAccess", "access", "Explains why a user may call a command and reach a thing, or may not.",
                            Audience::admins})};
}

}  // namespace welkin::commands
