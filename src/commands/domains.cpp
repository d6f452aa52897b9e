// Commands of domains.
#include <set>

#include "commands/owner.hpp"
#include "commands/tenants.hpp"
#include "flows/tenants.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;
using access::Using;

constexpr std::size_t path_max = 255;

/// Those of them that have domains beneath; how many each has does not matter.
std::set<Uuid> parents_among(sql::Transaction& tx, std::span<const Uuid> ids) {
  std::set<Uuid> out;
  in_hundreds(ids, [&](const std::string& places, const std::vector<Cell>& cells) {
    tx.query(fmt::format("select id from domains d where id in ({}) and exists "
                         "(select 1 from domains where parent_id = d.id and removed is null)",
                         places),
             cells, [&](const sql::Row& row) { out.insert(Uuid::parse(row[0].text).value()); });
  });
  return out;
}

/// A domain's path from that of the one above; `rest` may be several names.
std::string path_beneath(std::string_view parent, std::string_view rest) {
  auto path = fmt::format("{}{}", parent, rest);
  if (!path.ends_with('/')) path += '/';
  if (path.size() > path_max)
    bad(fmt::format("A domain's path would have {} bytes; {} are the most.", path.size(), path_max), "name");
  return path;
}
void check_free_domain_name(sql::Transaction& tx, const model::Domain& parent, const std::string& name,
                            const Id<model::Domain>& self) {
  for (const auto& row : sql::all<model::Domain>(
           tx, "where parent_id = $1 and lower(name) = lower($2) and removed is null", parent.id, name))
    if (row.id != self) bad(fmt::format("The domain {} has a domain called {} already.", parent.name, name), "name");
}

/// What the rows alone do not say: what is held, and whether there are domains beneath.
void complete(Call& call, sql::Transaction& tx, Page<DomainAnswer>& page,
              const std::unordered_map<Uuid, model::Holding>& held, const std::optional<std::string>& tag = {}) {
  add_tags(call, tx, model::TaggedKind::domain, page.rows);
  const auto holdings = against_limits(tx, held);
  const auto parents = parents_among(tx, ids_on(page));
  for (auto& row : page.rows) {
    static_cast<TenantHoldings&>(row) = holdings.at(row.id);
    row.has_child = parents.contains(row.id);
  }
  // A sum over a branch for each: for one domain, or one tag.
  if (page.rows.size() > 1 && !tag) return;
  std::vector<TaggedHoldings> tagged;
  for (auto& row : page.rows) tagged.push_back({{{}, model::path_printed(row.path)}, row.id, &row});
  show_tagged(tx, tagged, tag);
}

/// The domains that match, with what they hold.
Page<DomainAnswer> page_of_domains(Call& call, sql::Transaction& tx, const Where& where, const Listing& request,
                                   const std::optional<std::string>& tag = {}) {
  auto page = answers_of<model::Domain>(tx, where, request, "path",
                                        [&](const auto& domain) { return answer_domain(call, tx, domain); });
  complete(call, tx, page, call.cloud.totals.held_beneath(tx, ids_on(page)), tag);
  return page;
}

struct ListDomains : DomainListing {
  using Base = DomainListing;
  FIELDS(ListDomains,
    (std::optional<See<model::Domain>>, id, "Only this domain."),
    (std::optional<std::string>, name, "Only domains with this name."),
    (std::optional<int>, level, "Only domains so deep."),
    (std::optional<std::string>, account, "Only the domain of this account; needs domainid."),
    (std::optional<access::SeeProjects>, project_id, "Only the domain of this project."),
    (TextMap, tags, "Only domains with these tags."),
    (std::optional<std::string>, tag, "Of what is held by tag, only by this one."),
    (std::vector<std::string>, details, "Accepted; all details are always answered."),
    (bool, show_icon, "With icons."))
};
Page<DomainAnswer> list_domains(Call& call, sql::Transaction& tx, const ListDomains& r) {
  Where where;
  where.equal("id", r.id)
      .equal("name", r.name)
      .equal("level", r.level)
      .keyword({"name"}, r.keyword)
      .that("removed is null");
  if (call.caller.is_admin())
    where.that(model::lies_beneath("path", "cast($ as text)"), call.caller.domain_path);
  else where.equal("id", call.caller.domain);
  if (r.account) where.equal("id", owner_of(tx, call, r.account, r.domain_id).domain_id);
  else if (r.domain_id && r.is_recursive)
    where.that(model::lies_beneath("path", "cast($ as text)"), (*r.domain_id)->path);
  else where.equal("id", r.domain_id);
  if (r.project_id && r.project_id->row) where.equal("id", r.project_id->row->domain_id);
  where.tagged(model::TaggedKind::domain, r.tags);
  if (call.caller.is_admin() && unfiltered(r) && (!r.domain_id || r.is_recursive))
    if (const auto all = call.cloud.totals.domains_in(tx, r.domain_id ? r.domain_id->id() : call.caller.domain))
      where.known_to_be(*all);
  return page_of_domains(call, tx, where, r, r.tag);
}

