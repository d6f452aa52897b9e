// Ten thousand random operations on the server and on a small second opinion: they agree after each.
#include <cstdlib>

#include "access/roles.hpp"
#include "commands/index.hpp"
#include "model/domain_totals.hpp"
#include "tenancy_model.hpp"
#include "user.hpp"

namespace welkin::simulation {
namespace {

/// Plays both sides and compares them.
class Play {
 public:
  explicit Play(std::uint64_t seed) : world_(seed, 1), dice_(seed) {
    world_.read([&](sql::Transaction& tx) {
      for (const auto& domain : sql::all<model::Domain>(tx, ""))
        model_.domains[domain.id.text()] = {domain.name, domain.parent_id ? domain.parent_id.text() : std::string()};
      for (const auto& account : sql::all<model::Account>(tx, ""))
        model_.accounts[account.id.text()] = {account.name, account.domain_id.text(), {}, Rank::root, false, {}};
      root_ = commands::caller_of(tx, world_.root).account.text();
      return 0;
    });
    model_.accounts[root_].user = world_.root.text();
    top_ = model_.accounts[root_].domain;
    role_ = world_.made("createRole", {{"name", "apprentice"}, {"type", "User"}});
    rule_ = world_.made("createRolePermission", {{"roleid", role_}, {"rule", "createVolume"}, {"permission", "allow"}});
  }

  void turn() {
    choose_caller();
    switch (dice_.below(16)) {
      case 0: return create_domain();
      case 1: return delete_domain();
      case 2: return move_domain();
      case 3: return rename_domain();
      case 4: return dice_.below(3) == 0 ? create_account() : limit_account();
      case 5: return dice_.below(4) == 0 ? end_account() : limit_account();
      case 6: return limit_domain();
      case 7: return teach_apprentices();
      case 8:
      case 9: return delete_volume();
      default: return create_volume();
    }
  }

  void compare() {
    choose_caller();
    EXPECT_EQ(listed("listVolumes"), model_.volumes_seen_by(caller_)) << said_;
    EXPECT_EQ(listed("listAccounts"), model_.accounts_seen_by(caller_)) << said_;
    if (model_.accounts[caller_].rank != Rank::user)
      EXPECT_EQ(listed("listDomains"), model_.domains_seen_by(caller_)) << said_;
  }
  /// What whole branches hold, which is slower to say.
  void compare_totals() {
    world_.read([&](sql::Transaction& tx) {
      std::vector<Uuid> ids;
      for (const auto& [id, domain] : model_.domains) ids.push_back(Uuid::parse(id).value());
      const auto held = world_.cloud().totals.held_beneath(tx, ids);
      for (const auto& id : ids) {
        EXPECT_EQ(held.at(id).volumes, model_.volumes_beneath(id.text())) << said_;
        EXPECT_EQ(world_.cloud().totals.domains_in(tx, id), model_.domains_in(id.text())) << said_;
      }
      return 0;
    });
  }
  const std::string& said() const { return said_; }

 private:
  template <class Map>
  std::string any(const Map& map) {
    auto at = map.begin();
    std::advance(at, dice_.below(map.size()));
    return at->first;
  }
  std::string any_name() { return std::string(1, char('a' + dice_.below(6))); }

  void choose_caller() {
    do caller_ = dice_.below(4) == 0 ? root_ : any(model_.accounts);
    while (model_.accounts[caller_].user.empty());
    world_.caller = Id<model::User>::parse(model_.accounts[caller_].user).value();
  }

  /// The command's answer where it is allowed; compares that with what ought to be.
  std::optional<std::string> tried(std::string_view command, const Pairs& parameters, bool ought, bool is_job) {
    said_ = fmt::format("{} by {}", command, model_.accounts[caller_].name);
    for (const auto& [name, value] : parameters) said_ += fmt::format(" {}={}", name, value);
    std::optional<std::string> out;
    try {
      must_be_allowed(command);
      out = is_job ? world_.done(command, parameters) : world_.made(command, parameters);
      if (!ought) ADD_FAILURE() << "it ought to be refused: " << said_;
    } catch (const Error& error) {
      if (ought) ADD_FAILURE() << "it ought to be done: " << said_ << "\n" << error.message << error.cause;
    }
    return out;
  }
  /// As the dialect does before it runs a command.
  void must_be_allowed(std::string_view name) {
    const auto command = std::ranges::find(world_.commands(), name, [](const auto& c) { return c.facts.name; });
    const auto rules = world_.read([&](sql::Transaction& tx) {
      return access::rules_of(tx, commands::caller_of(tx, world_.caller).role);
    });
    if (!commands::allows(rules, *command)) throw Error(Fault::forbidden, "The role says no.");
  }

  std::set<std::string> listed(std::string_view command) {
    const auto text = world_.call(command, {{"listall", "true"}}).text;
    const JsonDocument document(text);
    std::set<std::string> out;
    for (std::size_t i = 0; i < document.root().size(); ++i)
      out.emplace(document.root().at(i)["id"].text());
    return out;
  }

