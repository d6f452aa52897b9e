// Commands of limits and of what counts against them.
#include "commands/owner.hpp"
#include "commands/tenants.hpp"
#include "model/tagged_limit.hpp"

namespace welkin::commands {

namespace {
using access::See;

/// Whose limits are meant: an account's, or a domain's.
struct Whose {
  std::optional<model::Account> account;
  model::Domain domain;

  Uuid id() const { return account ? Uuid(account->id) : Uuid(domain.id); }
};

struct Limited {
  FIELDS(Limited,
    (std::optional<std::string>, account, "The account that is limited."),
    (Id<model::Project>, project_id, "The project that is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::Domain>, domain_id, "Its domain, or the domain that is limited."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (std::string, resource_type, "What of, by number."),
    (std::string, resource_type_name, "What of: user_vm, public_ip …"),
    (std::optional<std::string>, tag, "Only of what goes to hosts or pools with this tag."))
};
struct LimitAnswer : Limited {
  using Base = Limited;
  FIELDS(LimitAnswer, (std::int64_t, max, "At most so many: pieces, MiB of memory, GiB of storage; -1 is unlimited."))
};
struct CountAnswer : Limited {
  using Base = Limited;
  FIELDS(CountAnswer, (std::int64_t, resource_count, "So many: pieces, MiB of memory, bytes of storage."))
};

template <class Answer>
Answer about(Call& call, sql::Transaction& tx, const Whose& whose, model::Resource resource,
             const std::optional<std::string>& tag) {
  Answer out;
  out.tag = tag;
  if (whose.account) name_owner(call, tx, whose.account->id, out);
  out.domain_id = whose.domain.id;
  out.domain = whose.domain.name;
  out.domain_path = model::printed_path(whose.domain);
  out.resource_type = std::to_string(int(resource));
  out.resource_type_name = name_of(resource);
  return out;
}

model::Resource resource_of(int number) {
  if (number < 0 || number >= int(model::resource_kinds))
    bad(fmt::format("There is no resource type {}; 0 to {} are known.", number, model::resource_kinds - 1),
        "resourcetype");
  return model::Resource(number);
}

Whose whose_of(Call& call, sql::Transaction& tx, const std::optional<std::string>& account,
               const std::optional<See<model::Domain>>& domain, const model::Project* project) {
  if (project) {
    if (account) bad("A project's limits are no account's: give account or projectid, not both.", "projectid");
    return {sql::need<model::Account>(tx, model::account_of(project->id)),
            sql::need<model::Domain>(tx, project->domain_id)};
  }
  if (domain && !account) return {{}, **domain};
  auto owner = owner_of(tx, call, account, domain);
  auto home = sql::need<model::Domain>(tx, owner.domain_id);
  return {std::move(owner), std::move(home)};
}

template <class Reference>
const model::Project* named(const std::optional<Reference>& reference) {
  return reference ? &**reference : nullptr;
}

/// A resource, as a whole or by a tag.
struct Counted {
  model::Resource resource;
  std::optional<std::string> tag{};
};
/// What is counted of the resources that the request asks for: each as a whole, and by each tag that it can be limited by;
/// with a tag, by that alone.
std::vector<Counted> counted_of(sql::Transaction& tx, const std::optional<model::Resource>& wanted,
                                const std::optional<std::string>& tag) {
  std::vector<Counted> out;
  for (std::size_t i = 0; i < model::resource_kinds; ++i) {
    const auto resource = model::Resource(i);
    if (wanted && resource != *wanted) continue;
    if (!tag) out.push_back({resource});
    for (const auto& each : model::limited_tags(tx, resource))
      if (!tag || each == *tag) out.push_back({resource, each});
  }
  return out;
}

model::TagHolder holder_of(const Whose& whose) {
  if (whose.account) return {whose.account->id, {}};
  return {{}, whose.domain.path};
}

/// Throws `invalid` for a tag that the resource cannot be limited by.
void check_tag(sql::Transaction& tx, model::Resource resource, const std::optional<std::string>& tag) {
  if (!tag) return;
  const auto tags = model::limited_tags(tx, resource);
  if (std::ranges::find(tags, *tag) == tags.end())
    bad(fmt::format("{} cannot be limited by the tag {}; {}.", name_of(resource), *tag,
                    model::is_limited_by_tag(resource)
                        ? "name it in resource.limit.host.tags or resource.limit.storage.tags first"
                        : "only instances, processors, memory, volumes and primary storage can"),
        "tag");
}

model::Limits limits_of(sql::Transaction& tx, const Whose& whose) {
  model::LimitReader reader(tx);
  return whose.account ? reader.of_account(whose.account->id, whose.account->type) : reader.of_domain(whose.domain.id);
}

struct ListResourceLimits : DomainListing {
  using Base = DomainListing;
  FIELDS(ListResourceLimits,
    (std::optional<std::string>, account, "Of this account; needs domainid. Without either: of the caller's own."),
    (std::optional<See<model::Project>>, project_id, "Of this project."),
    (std::optional<int>, resource_type, "Only of this resource, by number."),
    (std::optional<model::Resource>, resource_type_name, "Only of this resource, by name."),
    (std::optional<std::string>, tag, "Only by this tag."))
};
Page<LimitAnswer> list_limits(Call& call, sql::Transaction& tx, const ListResourceLimits& r) {
  const auto whose = whose_of(call, tx, r.account, r.domain_id, named(r.project_id));
  const auto limits = limits_of(tx, whose);
  const auto slice = slice_of(r);
  const auto number = r.resource_type ? std::optional(resource_of(*r.resource_type)) : r.resource_type_name;
  Page<LimitAnswer> page;
  for (const auto& [resource, tag] : counted_of(tx, number, r.tag)) {
    if (r.resource_type_name && resource != *r.resource_type_name) continue;
    if (r.keyword && !name_of(resource).contains(lowered(*r.keyword))) continue;
    if (page.count++ < slice.offset || std::ssize(page.rows) >= slice.length) continue;
    page.rows.push_back(about<LimitAnswer>(call, tx, whose, resource, tag));
    page.rows.back().max = tag ? model::tagged_limit(tx, whose.id(), resource, *tag).value_or(model::unlimited)
                               : limits[std::size_t(resource)];
  }
  return page;
}

struct UpdateResourceLimit {
  FIELDS(UpdateResourceLimit,
    (std::optional<std::string>, account, "The account that is limited; needs domainid."),
    (std::optional<access::Operate<model::Project>>, project_id, "The project that is limited."),
    (std::optional<See<model::Domain>>, domain_id, "Its domain, or the domain that is limited."),
    (std::optional<std::int64_t>, max, "At most so many: pieces, MiB of memory, GiB of storage; -1, or nothing, is unlimited."),
    (int, resource_type, "What of, by number."),
    (std::optional<std::string>, tag, "Only of what goes to hosts or pools with this tag."))
};
/// Nobody widens what they live under: the limits of their own account, projects or domain.
void must_command(Call& call, sql::Transaction& tx, const Whose& whose) {
  if (whose.account) {
    if (whose.account->type == model::AccountType::admin)
      bad(fmt::format("The account {} is one of root administrators; they have no limits.", whose.account->name),
          "account");
    const bool own = whose.account->id == call.caller.account ||
                     (whose.account->type == model::AccountType::project && !call.caller.is_admin());
    if (!call.caller.is_root() && own)
      throw Error(Fault::forbidden, "Your own limits are not yours to change.", "account");
    must_not_outrank(tx, call, whose.account->id);
    return;
  }
  if (!whose.domain.parent_id) bad("The root domain has no limits.", "domainid");
  if (!access::permits(tx, call.caller, whose.domain, access::Use::operate))
    throw Error(Fault::forbidden, "The limits of your own domain are not yours to change.", "domainid");
}

void check_most(sql::Transaction& tx, const Whose& whose, model::Resource resource, std::int64_t most) {
  const auto highest = std::numeric_limits<std::int64_t>::max() / model::unit_of(resource) / 2;
  if (most < model::unlimited || most > highest)
    bad(fmt::format("A limit cannot be {}; it is -1 for as many as one likes, or 0 to {}.", most, highest), "max");
  if (whose.account) return;
  const auto above = model::LimitReader(tx).of_domain(whose.domain.parent_id)[std::size_t(resource)];
  if (above != model::unlimited && most > above)
    bad(fmt::format("The domain above may have {} of {}; choose no more than that.", above, name_of(resource)), "max");
}

LimitAnswer update_limit(Call& call, sql::Transaction& tx, const UpdateResourceLimit& r) {
  if (!r.account && !r.domain_id && !r.project_id) bad("Say whose limit it is: give domainid, or account and domainid.", "domainid");
  const auto resource = resource_of(r.resource_type);
  const auto whose = whose_of(call, tx, r.account, r.domain_id, named(r.project_id));
  must_command(call, tx, whose);
  const auto most = r.max.value_or(model::unlimited);
  check_tag(tx, resource, r.tag);
  check_most(tx, whose, resource, most);
  auto& cloud = call.cloud;
  if (r.tag) model::set_tagged_limit(tx, whose.id(), resource, *r.tag, most, cloud.clock(), cloud.random);
  else model::set_limit(tx, whose.id(), resource, most, cloud.clock(), cloud.random);
  call.event_note = fmt::format("{} {}", name_of(resource), most);
  auto answer = about<LimitAnswer>(call, tx, whose, resource, r.tag);
  answer.max = r.tag ? most : limits_of(tx, whose)[std::size_t(resource)];
  return answer;
}

struct UpdateResourceCount {
  FIELDS(UpdateResourceCount,
    (std::optional<std::string>, account, "The account whose things are counted; all of the domain and beneath when absent."),
    (std::optional<See<model::Project>>, project_id, "The project whose things are."),
    (See<model::Domain>, domain_id, "The domain."),
    (std::optional<int>, resource_type, "Only answer this resource, by number."),
    (std::optional<std::string>, tag, "Only answer what goes to hosts or pools with this tag."))
};
constexpr std::string_view accounts_beneath =
    "where removed is null and id > $1 and domain_id in (select id from domains where {}) order by id limit 100";

/// Counts up to a hundred accounts that match anew; answers after which one to go on.
std::string mend_some(sql::Transaction& tx, const Whose& whose, const std::string& after) {
  static const auto condition = fmt::format(fmt::runtime(accounts_beneath), model::lies_beneath("path", "cast($2 as text)"));
  const auto some = whose.account ? std::vector{*whose.account}
                                  : sql::all<model::Account>(tx, condition, after, whose.domain.path);
  for (const auto& account : some) {
    auto holding = model::counted_anew(tx, account.id);
    holding.domain_id = account.domain_id;
    model::set_holding(tx, holding);
  }
  return whose.account || some.empty() ? std::string() : some.back().id.text();
}

Page<CountAnswer> update_count(Call& call, const UpdateResourceCount& r) {
  const auto chosen = r.resource_type ? std::optional(resource_of(*r.resource_type)) : std::nullopt;
  const auto whose = sql::read(call.cloud.database, [&](sql::Transaction& tx) {
    return whose_of(call, tx, r.account, r.domain_id, named(r.project_id));
  });
  if (!call.caller.is_admin()) throw Error(Fault::forbidden, "Only administrators have things counted anew.", "domainid");
  std::string after;
  if (!call.dry)  // in transactions of their own: nobody waits long for them
    do after = sql::write(call.cloud.database, [&](sql::Transaction& tx) { return mend_some(tx, whose, after); });
    while (!after.empty());
  return call.write([&](sql::Transaction& tx) {
    if (call.dry)
      for (auto at = mend_some(tx, whose, ""); !at.empty();) at = mend_some(tx, whose, at);
    const auto held = whose.account ? model::held_by_account(tx, whose.account->id)
                                    : model::held_beneath(tx, std::vector{whose.id()}).at(whose.id());
    const auto figures = held.figures();
    Page<CountAnswer> page;
    for (const auto& [resource, tag] : counted_of(tx, chosen, r.tag)) {
      page.rows.push_back(about<CountAnswer>(call, tx, whose, resource, tag));
      page.rows.back().resource_count =
          tag ? model::held_by_tag(tx, holder_of(whose), resource, *tag) : figures[std::size_t(resource)];
    }
    page.count = std::ssize(page.rows);
    return page;
  });
}
}  // namespace

std::vector<Command> limit_commands() {
  constexpr auto all = Audience::everyone, admins = Audience::admins;
  return {
      reading<list_limits>({"listResourceLimits", "resourcelimit", "Lists limits of an account or a domain.", all}),
      writing<update_limit>({"updateResourceLimit", "resourcelimit", "Sets a limit of an account or a domain.", admins,
                             "RESOURCE.LIMIT.UPDATE"}),
      outside<update_count>(
          {"updateResourceCount", "resourcecount", "Counts anew what an account or a domain holds.", admins}),
  };
}

}  // namespace welkin::commands
