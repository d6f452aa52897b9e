// Tests of what a new cloud begins with, and of settings.
#include "model/seed.hpp"

#include "model/disk_offering.hpp"
#include "model/domain.hpp"
#include "model/network_offering.hpp"
#include "model/os_type.hpp"
#include "model/role.hpp"
#include "model/service_offering.hpp"
#include "model/settings.hpp"
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

TEST(Seed, denies_before_it_allows) {
  on_each_database([](Stage& stage) {
    seed_once(stage);
    stage.write([&](sql::Transaction& tx) {
      const auto role = sql::first<Role>(tx, "where name = 'Read-Only User - Default'");
      ASSERT_TRUE(role);
      const auto rules = sql::all<RoleRule>(tx, "where role_id = $1 order by place", role->id);
      EXPECT_EQ(rules.front().permission, Permission::deny);
      EXPECT_EQ(rules.back().permission, Permission::allow);
    });
  });
}

TEST(Settings, that_welkin_heeds_are_declared_with_values_of_their_type) {
  int effective = 0;
  for (const auto& declared : declared_settings()) {
    if (!declared.value.empty()) EXPECT_NO_THROW(check_setting(declared, declared.value)) << declared.name;
    effective += declared.effective;
  }
  EXPECT_EQ(effective, 22);
  EXPECT_EQ(declared_setting("Expunge.Delay")->name, "expunge.delay");
  EXPECT_EQ(declared_setting("no.such.setting"), nullptr);
  on_each_database([](Stage& stage) {
    stage.write([](sql::Transaction& tx) {
      EXPECT_EQ(value_of(tx, settings::expunge_delay), 24h);
      EXPECT_EQ(value_of(tx, settings::expunge_interval), 20s);
      EXPECT_EQ(value_of(tx, settings::network_gc_wait), 600s);
      EXPECT_EQ(value_of(tx, settings::network_gc_interval), 600s);
      EXPECT_EQ(value_of(tx, settings::cpu_overcommit), 1.0);
      EXPECT_EQ(value_of(tx, settings::memory_overcommit), 1.0);
      EXPECT_EQ(value_of(tx, settings::storage_overcommit), 2.0);
      EXPECT_EQ(value_of(tx, settings::default_page_size), 500);
      EXPECT_EQ(value_of(tx, settings::custom_disk_gib_min), 1);
      EXPECT_EQ(value_of(tx, settings::custom_disk_gib_max), 1024);
      EXPECT_EQ(value_of(tx, settings::volume_gib_max), 2000);
      EXPECT_EQ(value_of(tx, settings::template_gib_max), 50);
      EXPECT_EQ(value_of(tx, settings::guest_domain_suffix), "cloud.internal");
      EXPECT_EQ(value_of(tx, settings::password_length), 6);
      EXPECT_EQ(value_of(tx, settings::session_timeout), 30min);
      EXPECT_EQ(value_of(tx, settings::job_expiry), 24h);
      EXPECT_FALSE(value_of(tx, settings::users_may_expunge));
      EXPECT_TRUE(value_of(tx, settings::users_may_expunge_volumes));
      EXPECT_TRUE(value_of(tx, settings::users_may_force_stop));
      EXPECT_FALSE(value_of(tx, settings::users_see_destroyed));
      EXPECT_FALSE(value_of(tx, settings::users_see_all_accounts));
      EXPECT_TRUE(value_of(tx, settings::users_see_all_zones));
    });
  });
}

TEST(Settings, hold_where_they_are_set_before_they_hold_everywhere) {
  on_each_database([](Stage& stage) {
    const SettingPlace everywhere{SettingScope::global, {}};
    const SettingPlace here{SettingScope::cluster, stage.id<Cluster>()};
    const SettingPlace there{SettingScope::cluster, stage.id<Cluster>()};
    const auto set = [&](const SettingPlace& place, std::string_view value) {
      stage.write([&](sql::Transaction& tx) {
        set_setting(tx, settings::cpu_overcommit.name, place, value, stage.clock, stage.random);
      });
    };
    const auto at = [&](const SettingPlaces& places) {
      return stage.write([&](sql::Transaction& tx) { return value_of(tx, settings::cpu_overcommit,
          places); });
    };
    set(everywhere, "3");
    set(here, "4");
    set(here, "5.5");
    EXPECT_EQ(at({}), 3);
    EXPECT_EQ(at({here}), 5.5);
    EXPECT_EQ(at({there}), 3);
    stage.write([&](sql::Transaction& tx) { reset_setting(tx, settings::cpu_overcommit.name, here); });
    EXPECT_EQ(at({here}), 3);
  });
}

TEST(Settings, refuse_what_they_cannot_hold) {
  on_each_database([](Stage& stage) {
    const auto set = [&](std::string_view name, const SettingPlace& place, std::string_view value) {
      return fault_of([&] {
        stage.write([&](sql::Transaction& tx) { set_setting(tx, name, place, value, stage.clock,
            stage.random); });
      });
    };
    const SettingPlace everywhere{SettingScope::global, {}};
    EXPECT_EQ(set("expunge.delay", everywhere, "soon"), Fault::invalid);
    EXPECT_EQ(set("allow.user.force.stop.vm", everywhere, "perhaps"), Fault::invalid);
    EXPECT_EQ(set("no.such.setting", everywhere, "1"), Fault::invalid);
    EXPECT_EQ(set("expunge.delay", {SettingScope::cluster, stage.id<Cluster>()}, "1"), Fault::invalid);
    EXPECT_EQ(set("expunge.delay", everywhere, "60"), std::nullopt);
  });
}

}  // namespace
}  // namespace welkin::model
