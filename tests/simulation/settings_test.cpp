// Settings as operators and tenants meet them: what can be changed has its effect at once, and nothing else can be.
#include "model/host.hpp"
#include "model/settings.hpp"
#include "user.hpp"

namespace welkin::simulation {
namespace {

/// Runs `f` on what the command has answered: an object, or a list's first row.
template <class F>
auto answered(World& world, std::string_view command, Pairs parameters, F f) {
  const auto text = world.call(command, std::move(parameters)).text;
  const JsonDocument document(text);
  return f(document.root().is_list() ? document.root().at(0) : document.root());
}
std::string told(World& world, std::string_view command, Pairs parameters, std::string_view field) {
  return answered(world, command, std::move(parameters), [&](Json json) { return std::string(json[field].text()); });
}
std::size_t rows(World& world, std::string_view command, Pairs parameters) {
  const auto text = world.call(command, std::move(parameters)).text;
  const JsonDocument document(text);
  return document.root().size();
}
void set(World& world, const std::string& name, const std::string& value, Pairs place = {}) {
  place.insert(place.begin(), {{"name", name}, {"value", value}});
  world.call("updateConfiguration", place);
}
std::string value_of(World& world, const std::string& name, Pairs place = {}) {
  place.emplace_back("name", name);
  return told(world, "listConfigurations", place, "value");
}

TEST(SettingsOfACloud, are_listed_by_page_place_and_group) {
  World world(1, 1);
  EXPECT_EQ(rows(world, "listConfigurations", {{"page", "2"}, {"pagesize", "500"}}),
            model::declared_settings().size() - 500);
  EXPECT_EQ(rows(world, "listConfigurations", {{"name", "expunge.delay"}}), 1u);
  EXPECT_EQ(rows(world, "listConfigurations", {{"group", "Access"}, {"subgroup", "LDAP"}}), 18u);
  EXPECT_EQ(rows(world, "listConfigurations", {{"parent", "expunge.delay"}}), 0u);
  EXPECT_EQ(rows(world, "listConfigurations", {{"clusterid", world.cluster}, {"keyword", "overprovisioning"}}), 2u);
  EXPECT_EQ(told(world, "listConfigurations", {{"name", "expunge.delay"}}, "displaytext"), "Expunge delay");
  EXPECT_EQ(refusal(world, "listConfigurations", {{"clusterid", world.cluster}, {"zoneid", world.zone}})->fault,
            Fault::invalid);
  EXPECT_EQ(rows(world, "listConfigurationGroups", {}), 10u);
  answered(world, "listConfigurationGroups", {{"group", "access"}}, [](Json group) {
    EXPECT_EQ(group["subgroup"].size(), 5u);
    EXPECT_EQ(group["precedence"].integer(), 1);
    return 0;
  });
}

TEST(SettingsOfACloud, that_would_have_no_effect_are_refused_with_the_reason) {
  World world(1, 1);
  const auto error = refusal(world, "updateConfiguration", {{"name", "drs.imbalance"}, {"value", "0.9"}});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault, Fault::unsupported);
  EXPECT_NE(error->message.find("balancing of clusters"), std::string::npos) << error->message;
  EXPECT_EQ(refusal(world, "updateConfiguration", {{"name", "drs.imbalance"}, {"value", "0.4"}}), std::nullopt)
      << "it is what holds";
}

TEST(SettingsOfACloud, change_and_are_reset_in_one_place) {
  World world(1, 1);
  const auto capacity = [&] {
    return world.read([](sql::Transaction& tx) { return sql::all<model::Host>(tx, "")[0].cpu_mhz_capacity; });
  };
  const auto plain = capacity();
  set(world, "cpu.overprovisioning.factor", "3");
  EXPECT_EQ(capacity(), plain * 3);
  set(world, "cpu.overprovisioning.factor", "2", {{"clusterid", world.cluster}});
  EXPECT_EQ(capacity(), plain * 2);
  EXPECT_EQ(told(world, "listClusters", {}, "cpuovercommitratio"), "2.0");
  EXPECT_EQ(value_of(world, "cpu.overprovisioning.factor"), "3");
  EXPECT_EQ(value_of(world, "cpu.overprovisioning.factor", {{"clusterid", world.cluster}}), "2");
  EXPECT_EQ(told(world, "resetConfiguration", {{"name", "cpu.overprovisioning.factor"}, {"clusterid", world.cluster}},
                 "value"),
            "3");
  world.call("resetConfiguration", {{"name", "cpu.overprovisioning.factor"}});
  EXPECT_EQ(capacity(), plain);
  EXPECT_EQ(refusal(world, "updateConfiguration",
                    {{"name", "expunge.delay"}, {"value", "60"}, {"zoneid", world.zone}})->subject,
            "name");
}

TEST(SettingsOfACloud, bound_the_size_of_disks) {
  World world(1, 1);
  const auto open = world.made("createDiskOffering", {{"name", "open"}, {"displaytext", "open"}, {"customized", "true"}});
  const auto makes = [&](const std::string& size) {
    return !refusal(world, "createVolume",
                    {{"name", "v" + size}, {"diskofferingid", open}, {"zoneid", world.zone}, {"size", size}});
  };
  EXPECT_TRUE(makes("12"));
  set(world, "custom.diskoffering.size.max", "10");
  EXPECT_FALSE(makes("11"));
  set(world, "custom.diskoffering.size.min", "5");
  EXPECT_FALSE(makes("4"));
  set(world, "storage.max.volume.size", "7");
  EXPECT_FALSE(makes("8"));
  EXPECT_TRUE(makes("6"));
  EXPECT_EQ(answered(world, "listCapabilities", {}, [](Json c) { return c["customdiskofferingmaxsize"].integer(); }), 10);
}

TEST(SettingsOfACloud, say_what_users_may_do_with_their_instances) {
  World world(1, 1);
  const auto domain = world.made("createDomain", {{"name", "sales"}});
  const auto text = world.call("createAccount", {{"username", "ann"}, {"password", "kept secret"}, {"firstname", "A"},
                                                 {"lastname", "B"}, {"email", "a@example.org"}, {"accounttype", "0"},
                                                 {"domainid", domain}}).text;
  const JsonDocument document(text);
  const auto account = std::string(document.root()["id"].text());
  const auto user = Id<model::User>::parse(document.root()["user"].at(0)["id"].text()).value();
  const auto root = world.caller;
  const auto as = [&](const Id<model::User>& who, auto f) {
    world.caller = who;
    f();
    world.caller = root;
  };
  as(user, [&] {
    const auto instance = deploy(world, {make_network(world)});
    EXPECT_FALSE(refusal(world, "stopVirtualMachine", {{"id", instance}, {"forced", "true"}}));
    world.done("startVirtualMachine", {{"id", instance}});
    EXPECT_EQ(refusal(world, "destroyVirtualMachine", {{"id", instance}, {"expunge", "true"}})->fault, Fault::forbidden);
    world.done("destroyVirtualMachine", {{"id", instance}});
    EXPECT_EQ(rows(world, "listVirtualMachines", {}), 0u) << "users do not see destroyed instances";
    EXPECT_EQ(refusal(world, "recoverVirtualMachine", {{"id", instance}})->fault, Fault::forbidden);
  });
  set(world, "allow.user.view.destroyed.vm", "true", {{"accountid", account}});
  set(world, "allow.user.expunge.recover.vm", "true", {{"accountid", account}});
  set(world, "allow.user.force.stop.vm", "false", {{"accountid", account}});
  as(user, [&] {
    const auto instance = told(world, "listVirtualMachines", {}, "id");
    EXPECT_FALSE(refusal(world, "recoverVirtualMachine", {{"id", instance}}));
    EXPECT_EQ(refusal(world, "stopVirtualMachine", {{"id", instance}, {"forced", "true"}})->fault, Fault::forbidden);
    EXPECT_FALSE(refusal(world, "destroyVirtualMachine", {{"id", instance}, {"expunge", "true"}}));
    EXPECT_EQ(rows(world, "listVirtualMachines", {}), 0u);
  });
}

}  // namespace
}  // namespace welkin::simulation