  void create_domain() {
    const auto parent = any(model_.domains), name = any_name();
    if (model_.domains.size() > 40) return;
    const auto ought = model_.may_create_domain(caller_, parent, name);
    const auto id = tried("createDomain", {{"name", name}, {"parentdomainid", parent}}, ought, false);
    if (id) model_.domains[*id] = {name, parent};
  }
  void delete_domain() {
    const auto id = any(model_.domains);
    const bool with_all = dice_.below(8) == 0;
    const bool ought = id != top_ && model_.may_delete_domain(caller_, id, with_all);
    if (tried("deleteDomain", {{"id", id}, {"cleanup", with_all ? "true" : "false"}}, ought, true))
      model_.remove_domain(id);
  }
  void move_domain() {
    const auto id = any(model_.domains), parent = any(model_.domains);
    const auto ought = model_.may_move_domain(caller_, id, parent);
    if (tried("moveDomain", {{"domainid", id}, {"parentdomainid", parent}}, ought, false))
      model_.domains[id].parent = parent;
  }
  void rename_domain() {
    const auto id = any(model_.domains), name = any_name();
    if (tried("updateDomain", {{"id", id}, {"name", name}}, model_.may_rename_domain(caller_, id, name), false))
      model_.domains[id].name = name;
  }

  void create_account() {
    const auto domain = any(model_.domains), name = any_name();
    const auto rank = dice_.below(2) ? Rank::user : Rank::domain_admin;
    const bool apprentice = rank == Rank::user && dice_.below(2);
    if (model_.accounts.size() > 40) return;
    Pairs wish{{"account", name},      {"username", name},   {"password", "kept secret"},
               {"firstname", "A"},     {"lastname", "Person"}, {"email", "a@example.org"},
               {"domainid", domain}};
    if (apprentice) wish.emplace_back("roleid", role_);
    else wish.emplace_back("accounttype", rank == Rank::user ? "0" : "2");
    const auto ought = model_.may_create_account(caller_, domain, name, rank);
    const auto id = tried("createAccount", wish, ought, false);
    if (!id) return;
    const auto user = ids(world_, fmt::format("users where account_id = '{}'", *id));
    model_.accounts[*id] = {name, domain, user.at(0), rank, apprentice, {}};
  }
  void end_account() {
    const auto id = any(model_.accounts);
    if (model_.accounts[id].rank == Rank::root) return;
    if (tried("deleteAccount", {{"id", id}}, model_.may_end_account(caller_, id), true)) model_.accounts.erase(id);
  }
  void teach_apprentices() {
    const bool may = dice_.below(2);
    const auto ought = model_.accounts[caller_].rank == Rank::root;
    if (tried("updateRolePermission", {{"roleid", role_}, {"ruleid", rule_}, {"permission", may ? "allow" : "deny"}},
              ought, false))
      model_.apprentices_make_volumes = may;
  }

  void limit_account() {
    const auto id = any(model_.accounts);
    const int most = int(dice_.below(8)) - 1;
    const auto& account = model_.accounts[id];
    if (tried("updateResourceLimit",
              {{"account", account.name}, {"domainid", account.domain}, {"resourcetype", "2"}, {"max", std::to_string(most)}},
              model_.may_limit_account(caller_, id), false))
      model_.limits[id] = most;
  }
  void limit_domain() {
    const auto id = any(model_.domains);
    const int most = int(dice_.below(20)) - 1;
    if (tried("updateResourceLimit", {{"domainid", id}, {"resourcetype", "2"}, {"max", std::to_string(most)}},
              model_.may_limit_domain(caller_, id, most), false))
      model_.limits[id] = most;
  }

  void create_volume() {
    const auto owner = dice_.below(2) ? caller_ : any(model_.accounts);
    const auto& account = model_.accounts[owner];
    if (account.volumes.size() > 25) return;  // all of them fit a page
    Pairs wish{{"name", "v"}, {"zoneid", world_.zone}, {"diskofferingid", world_.disk_offering}, {"size", "1"}};
    if (owner != caller_ || dice_.below(2)) {
      wish.emplace_back("account", account.name);
      wish.emplace_back("domainid", account.domain);
    }
    const auto id = tried("createVolume", wish, model_.may_create_volume(caller_, owner), true);
    if (id) model_.accounts[owner].volumes.insert(*id);
  }
  void delete_volume() {
    const auto owner = any(model_.accounts);
    auto& volumes = model_.accounts[owner].volumes;
    if (volumes.empty()) return;
    const auto id = *volumes.begin();
    if (tried("deleteVolume", {{"id", id}}, model_.commands(caller_, owner), false)) volumes.erase(id);
  }

  World world_;
  SeededRandom dice_;
  TenancyModel model_;
  std::string root_, top_, role_, rule_, caller_, said_;
};

constexpr int parts = 8, turns = 10'000 / parts;

class Tenancy : public testing::TestWithParam<int> {};

TEST_P(Tenancy, is_what_a_small_model_of_it_says_after_each_of_many_random_operations) {
  Play play(GetParam());
  for (int i = 0; i < turns && !testing::Test::HasFailure(); ++i) {
    play.turn();
    play.compare();
    if (i % 10 == 0) play.compare_totals();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Tenancy, testing::Range(11, 11 + parts));

}  // namespace
}  // namespace welkin::simulation
