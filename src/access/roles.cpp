// Rules of roles, and the memory of who is who.
#include "access/roles.hpp"

#include <algorithm>
#include <array>

#include "base/ranges.hpp"
#include "model/settings.hpp"

namespace welkin::access {

namespace {
constexpr std::size_t known_max = 20'000;
constexpr std::array<std::string_view, 7> watched = {"users",      "accounts",  "domains", "roles",
                                                     "role_rules", "key_pairs", "settings"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }

std::optional<bool> first_that_fits(const std::vector<std::pair<std::string, bool>>& rules, std::string_view command) {
  for (const auto& [pattern, allowed] : rules)
    if (fits(pattern, command)) return allowed;
  return std::nullopt;
}
}  // namespace

bool fits(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, mark = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = n;
    } else if (p < pattern.size() && lower(pattern[p]) == lower(name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::optional<bool> Rules::decide(std::string_view command) const {
  if (nothing) return false;
  if (!narrower.empty() && !first_that_fits(narrower, command).value_or(false)) return false;
  if (everything) return true;
  return first_that_fits(ordered, command);
}

Rules rules_of(sql::Transaction& tx, const Id<model::Role>& id) {
  Rules rules;
  const auto role = sql::get<model::Role>(tx, id);
  if (!role || role->removed || role->state == model::RoleState::disabled) {
    rules.nothing = true;
    return rules;
  }
  rules.type = role->type;
  rules.everything = role->type == model::RoleType::admin && role->is_default && role->name == "Root Admin";
  for (const auto& rule : sql::all<model::RoleRule>(tx, "where role_id = $1 order by place, id", id))
    rules.ordered.emplace_back(rule.rule, rule.permission == model::Permission::allow);
  return rules;
}

void narrow(Rules& rules, const std::vector<model::KeyRule>& by) {
  for (const auto& rule : by) rules.narrower.emplace_back(rule.rule, rule.permission == model::Permission::allow);
}

Rules rules_of(sql::Transaction& tx, const Caller& caller) {
  auto rules = rules_of(tx, caller.role);
  if (!caller.narrow_pair) return rules;
  const auto pair = sql::get<model::KeyPair>(tx, caller.narrow_pair);
  if (pair && !pair->removed) narrow(rules, pair->rules);
  else rules.nothing = true;
  return rules;
}

bool keys_work(sql::Transaction& tx, const model::User& user, const model::Account& account) {
  using enum model::ApiKeyAccess;
  for (const auto access : {user.api_key_access, account.api_key_access})
    if (access != inherit) return access == enabled;
  return model::value_for(tx, model::settings::api_key_access, {}, account.domain_id);
}

bool demands_factors(sql::Transaction& tx, const Id<model::Domain>& domain) {
  return model::value_for(tx, model::settings::factors_are_on, {}, domain) &&
         model::value_for(tx, model::settings::factors_are_mandatory, {}, domain);
}

bool admits(const Identity& identity, std::string_view source) {
  if (!identity.sources) return true;
  const auto address = model::AnyAddress::parse(source);
  return address && model::any_contains(*identity.sources, *address);
}

std::shared_ptr<Identity> read_identity(sql::Transaction& tx, const Id<model::User>& id) {
  const auto user = sql::get<model::User>(tx, id);
  if (!user || user->removed) return nullptr;
  const auto account = sql::get<model::Account>(tx, user->account_id);
  const auto domain = account ? sql::get<model::Domain>(tx, account->domain_id) : std::nullopt;
  if (!account || account->removed || !domain || domain->removed) return nullptr;
  auto out = std::make_shared<Identity>();
  out->caller = {user->id,        account->id,   domain->id,   account->role_id,
                 user->user_name, account->name, domain->path, account->type, {}};
  out->rules = rules_of(tx, account->role_id);
  out->enabled = name_of(user->state) == "enabled" && name_of(account->state) == "enabled";
  out->must_change_password = user->password_change_required;
  out->factor_proven = user->factor_proven;
  out->factor_asked = user->factor_proven || user->factor_mandated || demands_factors(tx, domain->id);
  if (model::value_of(tx, model::settings::sources_are_checked))
    out->sources = model::prefixes_in(model::value_for(tx, model::settings::allowed_sources, account->id, domain->id));
  out->keys_work = keys_work(tx, *user, *account);
  return out;
}

Directory::Directory(sql::Database& database, sql::Follower& changes, const Vault& vault)
    : database_(database), vault_(vault) {
  changes.add([this](std::span<const sql::Change> news) {
    if (!news.empty() && !std::ranges::any_of(news, [](const auto& c) { return contains(watched, c.noun); })) return;
    const std::lock_guard lock(mutex_);
    known_.clear();
    ++age_;
  });
}

std::shared_ptr<const Identity> Directory::remember(const std::string& name, std::shared_ptr<const Identity> found,
                                                    std::uint64_t age) {
  const std::lock_guard lock(mutex_);
  // What was read before a change must not be remembered after it.
  if (!found || age != age_) return found;
  if (known_.size() >= known_max) known_.clear();
  known_[name] = found;
  return found;
}

std::shared_ptr<const Identity> Directory::by_key(const std::string& api_key) {
  std::uint64_t age = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto at = known_.find(api_key);
    if (at != known_.end()) return at->second;
    age = age_;
  }
  std::shared_ptr<Identity> found;
  database_.read([&](sql::Transaction& tx) {
    const auto pair = sql::first<model::KeyPair>(tx, "where api_key = $1 and removed is null", api_key);
    found = pair ? read_identity(tx, pair->user_id) : nullptr;
    if (!found) return;
    found->key_secret = vault_.open_sealed(pair->sealed_secret);
    found->valid_from = pair->valid_from;
    found->valid_until = pair->valid_until;
    if (pair->rules.empty()) return;
    narrow(found->rules, pair->rules);
    found->caller.narrow_pair = pair->id;
  });
  return remember(api_key, std::move(found), age);
}

std::shared_ptr<const Identity> Directory::by_user(const Id<model::User>& user) {
  const auto name = user.text();
  std::uint64_t age = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto at = known_.find(name);
    if (at != known_.end()) return at->second;
    age = age_;
  }
  std::shared_ptr<Identity> found;
  database_.read([&](sql::Transaction& tx) { found = read_identity(tx, user); });
  return remember(name, std::move(found), age);
}

}  // namespace welkin::access
