// Tests of what a new cloud begins with.
#include "model/seed.hpp"

#include "model/disk_offering.hpp"
#include "model/domain.hpp"
#include "model/network_offering.hpp"
#include "model/os_type.hpp"
#include "model/role.hpp"
#include "model/service_offering.hpp"
#include "model/stage_for_tests.hpp"

namespace welkin::model {
namespace {

void seed_once(Stage& stage) {
  const JsonDocument document(seed_json());
  stage.write([&](sql::Transaction& tx) { seed(tx, stage.clock, stage.random, document.root()); });
}

template <class T>
std::int64_t how_many(Stage& stage) {
  return stage.write(
      [&](sql::Transaction& tx) { return sql::count(tx, fmt::format("select count(*) from {}", T::table)); });
}

TEST(Seed, is_sown_once_however_often_it_is_asked_for) {
  on_each_database([](Stage& stage) {
    seed_once(stage);
    const auto counts = [&] {
      return std::array{how_many<Domain>(stage), how_many<Role>(stage), how_many<RoleRule>(stage),
                        how_many<OsCategory>(stage), how_many<OsType>(stage),
                        how_many<ServiceOffering>(stage), how_many<DiskOffering>(stage),
                        how_many<NetworkOffering>(stage)};
    };
    const auto first = counts();
    for (const auto count : first) EXPECT_GT(count, 0);
    seed_once(stage);
    EXPECT_EQ(counts(), first);
  });
}

TEST(Seed, does_not_bring_back_what_an_operator_removed) {
  on_each_database([](Stage& stage) {
    seed_once(stage);
    stage.write([&](sql::Transaction& tx) {
      auto offering = *sql::first<ServiceOffering>(tx, "where name = 'Small Instance'");
      offering.removed = stage.clock.now();
      sql::update(tx, offering);
    });
    seed_once(stage);
    stage.write([&](sql::Transaction& tx) {
      EXPECT_EQ(sql::all<ServiceOffering>(tx, "where name = 'Small Instance'").size(), 1u);
    });
  });
}

TEST(Seed, holds_what_clients_look_for) {
  on_each_database([](Stage& stage) {
    seed_once(stage);
    stage.write([&](sql::Transaction& tx) {
      EXPECT_EQ(root_domain(tx).name, "ROOT");
      EXPECT_EQ(printed_path(root_domain(tx)), "ROOT");
      const auto admin = sql::first<Role>(tx, "where name = 'Root Admin'");
      ASSERT_TRUE(admin);
      const auto rules = sql::all<RoleRule>(tx, "where role_id = $1 order by place", admin->id);
      ASSERT_EQ(rules.size(), 1u);
      EXPECT_EQ(rules.front().rule, "*");
      const auto isolated =
          sql::first<NetworkOffering>(tx,
              "where name = 'DefaultIsolatedNetworkOfferingWithSourceNatService'");
      ASSERT_TRUE(isolated);
      EXPECT_EQ(isolated->availability, Availability::required);
      EXPECT_EQ(isolated->guest_type, GuestType::isolated);
      for (const auto* service : {"Dhcp", "dns", "SourceNat", "StaticNat", "PortForwarding", "Firewall",
          "UserData"})
        EXPECT_TRUE(offers(*isolated, service)) << service;
      EXPECT_FALSE(offers(*isolated, "Sorcery"));
      const auto custom = sql::first<DiskOffering>(tx, "where name = 'Custom'");
      ASSERT_TRUE(custom);
      EXPECT_TRUE(custom->customized);
    });
  });
}

TEST(Seed, leaves_no_way_around_roles_that_only_look_or_help) {
  on_each_database([](Stage& stage) {
    seed_once(stage);
    stage.write([&](sql::Transaction& tx) {
      for (const auto& role : sql::all<Role>(tx, "where name like 'Read-Only%' or name like 'Support%'")) {
        const auto rules = sql::all<RoleRule>(tx, "where role_id = $1 order by place", role.id);
        EXPECT_EQ(rules.back().rule, "*") << role.name;
        EXPECT_EQ(rules.back().permission, Permission::deny) << role.name;
      }
    });
  });
}

TEST(Seed, denies_before_it_allows) {
  on_each_database([](Stage& stage) {
    seed_once(stage);
    stage.write([&](sql::Transaction& tx) {
      const auto role = sql::first<Role>(tx, "where name = 'Read-Only User - Default'");
      ASSERT_TRUE(role);
      const auto rules = sql::all<RoleRule>(tx, "where role_id = $1 order by place", role->id);
      EXPECT_EQ(rules.front().permission, Permission::deny);
      EXPECT_EQ(rules[rules.size() - 2].permission, Permission::allow);
    });
  });
}

}  // namespace
}  // namespace welkin::model
