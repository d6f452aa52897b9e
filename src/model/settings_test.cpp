// Tests of settings, on both databases.
#include "model/settings.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/fault_of_test.hpp"
#include "model/account.hpp"
#include "model/cluster.hpp"
#include "model/domain.hpp"
#include "model/stage_for_tests.hpp"

namespace welkin::model {
namespace {

void set(Stage& stage, std::string_view name, const SettingPlace& place, std::string_view value) {
  stage.write([&](sql::Transaction& tx) { set_setting(tx, name, place, value, stage.clock, stage.random); });
}
const SettingPlace everywhere{SettingScope::global, {}};

TEST(Settings, are_all_of_cloudstacks_and_their_values_are_of_their_type) {
  std::set<std::string_view> names;
  for (const auto& declared : declared_settings()) {
    EXPECT_TRUE(names.insert(declared.name).second) << declared.name;
    if (!declared.value.empty()) EXPECT_NO_THROW(check_setting(declared, declared.value)) << declared.name;
  }
  EXPECT_GE(names.size(), 981u);
  EXPECT_EQ(declared_setting("Expunge.Delay")->name, "expunge.delay");
  EXPECT_EQ(declared_setting("no.such.setting"), nullptr);
}

TEST(Settings, are_heeded_with_a_word_on_what_they_do_or_say_what_welkin_lacks_for_them) {
  for (const auto& declared : declared_settings()) {
    EXPECT_NE(declared.effective, !declared.lack.empty())
        << declared.name << ": data/settings.tsv says a lack of what is not heeded, and of nothing else";
    EXPECT_EQ(declared.effective, !declared.documentation.empty()) << declared.name;
  }
}

TEST(Settings, hold_what_is_declared_until_somebody_sets_another) {
  on_each_database([](Stage& stage) {
    stage.write([](sql::Transaction& tx) {
      EXPECT_EQ(value_of(tx, settings::expunge_delay), 24h);
      EXPECT_EQ(value_of(tx, settings::cpu_overcommit), 1.0);
      EXPECT_EQ(value_of(tx, settings::storage_overcommit), 2.0);
      EXPECT_EQ(value_of(tx, settings::guest_domain_suffix), "cloud.internal");
      EXPECT_FALSE(value_of(tx, settings::users_may_expunge));
      EXPECT_TRUE(value_of(tx, settings::users_may_force_stop));
      for (const auto& heeded : settings::heeded)
        EXPECT_EQ(setting(tx, heeded.name), declared_setting(heeded.name)->value);
    });
  });
}

TEST(Settings, hold_where_they_are_set_before_they_hold_everywhere) {
  on_each_database([](Stage& stage) {
    const SettingPlace here{SettingScope::cluster, stage.id<Cluster>()};
    const SettingPlace there{SettingScope::cluster, stage.id<Cluster>()};
    const auto at = [&](const SettingPlaces& places) {
      return stage.write([&](sql::Transaction& tx) { return value_of(tx, settings::cpu_overcommit, places); });
    };
    set(stage, settings::cpu_overcommit.name, everywhere, "3");
    set(stage, settings::cpu_overcommit.name, here, "4");
    set(stage, settings::cpu_overcommit.name, here, "5.5");
    EXPECT_EQ(at({}), 3);
    EXPECT_EQ(at({here}), 5.5);
    EXPECT_EQ(at({there}), 3);
    EXPECT_EQ(at({{SettingScope::zone, here.id}}), 3) << "the setting does not reach zones";
    stage.write([&](sql::Transaction& tx) { reset_setting(tx, settings::cpu_overcommit.name, here); });
    EXPECT_EQ(at({here}), 3);
  });
}

TEST(Settings, of_accounts_follow_domains_as_far_as_is_said) {
  on_each_database([](Stage& stage) {
    const auto top = stage.row<Domain>([](Domain& d) { d.path = "/"; });
    const auto sales = stage.row<Domain>([&](Domain& d) {
      d.path = "/sales/";
      d.parent_id = top.id;
    });
    const auto account = stage.id<Account>();
    const auto largest = [&](const Id<Account>& of) {
      return stage.write([&](sql::Transaction& tx) { return value_for(tx, settings::volume_gib_max, of, sales.id); });
    };
    set(stage, settings::volume_gib_max.name, {SettingScope::domain, top.id}, "7");
    EXPECT_EQ(largest({}), 2000);
    set(stage, settings::domains_follow_parents.name, everywhere, "true");
    EXPECT_EQ(largest({}), 7);
    EXPECT_EQ(largest(account), 2000);
    set(stage, settings::accounts_follow_domains.name, everywhere, "true");
    EXPECT_EQ(largest(account), 7);
    set(stage, settings::volume_gib_max.name, {SettingScope::account, account}, "3");
    EXPECT_EQ(largest(account), 3);
  });
}

TEST(Settings, refuse_what_they_cannot_hold) {
  on_each_database([](Stage& stage) {
    const auto fault = [&](std::string_view name, const SettingPlace& place, std::string_view value) {
      return fault_of([&] { set(stage, name, place, value); });
    };
    EXPECT_EQ(fault("expunge.delay", everywhere, "soon"), Fault::invalid);
    EXPECT_EQ(fault("expunge.delay", everywhere, "-1"), Fault::invalid);
    EXPECT_EQ(fault("expunge.delay", everywhere, "9999999999999"), Fault::invalid);
    EXPECT_EQ(fault("cpu.overprovisioning.factor", everywhere, "nan"), Fault::invalid);
    EXPECT_EQ(fault("cpu.overprovisioning.factor", everywhere, "0"), Fault::invalid);
    EXPECT_EQ(fault("allow.user.force.stop.vm", everywhere, "perhaps"), Fault::invalid);
    EXPECT_EQ(fault("no.such.setting", everywhere, "1"), Fault::invalid);
    EXPECT_EQ(fault("expunge.delay", {SettingScope::cluster, stage.id<Cluster>()}, "1"), Fault::invalid);
    EXPECT_EQ(fault("expunge.delay", everywhere, "60"), std::nullopt);
    EXPECT_EQ(fault("xenserver.nics.max", everywhere, "8"), Fault::unsupported) << "it would have no effect";
    EXPECT_EQ(fault("xenserver.nics.max", everywhere, declared_setting("xenserver.nics.max")->value), std::nullopt);
  });
}

}  // namespace
}  // namespace welkin::model