struct CreateDomain {
  FIELDS(CreateDomain,
    (std::string, name, "Unique among the domains beneath the same one."),
    (std::optional<Using<model::Domain>>, parent_domain_id, "The domain above; the caller's own when absent."),
    (std::optional<std::string>, network_domain, "DNS suffix of its networks."),
    (std::optional<std::string>, domain_id, "Its id, chosen by the caller."))
};
DomainAnswer create_domain(Call& call, sql::Transaction& tx, const CreateDomain& r) {
  check_name(r.name, "name");
  check_network_domain(r.network_domain);
  const auto parent = r.parent_domain_id ? **r.parent_domain_id : sql::need<model::Domain>(tx, call.caller.domain);
  must_be_active(parent);
  check_free_domain_name(tx, parent, r.name, {});
  model::Domain domain;
  domain.id = id_for<model::Domain>(call, tx, r.domain_id);
  domain.name = r.name;
  domain.path = path_beneath(parent.path, r.name);
  domain.level = parent.level + 1;
  domain.parent_id = parent.id;
  domain.network_domain = r.network_domain.value_or("");
  domain.created = call.cloud.now();
  sql::insert(tx, domain);
  call.event_note = domain.name;
  return whole_answer(call, tx, domain);
}

/// Those beneath follow a domain that is called otherwise, or stands elsewhere.
void repath(sql::Transaction& tx, model::Domain& domain, const std::string& path, int level) {
  const auto former = domain.path;
  const int deeper = level - domain.level;
  domain.path = path;
  domain.level = level;
  sql::update(tx, domain);
  for (auto& below : sql::all<model::Domain>(
           tx, fmt::format("where removed is null and {}", model::lies_beneath("path", "cast($1 as text)")), former)) {
    below.path = path_beneath(path, std::string_view(below.path).substr(former.size()));
    below.level += deeper;
    sql::update(tx, below);
  }
}

struct UpdateDomain {
  FIELDS(UpdateDomain,
    (Operate<model::Domain>, id, "The domain."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::string>, network_domain, "DNS suffix of its networks from now on; empty takes the zone's."))
};
DomainAnswer update_domain(Call& call, sql::Transaction& tx, const UpdateDomain& r) {
  auto domain = *r.id;
  must_be_active(domain);
  check_network_domain(r.network_domain);
  set(domain.network_domain, r.network_domain);
  if (r.name && *r.name != domain.name) {
    if (!domain.parent_id) bad("The root domain keeps its name.", "name");
    check_name(*r.name, "name");
    const auto parent = sql::need<model::Domain>(tx, domain.parent_id);
    check_free_domain_name(tx, parent, *r.name, domain.id);
    domain.name = *r.name;
    repath(tx, domain, path_beneath(parent.path, domain.name), domain.level);
  } else {
    sql::update(tx, domain);
  }
  call.forget();
  call.event_note = domain.name;
  return whole_answer(call, tx, domain);
}

struct MoveDomain {
  FIELDS(MoveDomain,
    (Operate<model::Domain>, domain_id, "The domain."),
    (Using<model::Domain>, parent_domain_id, "The domain above it from now on."))
};
DomainAnswer move_domain(Call& call, sql::Transaction& tx, const MoveDomain& r) {
  auto domain = *r.domain_id;
  const auto& parent = *r.parent_domain_id;
  if (!domain.parent_id) bad("The root domain stays where it is.", "domainid");
  if (parent.path.starts_with(domain.path))
    bad(fmt::format("The domain {} cannot stand beneath itself.", domain.name), "parentdomainid");
  if (parent.id == domain.parent_id)
    bad(fmt::format("The domain {} stands beneath {} already.", domain.name, parent.name), "parentdomainid");
  must_be_active(domain);
  must_be_active(parent);
  check_free_domain_name(tx, parent, domain.name, domain.id);
  domain.parent_id = parent.id;
  repath(tx, domain, path_beneath(parent.path, domain.name), parent.level + 1);
  call.forget();
  call.event_note = domain.name;
  return whole_answer(call, tx, domain);
}

