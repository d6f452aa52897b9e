// Answers say what is true: of counts, names, sides and what is under way.
#include "user.hpp"

#include "sql/trial.hpp"
#include "watch/duties.hpp"

namespace welkin::simulation {
namespace {

/// Looks at the first row of a list, or at the object.
template <class F>
void look_at(World& world, std::string_view command, Pairs parameters, F look) {
  const auto text = world.call(command, std::move(parameters)).text;
  const JsonDocument document(text);
  look(document.root().is_list() ? document.root().at(0) : document.root());
}

void expect_holdings(Json row, std::int64_t cpus, std::int64_t memory_mb) {
  EXPECT_EQ(row["vmtotal"].integer(), 1);
  EXPECT_EQ(row["cputotal"].integer(), cpus);
  EXPECT_EQ(row["memorytotal"].integer(), memory_mb);
  EXPECT_EQ(row["volumetotal"].integer(), 2);
  EXPECT_GE(row["primarystoragetotal"].integer(), 1);
  EXPECT_GT(row["secondarystoragetotal"].number(), 0.0);
  EXPECT_EQ(row["iptotal"].integer(), 1);
  EXPECT_EQ(row["networktotal"].integer(), 1);
  EXPECT_EQ(row["templatetotal"].integer(), 1);
  EXPECT_EQ(row["projecttotal"].integer(), 0);
  for (const auto* limit : {"vmlimit", "cpuavailable", "secondarystoragelimit", "objectstorageavailable"})
    EXPECT_EQ(row[limit].text(), "Unlimited") << limit;
}

TEST(Answers, accounts_and_domains_count_what_they_hold) {
  sql::for_each_database([](std::unique_ptr<sql::Database> records) {
    World world(1, 1, std::move(records));
    const auto instance = deploy(world, {make_network(world)}, true);
    std::int64_t cpus = 0, memory_mb = 0;
    look_at(world, "listServiceOfferings", {{"id", world.offering}}, [&](Json row) {
      cpus = row["cpunumber"].integer();
      memory_mb = row["memory"].integer();
    });
    look_at(world, "listAccounts", {}, [&](Json row) {
      expect_holdings(row, cpus, memory_mb);
      EXPECT_EQ(row["vmrunning"].integer(), 1);
    });
    look_at(world, "listDomains", {}, [&](Json row) { expect_holdings(row, cpus, memory_mb); });
    world.done("destroyVirtualMachine", {{"id", instance}});
    look_at(world, "listAccounts", {},
            [&](Json row) { EXPECT_EQ(row["vmtotal"].integer(), 0) << "it waits to be expunged"; });
    tear_down(world);
  });
}

TEST(Answers, a_domain_counts_what_those_beneath_it_hold) {
  World world(1, 1);
  const auto beneath = world.made("createDomain", {{"name", "beneath"}});
  const auto text = world.call("createAccount", {{"accounttype", "0"},
                                                 {"domainid", beneath},
                                                 {"username", "bob"},
                                                 {"password", "kept secret"},
                                                 {"firstname", "Bob"},
                                                 {"lastname", "Tester"},
                                                 {"email", "bob@example.org"}}).text;
  const JsonDocument document(text);
  world.caller = Id<model::User>::parse(document.root()["user"].at(0)["id"].text()).value();
  deploy(world, {make_network(world)});
  world.caller = world.root;
  make_network(world);
  for (const auto* path : {"ROOT", "beneath"})
    look_at(world, "listDomains", {{"name", path}}, [&](Json row) {
      EXPECT_EQ(row["vmtotal"].integer(), 1) << path;
      EXPECT_EQ(row["networktotal"].integer(), path == std::string_view("ROOT") ? 2 : 1) << path;
    });
}

TEST(Answers, instances_and_hosts_tell_what_they_use) {
  World world(1, 1);
  deploy(world, {make_network(world)});
  const auto measure = [&] {
    watch::measure(world.cloud(), {});
    world.rest();
  };
  const auto look_again = [&](Pairs parameters, auto look) {
    parameters.emplace_back("listall", "true");
    look_at(world, "listVirtualMachines", parameters, look);
  };
  look_again({}, [](Json row) { EXPECT_TRUE(row["memorykbs"].is_null()) << "nothing was measured"; });
  measure();
  look_again({}, [](Json row) {
    EXPECT_GT(row["memorykbs"].integer(), 0);
    EXPECT_EQ(row["memorytargetkbs"].integer(), row["memory"].integer() << 10);
    EXPECT_TRUE(row["cpuused"].is_null()) << "there is nothing to compare with";
  });
  world.loop.run_for(1min);
  measure();
  std::int64_t recent = 0;
  look_again({}, [&](Json row) {
    EXPECT_TRUE(row["cpuused"].text().ends_with("%"));
    EXPECT_NE(row["cpuused"].text(), "0%");
    recent = row["networkkbsread"].integer();
    EXPECT_GT(recent, 0);
  });
  world.loop.run_for(1min);
  measure();
  look_again({{"accumulate", "true"}}, [&](Json row) { EXPECT_GT(row["networkkbsread"].integer(), recent); });
  look_at(world, "listHosts", {}, [](Json row) {
    EXPECT_GT(row["memoryused"].integer(), 0);
    EXPECT_NE(row["cpuused"].text(), "0%");
  });
}

TEST(Answers, an_instance_names_its_user_data_and_its_nic_the_address_that_stands_for_it) {
  World world(1, 1);
  const auto network = make_network(world);
  auto wish = deployment(world, {network});
  wish.emplace_back("userdataid", world.made("registerUserData",
                                             {{"name", "greeting"}, {"userdata", "bmljZQ=="}, {"params", "colour"}}));
  wish.emplace_back("userdatadetails[0].colour", "red");
  const auto instance = world.done("deployVirtualMachine", wish);
  const auto address = take_address(world, network);
  world.call("enableStaticNat", {{"ipaddressid", address}, {"virtualmachineid", instance}});
  world.rest();
  std::string printed;
  look_at(world, "listPublicIpAddresses", {{"id", address}}, [&](Json row) {
    printed = row["ipaddress"].text();
    EXPECT_EQ(row["virtualmachinetype"].text(), "User");
  });
  look_at(world, "listVirtualMachines", {}, [&](Json row) {
    EXPECT_EQ(row["userdataname"].text(), "greeting");
    EXPECT_EQ(row["userdatadetails"].text(), "{colour=red}");
    EXPECT_EQ(row["nic"].at(0)["publicip"].text(), printed);
  });
  look_at(world, "listNics", {{"virtualmachineid", instance}},
          [&](Json row) { EXPECT_EQ(row["publicipid"].text(), address); });
  tear_down(world);
}

TEST(Answers, a_volume_says_where_it_lies_and_how_fast_it_is) {
  World world(1, 1);
  const auto instance = deploy(world, {make_network(world)});
  const auto offering = world.made(
      "createDiskOffering", {{"name", "slow"}, {"disksize", "1"}, {"storagetype", "local"}, {"iopsreadrate", "100"}});
  const auto volume =
      world.call("createVolume", {{"name", "v"}, {"zoneid", world.zone}, {"diskofferingid", offering}}).id;
  look_at(world, "listVolumes", {{"id", volume}},
          [&](Json row) { EXPECT_TRUE(row["clusterid"].is_null()) << "it lies nowhere yet"; });
  world.done("attachVolume", {{"id", volume}, {"virtualmachineid", instance}});
  look_at(world, "listVolumes", {{"id", volume}}, [&](Json row) {
    EXPECT_EQ(row["clusterid"].text(), world.cluster);
    EXPECT_EQ(row["podid"].text(), world.pod);
    EXPECT_FALSE(row["podname"].text().empty());
    EXPECT_TRUE(row["utilization"].text().ends_with('%'));
    EXPECT_EQ(row["diskIopsReadRate"].integer(), 100);
    EXPECT_TRUE(row["diskBytesReadRate"].is_null());
  });
  tear_down(world);
}

TEST(Answers, a_job_under_way_is_named_where_its_thing_is_listed) {
  World world(1, 1);
  const auto instance = deploy(world, {make_network(world)}, true);
  const auto volume =
      ids(world, fmt::format("volumes where instance_id = '{}' and kind = 'DATADISK'", instance)).front();
  const auto job = world.call("detachVolume", {{"id", volume}}).job;
  look_at(world, "listVolumes", {{"id", volume}}, [&](Json row) {
    EXPECT_EQ(row["jobid"].text(), job.text());
    EXPECT_EQ(row["jobstatus"].integer(), 0);
  });
  look_at(world, "listAsyncJobs", {},
          [&](Json row) { EXPECT_EQ(row["managementserverid"].text(), world.cloud().server.text()); });
  world.rest();
  look_at(world, "listVolumes", {{"id", volume}}, [&](Json row) { EXPECT_TRUE(row["jobid"].is_null()); });
  tear_down(world);
}

TEST(Answers, a_router_shows_both_its_sides) {
  World world(1, 1);
  const auto network = make_network(world);
  deploy(world, {network});
  look_at(world, "listRouters", {}, [&](Json row) {
    EXPECT_EQ(row["arch"].text(), "x86_64");
    EXPECT_EQ(row["hostcontrolstate"].text(), "Enabled");
    EXPECT_EQ(row["gateway"].text(), "203.0.113.1");
    EXPECT_EQ(row["publicnetmask"].text(), "255.255.255.0");
    ASSERT_EQ(row["nic"].size(), 2u);
    const auto inner = row["nic"].at(0), outer = row["nic"].at(1);
    EXPECT_EQ(inner["networkid"].text(), network);
    EXPECT_EQ(inner["ipaddress"].text(), row["guestipaddress"].text());
    EXPECT_EQ(inner["traffictype"].text(), "Guest");
    EXPECT_EQ(outer["ipaddress"].text(), row["publicip"].text());
    EXPECT_EQ(outer["traffictype"].text(), "Public");
  });
  tear_down(world);
}

TEST(Answers, events_keys_and_hosts_name_whom_they_are_about) {
  World world(1, 1);
  const auto instance = deploy(world, {make_network(world)});
  std::string name;
  look_at(world, "listVirtualMachines", {{"id", instance}}, [&](Json row) { name = row["name"].text(); });
  look_at(world, "listEvents", {{"resourceid", instance}},
          [&](Json row) { EXPECT_EQ(row["resourcename"].text(), name); });
  look_at(world, "listHosts", {}, [&](Json row) {
    EXPECT_EQ(row["managementserverid"].text(), world.cloud().server.text());
    EXPECT_FALSE(row["hahost"].boolean());
    EXPECT_EQ(row["hostha"]["hastate"].text(), "Disabled");
    EXPECT_FALSE(row["outofbandmanagement"]["enabled"].boolean());
  });
  const auto user = ids(world, "users").front();
  const auto job = world.job(world.call("registerUserKeys", {{"id", user}}).job);
  const JsonDocument registered(job.result);
  const auto keys = registered.root()["userkeys"];
  EXPECT_EQ(keys["accounttype"].text(), "ADMIN");
  EXPECT_EQ(keys["roletype"].text(), "Admin");
  EXPECT_EQ(keys["domainpath"].text(), "ROOT");
  look_at(world, "getUserKeys", {{"id", user}}, [&](Json row) {
    EXPECT_EQ(row["secretkey"].text().size(), keys["secretkey"].text().size());
    EXPECT_TRUE(row["apikeyaccess"].boolean());
  });
  tear_down(world);
}

}  // namespace
}  // namespace welkin::simulation
