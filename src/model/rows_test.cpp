// Tests of the nouns' tables, on both databases.
#include "model/account.hpp"
#include "model/agent.hpp"
#include "model/cluster.hpp"
#include "model/disk_offering.hpp"
#include "model/domain.hpp"
#include "model/event.hpp"
#include "model/firewall_rule.hpp"
#include "model/host.hpp"
#include "model/image_store.hpp"
#include "model/instance.hpp"
#include "model/job.hpp"
#include "model/network.hpp"
#include "model/network_offering.hpp"
#include "model/nic.hpp"
#include "model/os_type.hpp"
#include "model/physical_network.hpp"
#include "model/pod.hpp"
#include "model/port_forwarding_rule.hpp"
#include "model/public_address.hpp"
#include "model/role.hpp"
#include "model/router.hpp"
#include "model/server.hpp"
#include "model/service_offering.hpp"
#include "model/setting.hpp"
#include "model/ssh_key.hpp"
#include "model/stage_for_tests.hpp"
#include "model/storage_pool.hpp"
#include "model/tables.hpp"
#include "model/template.hpp"
#include "model/template_copy.hpp"
#include "model/user.hpp"
#include "model/user_data.hpp"
#include "model/vlan_range.hpp"
#include "model/volume.hpp"
#include "model/zone.hpp"

namespace welkin::model {
namespace {

/// Writes a row with nothing but an id, reads it back, changes it, removes it.
template <class T>
void lives_in_its_table(Stage& stage) {
  T row;
  row.id = stage.id<T>();
  stage.write([&](sql::Transaction& tx) { sql::insert(tx, row); });
  EXPECT_EQ(stage.again(row), row) << T::table;
  stage.write([&](sql::Transaction& tx) {
    auto changed = row;
    sql::update(tx, changed);
  });
  stage.write([&](sql::Transaction& tx) {
    sql::erase<T>(tx, row.id);
    EXPECT_FALSE(sql::get<T>(tx, row.id)) << T::table;
  });
}

template <class... Rows>
void all_live_in_their_tables(Stage& stage) {
  (lives_in_its_table<Rows>(stage), ...);
}

TEST(Rows, come_back_from_their_tables_as_they_went_in) {
  on_each_database([](Stage& stage) {
    all_live_in_their_tables<
        Account, Agent, Cluster, DiskOffering, Domain, Event, FirewallRule, Host, ImageStore, Instance,
        Job, KeyPair, Network, NetworkOffering, NetworkProvider, Nic, OsCategory, OsType,
        PhysicalNetwork, Pod, PortForwardingRule, ProviderElement, PublicAddress, Role, RoleRule,
        Router, Server, ServiceOffering, Session, Setting, SshKey, StoragePool, Template,
        TemplatePermission, TemplatePool, TemplateStore, TrafficType, User, UserData, VlanRange,
        VniLease, Volume, Zone>(stage);
  });
}

TEST(Schema, matches_the_rows) {
  on_each_database([](Stage& stage) {
    for (const auto& table : tables())
      for (const auto& difference : sql::differences(stage.database, table))
        ADD_FAILURE() << difference << "\nMissing:\n" << sql::migration(stage.database, tables());
  });
}

TEST(Rows, keep_lists_maps_and_limits) {
  on_each_database([](Stage& stage) {
    const auto offering = stage.row<ServiceOffering>([&](ServiceOffering& o) {
      o.name = "A name with 'quotes', \"more\" and \u00fcmlauts";
      o.cpus = 2;
      o.host_tags = {"ssd", "a,b"};
      o.domain_ids = {stage.id<Domain>()};
      o.limits.iops_read_max_seconds = 60;
      o.details = {{"key", "value"}, {"empty", ""}};
      o.iops_min = std::int64_t(1) << 40;
    });
    EXPECT_EQ(stage.again(offering), offering);
  });
}

TEST(Names, are_unique_among_what_is_there_and_free_again_when_it_is_removed) {
  on_each_database([](Stage& stage) {
    const auto make = [&] { return stage.row<Zone>([](Zone& zone) { zone.name = "north"; }); };
    auto zone = make();
    EXPECT_EQ(fault_of(make), Fault::conflict);
    stage.write([&](sql::Transaction& tx) {
      zone.removed = stage.clock.now();
      sql::update(tx, zone);
    });
    EXPECT_FALSE(fault_of(make));
  });
}

TEST(Settings, are_kept_once_in_each_place) {
  on_each_database([](Stage& stage) {
    const auto make = [&](const Uuid& place) {
      stage.row<Setting>([&](Setting& s) {
        s.name = "expunge.delay";
        s.scope_id = place;
      });
    };
    const auto here = stage.id<Zone>();
    make({});
    make(here);
    EXPECT_EQ(fault_of([&] { make({}); }), Fault::conflict);
    EXPECT_EQ(fault_of([&] { make(here); }), Fault::conflict);
    EXPECT_FALSE(fault_of([&] { make(stage.id<Zone>()); }));
  });
}

}  // namespace
}  // namespace welkin::model