struct DeleteDomain {
  FIELDS(DeleteDomain,
    (Operate<model::Domain>, id, "The domain."),
    (bool, cleanup, "With all accounts and domains in it, and all they own."))
};
Begun delete_domain(Call& call, sql::Transaction& tx, const DeleteDomain& r) {
  const auto& domain = *r.id;
  if (!domain.parent_id) bad("The root domain cannot be deleted.", "id");
  if (call.caller.domain_path.starts_with(domain.path)) bad("You live in this domain; it cannot be deleted.", "id");
  const auto needed = sql::count(
      tx,
      fmt::format("select count(*) from accounts where is_default = 1 and removed is null and domain_id in "
                  "(select id from domains where {})",
                  model::lies_beneath("path", "cast($1 as text)")),
      domain.path);
  if (needed > 0) bad("The domain has an account that the cloud itself needs.", "id");
  if (!r.cleanup) {
    check_none_left(tx, "domain", domain.name, "projects", "domain_id = $1 and removed is null", domain.id);
    check_none_left(tx, "domain", domain.name, "accounts", "domain_id = $1 and removed is null", domain.id);
    check_none_left(tx, "domain", domain.name, "domains", "parent_id = $1 and removed is null", domain.id);
  }
  call.event_note = domain.name;
  return begin(call, tx, "end tenants", flows::TenantOrder{{}, domain.id, flows::TenantGoal::removed}, "Domain",
               domain.id);
}

struct ListDomainChildren : Listing {
  using Base = Listing;
  FIELDS(ListDomainChildren,
    (std::optional<See<model::Domain>>, id, "Those beneath this domain; the caller's own when absent."),
    (std::optional<std::string>, name, "Only domains with this name."),
    (bool, is_recursive, "With those further down."),
    (bool, list_all, "Those beneath the root, for root administrators; with isrecursive, all."),
    (bool, show_icon, "With icons."))
};
Page<DomainAnswer> list_children(Call& call, sql::Transaction& tx, const ListDomainChildren& r) {
  const auto top = r.id ? **r.id : sql::need<model::Domain>(tx, call.caller.domain);
  Where where;
  where.equal("name", r.name).keyword({"name"}, r.keyword).that("removed is null");
  if (r.is_recursive)
    where.that(model::lies_beneath("path", "cast($ as text)"), top.path).that("id <> $", top.id);
  else
    where.equal("parent_id", std::optional(top.id));
  return page_of_domains(call, tx, where, r);
}
}  // namespace

DomainAnswer answer_domain(Call& call, sql::Transaction& tx, const model::Domain& d) {
  const auto* parent = call.look(tx, d.parent_id);
  return {{},
          d.id,
          d.name,
          d.level,
          d.parent_id,
          parent ? std::optional(parent->name) : std::nullopt,
          false,
          unless_empty(d.network_domain),
          model::printed_path(d),
          std::string(name_of(d.state)),
          d.created,
          d.details,
          {},
          false,
          {}};
}

DomainAnswer whole_answer(Call& call, sql::Transaction& tx, const model::Domain& domain) {
  Page<DomainAnswer> page{1, {answer_domain(call, tx, domain)}};
  complete(call, tx, page, model::held_beneath(tx, ids_on(page)));
  return page.rows.front();
}

std::vector<Command> domain_commands() {
  constexpr auto admins = Audience::admins, root = Audience::root;
  return {
      reading<list_domains>({"listDomains", "domain", "Lists domains.", admins}),
      writing<create_domain>({"createDomain", "domain", "Makes a domain beneath another.", admins, "DOMAIN.CREATE"}),
      writing<update_domain>({"updateDomain", "domain", "Renames a domain.", root, "DOMAIN.UPDATE"}),
      writing<move_domain>({"moveDomain", "domain", "Puts a domain beneath another.", root, "DOMAIN.MOVE"}),
      journey<delete_domain, succeeded>(
          {"deleteDomain", "", "Deletes a domain, with all in it if asked.", admins, "DOMAIN.DELETE", "Domain"}),
      reading<list_children>({"listDomainChildren", "domain", "Lists the domains beneath one.", admins}),
  };
}

}  // namespace welkin::commands
