// Found by a search, proven by a bind, then recorded.
#include "commands/ldap_logins.hpp"

#include <semaphore>

#include "access/roles.hpp"
#include "base/log.hpp"
#include "commands/directories.hpp"
#include "commands/events.hpp"
#include "commands/passwords.hpp"
#include "commands/projects.hpp"
#include "flows/tenants.hpp"

namespace welkin::commands {

namespace {
/// Those who may call are never all waiting for a directory that is slow.
std::counting_semaphore<4> askers(4);
struct Turn {
  ~Turn() { askers.release(); }
};
constexpr std::size_t name_max = 255;

struct Question {
  directory::Access access;
  std::vector<model::LdapLink> links;
  bool locked_out = false;
};
Question question_of(sql::Transaction& tx, Cloud& cloud, const model::Domain& domain,
                     const std::optional<model::User>& known) {
  return {directory_of(tx, cloud.vault, domain.id), sql::all<model::LdapLink>(tx, "where domain_id = $1", domain.id),
          known && is_locked_out(tx, *known)};
}

struct Found {
  directory::Person person;
  std::optional<model::LdapLink> link;
};
/// Who is meant, by the one link that leads to them. Without links, a user that there is already.
std::optional<Found> find(const Question& question, const std::string& name) {
  std::vector<Found> out;
  for (const auto& link : question.links)
    if (auto person = directory::person(question.access, wish_of(link, name))) out.push_back({std::move(*person), link});
  if (question.links.empty())
    if (auto person = directory::person(question.access, {.name = name})) out.push_back({std::move(*person), {}});
  if (out.size() > 1) log::warning("{} is linked to {} accounts of one domain, and logs in to none", name, out.size());
  if (out.size() != 1 || out.front().person.disabled) return std::nullopt;
  return std::move(out.front());
}

/// The account of who logs in for the first time.
model::Account account_for(Call& call, sql::Transaction& tx, const model::Domain& domain, const Found& found) {
  if (found.link->account_id) return sql::need<model::Account>(tx, found.link->account_id);
  return add_account(call, tx, {.name = found.person.user_name,
                                .role = own_role(tx, found.link->account_type),
                                .domain = domain});
}

/// The user as the directory and its links have them now.
std::optional<Id<model::User>> settle(sql::Transaction& tx, Cloud& cloud, const model::Domain& domain, const Found& found) {
  auto user = sql::first<model::User>(tx, "where domain_id = $1 and lower(user_name) = lower($2) and removed is null",
                                      domain.id, found.person.user_name);
  if (user && user->source != model::UserSource::ldap) return std::nullopt;
  if (!user) {
    if (!found.link) return std::nullopt;
    Call call(cloud, {}, {});
    user = add_directory_user(call, tx, found.person, account_for(call, tx, domain, found));
    Call own(cloud, access::read_identity(tx, user->id)->caller, {});
    note_done(tx, own, "USER.CREATE", user->user_name);
  } else if (found.link && found.link->account_id && found.link->account_id != user->account_id) {
    const auto account = sql::get<model::Account>(tx, found.link->account_id);
    if (!account || account->state != model::AccountState::enabled) return std::nullopt;
    must_leave_no_project_alone(tx, *user);
    model::leave_projects(tx, user->id);
    user->account_id = account->id;
    sql::update(tx, *user);
    flows::end_sessions(tx, user->id);
  }
  return user->id;
}

std::optional<Id<model::User>> ask(Cloud& cloud, const model::Domain& domain, const std::optional<model::User>& known,
                                   const std::string& name, const Secret& password) {
  const auto question =
      sql::read(cloud.database, [&](sql::Transaction& tx) { return question_of(tx, cloud, domain, known); });
  if (question.access.servers.empty() || question.locked_out) return std::nullopt;
  const auto found = find(question, name);
  if (!found || !same_text_ignoring_case(found->person.user_name, name)) return std::nullopt;
  if (!directory::proves(question.access, found->person.principal, password)) {
    if (known) sql::write(cloud.database, [&](sql::Transaction& tx) { note_wrong_password(tx, known->id); });
    return std::nullopt;
  }
  return sql::write(cloud.database, [&](sql::Transaction& tx) { return settle(tx, cloud, domain, *found); });
}
}  // namespace

bool is_for_directory(sql::Transaction& tx, const std::optional<model::Domain>& domain,
                      const std::optional<model::User>& known) {
  if (known) return known->source == model::UserSource::ldap;
  return domain && sql::first<model::LdapLink>(tx, "where domain_id = $1 limit 1", domain->id);
}

std::optional<Id<model::User>> log_in_by_directory(Cloud& cloud, const model::Domain& domain,
                                                   const std::optional<model::User>& known, const std::string& name,
                                                   const Secret& password) {
  // An empty password would be a bind of nobody, which servers grant.
  if (password.empty() || name.empty() || name.size() > name_max) return std::nullopt;
  if (!askers.try_acquire_for(2s)) {
    log::warning("too many logins wait for LDAP directories");
    return std::nullopt;
  }
  const Turn turn;
  try {
    return ask(cloud, domain, known, name, password);
  } catch (const Error& error) {
    log::warning("a login by the directory of {} came to nothing: {}", domain.path, error.message);
    return std::nullopt;
  }
}

}  // namespace welkin::commands
