// What domains, accounts, limits and counts ought to be: a small second opinion, beside which the server is played.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace welkin::simulation {

/// Rights of the roles that come with the cloud.
enum class Rank { user, domain_admin, root };

/// Ids are those that the server gives. Nothing here looks at the server.
struct TenancyModel {
  struct Domain {
    std::string name, parent;  ///< the root's parent is empty
  };
  struct Account {
    std::string name, domain, user;
    Rank rank = Rank::user;
    bool apprentice = false;  ///< has the role of that name in place of its rank's own
    std::set<std::string> volumes;
  };
  static constexpr int volumes_by_default = 20;

  std::map<std::string, Domain> domains;
  std::map<std::string, Account> accounts;
  bool apprentices_make_volumes = true;  ///< as the role's one rule says
  std::map<std::string, int> limits;  ///< of volumes, by account or domain; -1 is unlimited

  /// True when `domain` is `above` or stands beneath it.
  bool beneath(std::string domain, const std::string& above) const {
    for (; !domain.empty(); domain = domains.at(domain).parent)
      if (domain == above) return true;
    return false;
  }
  bool has_child(const std::string& domain, const std::string& name, const std::string& except = {}) const {
    for (const auto& [id, other] : domains)
      if (other.parent == domain && other.name == name && id != except) return true;
    return false;
  }
  bool has_account(const std::string& domain, const std::string& name) const {
    for (const auto& [id, account] : accounts)
      if (account.domain == domain && account.name == name) return true;
    return false;
  }
  int volumes_beneath(const std::string& domain) const {
    int out = 0;
    for (const auto& [id, account] : accounts)
      if (beneath(account.domain, domain)) out += int(account.volumes.size());
    return out;
  }

  int domains_in(const std::string& top) const {
    int out = 0;
    for (const auto& [id, domain] : domains) out += beneath(id, top);
    return out;
  }

  int limit_of_account(const std::string& id) const {
    if (accounts.at(id).rank == Rank::root) return -1;
    const auto at = limits.find(id);
    return at == limits.end() ? volumes_by_default : at->second;
  }
  /// That of the nearest domain above that has one; the root has none.
  int limit_of_domain(std::string id) const {
    for (; !domains.at(id).parent.empty(); id = domains.at(id).parent)
      if (const auto at = limits.find(id); at != limits.end()) return at->second;
    return -1;
  }
  bool fits_one_more(const std::string& id) const {
    const auto& account = accounts.at(id);
    const int most = limit_of_account(id);
    if (most >= 0 && int(account.volumes.size()) >= most) return false;
    for (auto domain = account.domain; !domain.empty(); domain = domains.at(domain).parent)
      if (const int all = limit_of_domain(domain); all >= 0 && volumes_beneath(domain) >= all) return false;
    return true;
  }

  bool rules(const std::string& caller, const std::string& domain) const {
    const auto& who = accounts.at(caller);
    return who.rank == Rank::root || (who.rank == Rank::domain_admin && beneath(domain, who.domain));
  }
  bool commands(const std::string& caller, const std::string& account) const {
    return caller == account || rules(caller, accounts.at(account).domain);
  }

  /// Whether the caller's role lets them make volumes at all.
  bool makes_volumes(const std::string& caller) const {
    return !accounts.at(caller).apprentice || apprentices_make_volumes;
  }
  bool may_create_volume(const std::string& caller, const std::string& owner) const {
    return makes_volumes(caller) && commands(caller, owner) && fits_one_more(owner);
  }
  bool may_create_domain(const std::string& caller, const std::string& parent, const std::string& name) const {
    return rules(caller, parent) && !has_child(parent, name);
  }
  /// A domain with something in it goes only with all of it; nobody takes down what they live in.
  bool may_delete_domain(const std::string& caller, const std::string& id, bool with_all) const {
    const auto& who = accounts.at(caller);
    if (!rules(caller, id) || beneath(who.domain, id)) return false;
    if (with_all) return true;
    for (const auto& [other, domain] : domains)
      if (domain.parent == id) return false;
    for (const auto& [other, account] : accounts)
      if (account.domain == id) return false;
    return true;
  }
  bool may_move_domain(const std::string& caller, const std::string& id, const std::string& parent) const {
    const auto& domain = domains.at(id);
    return accounts.at(caller).rank == Rank::root && !domain.parent.empty() && !beneath(parent, id) &&
           parent != domain.parent && !has_child(parent, domain.name);
  }
  bool may_rename_domain(const std::string& caller, const std::string& id, const std::string& name) const {
    return accounts.at(caller).rank == Rank::root && !domains.at(id).parent.empty() &&
           !has_child(domains.at(id).parent, name, id);
  }
  /// Administrators of a domain live beneath the root's.
  bool may_create_account(const std::string& caller, const std::string& domain, const std::string& name, Rank rank) const {
    return rules(caller, domain) && !has_account(domain, name) &&
           !(rank == Rank::domain_admin && domains.at(domain).parent.empty());
  }
  bool may_end_account(const std::string& caller, const std::string& id) const {
    return caller != id && rules(caller, accounts.at(id).domain) &&
           (accounts.at(id).rank != Rank::root || accounts.at(caller).rank == Rank::root);
  }
  bool may_limit_account(const std::string& caller, const std::string& id) const {
    return caller != id && rules(caller, accounts.at(id).domain) && accounts.at(id).rank != Rank::root;
  }
  /// Not beyond the domain above, not the root, and not what one lives in.
  bool may_limit_domain(const std::string& caller, const std::string& id, int most) const {
    if (domains.at(id).parent.empty() || !rules(caller, id)) return false;
    if (accounts.at(caller).rank != Rank::root && accounts.at(caller).domain == id) return false;
    const int above = limit_of_domain(domains.at(id).parent);
    return above < 0 || most <= above;
  }

  void remove_domain(const std::string& id) {
    std::vector<std::string> gone;
    for (const auto& [other, domain] : domains)
      if (beneath(other, id)) gone.push_back(other);
    std::erase_if(accounts, [&](const auto& entry) { return beneath(entry.second.domain, id); });
    for (const auto& other : gone) domains.erase(other);
  }

  std::set<std::string> volumes_seen_by(const std::string& caller) const {
    std::set<std::string> out;
    for (const auto& [id, account] : accounts)
      if (commands(caller, id)) out.insert(account.volumes.begin(), account.volumes.end());
    return out;
  }
  std::set<std::string> accounts_seen_by(const std::string& caller) const {
    std::set<std::string> out;
    for (const auto& [id, account] : accounts)
      if (commands(caller, id)) out.insert(id);
    return out;
  }
  std::set<std::string> domains_seen_by(const std::string& caller) const {
    std::set<std::string> out;
    for (const auto& [id, domain] : domains)
      if (id == accounts.at(caller).domain || rules(caller, id)) out.insert(id);
    return out;
  }
};

}  // namespace welkin::simulation
