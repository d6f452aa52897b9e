// What clients offer to choose from, and by what this cloud is known.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "model/domain.hpp"
#include "model/settings.hpp"
#include "model/user.hpp"
#include "net/base64.hpp"
#include "net/digest.hpp"

namespace welkin::commands {

namespace {
/// Details by name, with the values each can have; none where any will do.
struct Options {
  std::map<std::string, std::vector<std::string>> values;
  bool operator==(const Options&) const = default;
};
}  // namespace
}  // namespace welkin::commands

namespace welkin {
namespace {
struct OptionsOps : AlwaysPresent<commands::Options> {
  static void write(Sink& s, const commands::Options& v) {
    s.begin_object();
    for (const auto& [name, values] : v.values) {
      s.key(name, name);
      TypeOf<std::vector<std::string>>::type.write(s, &values);
    }
    s.end_object();
  }
  static bool parse(commands::Options&, std::string_view) { return false; }
  static void read(commands::Options&, Json) {}
  static Cell store(const commands::Options&) { detail::bad_cell("an answer's options"); }
  static void load(commands::Options&, const SeenCell&) { detail::bad_cell("an answer's options"); }
};
}  // namespace
template <>
struct TypeOf<commands::Options> {
  static constexpr Type type = [] {
    auto type = make_type<OptionsOps>(Kind::map, "map");
    type.element = &TypeOf<std::vector<std::string>>::type;
    return type;
  }();
};
}  // namespace welkin

namespace welkin::commands {

namespace {
using access::Operate;

/// What owners of instances and templates can say in details. Only instances have some that are heeded, and only on KVM.
CHOICES(DetailedKind, (instance, "UserVm"), (image, "Template"))

struct DetailOptionsAnswer {
  FIELDS(DetailOptionsAnswer, (Options, details, "By name, the values it can have."))
};
struct ListDetailOptions {
  FIELDS(ListDetailOptions,
    (DetailedKind, resource_type, "What they are for: UserVm or Template."),
    (std::optional<std::string>, resource_id, "Which of these; their hypervisor decides."))
};
/// What runs the thing, which the caller must see.
template <class Row>
model::HypervisorType hypervisor_of(Call& call, sql::Transaction& tx, const std::string& text) {
  const auto id = Id<Row>::parse(text);
  if (!id) access::refuse_id("resourceid", text);
  return access::find<Row>(tx, call.caller, *id, access::Use::see, "resourceid").hypervisor;
}
DetailOptionsAnswer list_detail_options(Call& call, sql::Transaction& tx, const ListDetailOptions& r) {
  const bool instance = r.resource_type == DetailedKind::instance;
  auto hypervisor = model::HypervisorType::kvm;
  if (r.resource_id)
    hypervisor = instance ? hypervisor_of<model::Instance>(call, tx, *r.resource_id)
                          : hypervisor_of<model::Template>(call, tx, *r.resource_id);
  DetailOptionsAnswer out;
  if (instance && hypervisor == model::HypervisorType::kvm) out.details.values["boot"] = {"cdrom", "hd"};
  return out;
}

struct PlannerAnswer {
  FIELDS(PlannerAnswer, (std::string, name, "The planner."))
};
/// There is one way to choose hosts, which goes by the name that the setting has (check_planner).
Page<PlannerAnswer> list_planners(Call&, sql::Transaction& tx, const Listing& r) {
  Page<PlannerAnswer> page;
  auto name = model::setting(tx, "vm.deployment.planner");
  const bool matches = !r.keyword || lowered(name).contains(lowered(*r.keyword));
  if (matches) page.count = 1;
  if (matches && slice_of(r).offset == 0) page.rows.push_back({std::move(name)});
  return page;
}

struct CloudIdentifierAnswer {
  FIELDS(CloudIdentifierAnswer,
    (Id<model::User>, user_id, "The user."),
    (std::string, cloud_identifier, "By what this cloud is known."),
    (std::string, signature, "The same, signed with the user's secret key: HMAC-SHA1 in base64."))
};
struct GetCloudIdentifier {
  FIELDS(GetCloudIdentifier, (Operate<model::User>, user_id, "Whose key signs it."))
};
/// A cloud is known by its root domain, which is made once and stays.
CloudIdentifierAnswer get_cloud_identifier(Call& call, sql::Transaction& tx, const GetCloudIdentifier& r) {
  const auto pair = sql::first<model::KeyPair>(
      tx,
      "where user_id = $1 and removed is null and (valid_from is null or valid_from <= $2) "
      "and (valid_until is null or valid_until >= $2) order by created desc, id desc limit 1",
      r.user_id.id(), call.cloud.now());
  if (!pair)
    throw Error(Fault::invalid,
                fmt::format("The user {} has no keys to sign with; registerUserKeys makes some.", r.user_id->user_name),
                "userid");
  CloudIdentifierAnswer out;
  out.user_id = r.user_id.id();
  out.cloud_identifier = model::root_domain(tx).id.text();
  const auto secret = call.cloud.vault.open_sealed(pair->sealed_secret);
  out.signature = net::base64(net::hmac_sha1(secret.reveal(), out.cloud_identifier));
  return out;
}
}  // namespace

std::vector<Command> catalogue_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<list_detail_options>(
          {"listDetailOptions", "detailoptions", "Lists the details of a kind of thing that are heeded.", all}),
      reading<list_planners>(
          {"listDeploymentPlanners", "deploymentPlanner", "Lists the ways to choose hosts.", Audience::root}),
      reading<get_cloud_identifier>(
          {"getCloudIdentifier", "cloudidentifier", "Answers by what this cloud is known, signed for a user.", all}),
  };
}

}  // namespace welkin::commands
