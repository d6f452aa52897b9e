// Commands of people in LDAP directories: found, and made users.
#include "commands/directories.hpp"
#include "commands/listing.hpp"

namespace welkin::commands {

namespace {
using access::See;
using access::Using;
using directory::Person;

struct LdapUserAnswer {
  FIELDS(LdapUserAnswer,
    (std::string, email, "Their mail address."),
    (std::string, principal, "Their distinguished name."),
    (std::string, firstname, "Given name."),
    (std::string, lastname, "Family name."),
    (std::string, username, "By which they log in."),
    (std::string, domain, "The units that they are in."),
    (std::optional<std::string>, conflicting_user_source, "Who vouches for the user of this name that there is.", .wire = "conflictingusersource"))
};
/// The units between the entry and the base.
std::string units_of(const Person& person, const std::string& base) {
  const auto first = person.principal.find(',');
  std::string out = first == std::string::npos ? std::string() : person.principal.substr(first + 1);
  if (lowered(out).ends_with(lowered(base))) out.resize(out.size() - base.size());
  while (out.ends_with(',')) out.pop_back();
  for (auto at = lowered(out).find("ou="); at != std::string::npos; at = lowered(out).find("ou=")) out.erase(at, 3);
  return out;
}
LdapUserAnswer answer_person(const Person& person, const std::string& base) {
  return {person.email, person.principal, person.first_name, person.last_name, person.user_name, units_of(person, base), {}};
}

/// The page of what a directory has found.
Page<LdapUserAnswer> page_of_people(std::vector<LdapUserAnswer> found, const Listing& request) {
  const auto slice = slice_of(request);
  const auto from = std::min<std::int64_t>(slice.offset, std::ssize(found));
  const auto to = std::min<std::int64_t>(from + slice.length, std::ssize(found));
  Page<LdapUserAnswer> page;
  page.count = std::ssize(found);
  page.rows.assign(std::make_move_iterator(found.begin() + from), std::make_move_iterator(found.begin() + to));
  return page;
}
std::vector<LdapUserAnswer> answers(const std::vector<Person>& people, const std::string& base) {
  std::vector<LdapUserAnswer> out;
  for (const auto& person : people)
    if (!person.disabled && !person.user_name.empty()) out.push_back(answer_person(person, base));
  return out;
}
bool has_word(const LdapUserAnswer& row, const std::optional<std::string>& word) {
  const auto text = row.username + " " + row.firstname + " " + row.lastname + " " + row.email;
  return !word || lowered(text).contains(lowered(*word));
}

struct SearchLdap : Listing {
  using Base = Listing;
  FIELDS(SearchLdap, (std::string, query, "What is in their user names."))
};
Page<LdapUserAnswer> search_ldap(Call& call, const SearchLdap& r) {
  const auto access = need_directory(call, {});
  auto found = answers(asked([&] { return directory::people(access, {.part = r.query}); }), access.base);
  std::erase_if(found, [&](const auto& row) { return !has_word(row, r.keyword); });
  return call.write([&](sql::Transaction&) { return page_of_people(std::move(found), r); });
}

CHOICES(LdapFilter, (none, "NoFilter"), (local, "LocalDomain"), (any, "AnyDomain"), (potential, "PotentialImport"))

struct ListLdapUsers : Listing {
  using Base = Listing;
  FIELDS(ListLdapUsers,
    (std::optional<std::string>, list_type, "all, or new: who is no user of any domain yet.", .wire = "listtype"),
    (std::optional<std::string>, user_filter, "NoFilter; LocalDomain: who is no user of the domain yet; AnyDomain: of any domain that the caller sees; "
     "PotentialImport: everyone, with who vouches for users of their names.", .wire = "userfilter"),
    (std::optional<See<model::Domain>>, domain_id, "Whose directory; the caller's own domain's when absent, or the whole cloud's for root administrators."))
};
LdapFilter filter_of(const ListLdapUsers& r) {
  const auto type = lowered(r.list_type.value_or("all"));
  if (type != "all" && type != "new")
    bad(fmt::format("A list is of all or of new people, not of {}.", *r.list_type), "listtype");
  if (!r.user_filter) return type == "new" ? LdapFilter::any : LdapFilter::none;
  for (const auto filter : {LdapFilter::none, LdapFilter::local, LdapFilter::any, LdapFilter::potential})
    if (same_text_ignoring_case(*r.user_filter, name_of(filter))) return filter;
  bad(fmt::format("{} is none of NoFilter, LocalDomain, AnyDomain, PotentialImport.", *r.user_filter), "userfilter");
}
/// The users of a domain, or all that the caller may know of, by their names in lower case.
std::map<std::string, model::UserSource> users_known(Call& call, const std::optional<Id<model::Domain>>& domain) {
  std::string past = call.caller.domain_path;
  past.back() = '0';  // the character after the slash that ends a path
  return sql::read(call.cloud.database, [&](sql::Transaction& tx) {
    std::map<std::string, model::UserSource> out;
    const auto note = [&](const sql::Row& row) {
      out.emplace(lowered(row[0].text), choice_named<model::UserSource>(row[1].text).value_or(model::UserSource::unknown));
    };
    if (domain)
      tx.query("select user_name, source from users where domain_id = $1 and removed is null", sql::cells(*domain), note);
    else
      tx.query("select u.user_name, u.source from users u join domains d on d.id = u.domain_id "
               "where u.removed is null and d.path >= $1 and d.path < $2",
               sql::cells(call.caller.domain_path, past), note);
    return out;
  });
}
Page<LdapUserAnswer> list_people(Call& call, const ListLdapUsers& r) {
  const auto filter = filter_of(r);
  const auto own = call.caller.is_root() ? Id<model::Domain>() : call.caller.domain;
  const auto domain = r.domain_id ? r.domain_id->id() : own;
  const auto access = need_directory(call, domain);
  auto found = answers(asked([&] { return directory::people(access, {}); }), access.base);
  std::erase_if(found, [&](const auto& row) { return !has_word(row, r.keyword); });
  if (filter == LdapFilter::none) return page_of_people(std::move(found), r);
  const bool any = filter == LdapFilter::any || !domain;
  const auto known = users_known(call, any ? std::nullopt : std::optional(domain));
  if (filter != LdapFilter::potential)
    std::erase_if(found, [&](const auto& row) { return known.contains(lowered(row.username)); });
  for (auto& row : found)
    if (const auto at = known.find(lowered(row.username)); at != known.end())
      row.conflicting_user_source = lowered(name_of(at->second));
  return page_of_people(std::move(found), r);
}

/// What accounts of imported people are like.
struct AccountsWish {
  FIELDS(AccountsWish,
    (std::optional<std::string>, timezone, "In which they read instants."),
    (std::optional<int>, account_type, "Of accounts that are made: 0 user, 1 root, 2 domain, 3 resource domain administrator."),
    (std::optional<See<model::Role>>, role_id, "What their users may call; the type's own role when absent."),
    (TextMap, account_details, "Further facts of accounts that are made.", .length = 4096),
    (std::optional<Using<model::Domain>>, domain_id, "The domain; the caller's own when absent."))
};
/// The account of this name, made when there is none.
model::Account account_for(Call& call, sql::Transaction& tx, const AccountsWish& r, const model::Domain& domain,
                           NewAccount wish) {
  if (auto known = model::account_named(tx, domain.id, wish.name)) {
    must_not_outrank(tx, call, known->id);
    return std::move(*known);
  }
  check_name(wish.name, "account");
  wish.role = role_for(tx, r.account_type, r.role_id);
  check_rank(call, account_type_of(wish.role.type), domain);
  must_not_exceed(tx, call, wish.role.id);
  wish.domain = domain;
  wish.details = r.account_details;
  return add_account(call, tx, wish);
}

struct ImportLdapUsers : Listing {
  using Base = Listing;
  FIELDS(ImportLdapUsers,
    (std::optional<std::string>, timezone, "In which they read instants."),
    (std::optional<int>, account_type, "Of accounts that are made."),
    (std::optional<See<model::Role>>, role_id, "What their users may call; the type's own role when absent."),
    (TextMap, account_details, "Further facts of accounts that are made.", .length = 4096),
    (std::optional<Using<model::Domain>>, domain_id, "The domain; the caller's own when absent."),
    (std::optional<std::string>, group, "Only members of this group."),
    (std::optional<std::string>, account, "The account whose users they become; each gets one when absent."))
};
Page<LdapUserAnswer> import_people(Call& call, const ImportLdapUsers& r) {
  const auto domain_id = r.domain_id ? r.domain_id->id() : call.caller.domain;
  const auto access = need_directory(call, domain_id);
  auto people = asked([&] { return r.group ? directory::people_in(access, *r.group) : directory::people(access, {}); });
  std::erase_if(people, [&](const Person& person) {
    return person.disabled || person.user_name.empty() || !has_word(answer_person(person, access.base), r.keyword);
  });
  constexpr std::size_t imported_max = 500;
  if (people.size() > imported_max)
    bad(fmt::format("{} people are found, and {} are imported at once at most: give group or keyword.", people.size(),
                    imported_max), "keyword");
  const AccountsWish wish{r.timezone, r.account_type, r.role_id, r.account_details, r.domain_id};
  return call.write([&](sql::Transaction& tx) {
    const auto domain = sql::need<model::Domain>(tx, domain_id);
    must_be_active(domain);
    std::vector<LdapUserAnswer> out;
    for (const auto& person : people) {
      if (sql::first<model::User>(tx, "where domain_id = $1 and lower(user_name) = lower($2) and removed is null", domain.id,
                                  person.user_name))
        continue;
      const auto account = account_for(call, tx, wish, domain, {.name = r.account.value_or(person.user_name)});
      add_directory_user(call, tx, person, account, r.timezone);
      out.push_back(answer_person(person, access.base));
    }
    return page_of_people(std::move(out), r);
  });
}

struct LdapCreateAccount : AccountsWish {
  using Base = AccountsWish;
  FIELDS(LdapCreateAccount,
    (std::string, username, "Somebody of the directory."),
    (std::optional<std::string>, account, "The account; the user's name when absent."),
    (std::optional<std::string>, network_domain, "DNS suffix of its networks."),
    (std::optional<std::string>, account_id, "Its id, chosen by the caller."),
    (std::optional<std::string>, user_id, "The user's id, chosen by the caller."))
};
AccountAnswer create_by_directory(Call& call, const LdapCreateAccount& r) {
  check_network_domain(r.network_domain);
  const auto domain_id = r.domain_id ? r.domain_id->id() : call.caller.domain;
  const auto access = need_directory(call, domain_id);
  const auto person = asked([&] { return directory::person(access, {.name = r.username}); });
  if (!person || person->disabled)
    bad(fmt::format("The LDAP directory has no {} who may log in.", r.username), "username");
  return call.write([&](sql::Transaction& tx) {
    const auto domain = sql::need<model::Domain>(tx, domain_id);
    const auto account = account_for(call, tx, r, domain,
                                     {.name = r.account.value_or(person->user_name),
                                      .network_domain = r.network_domain.value_or(""),
                                      .id = r.account_id});
    add_directory_user(call, tx, *person, account, r.timezone, r.user_id);
    call.event_note = account.name;
    return whole_answer(call, tx, account);
  });
}
}  // namespace

std::vector<Command> ldap_user_commands() {
  constexpr auto root = Audience::root;
  constexpr std::string_view object = "LdapUser", response = "ldapuserresponse";
  return {
      outside<search_ldap>({.name = "searchLdap", .object = object,
                            .documentation = "Finds people of the cloud's directory.", .audience = root,
                            .response = response}),
      outside<list_people>({.name = "listLdapUsers", .object = object, .documentation = "Lists people of a directory.",
                            .audience = Audience::admins, .response = response, .get = true}),
      outside<import_people>({.name = "importLdapUsers", .object = object,
                              .documentation = "Makes people of a directory users.", .audience = root,
                              .event = "USER.CREATE", .response = response}),
      outside<create_by_directory>({.name = "ldapCreateAccount", .object = "account",
                                    .documentation = "Makes an account for somebody of a directory.", .audience = root,
                                    .event = "ACCOUNT.CREATE", .response = "createaccountresponse"}),
  };
}

}  // namespace welkin::commands
