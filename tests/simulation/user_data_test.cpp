// User data: whose it is, how it comes with templates, and what a guest is given. And groups that instances are sorted into.
#include "door.hpp"
#include "model/instance.hpp"
#include "net/base64.hpp"

namespace welkin::simulation {
namespace {

const std::string cloud_config = net::base64("#cloud-config\npackages: [nginx]\n");
const std::string script = net::base64("#!/bin/sh\necho hello\n");

std::string register_data(World& world, const std::string& name, const std::string& text) {
  return world.made("registerUserData", {{"name", name}, {"userdata", text}});
}
void link(World& world, const std::string& data, const std::string& policy) {
  world.call("linkUserDataToTemplate",
             {{"templateid", world.image}, {"userdataid", data}, {"userdatapolicy", policy}});
}
std::string deploy_with(World& world, Pairs further) {
  auto wish = deployment(world, {make_network(world)});
  wish.insert(wish.end(), further.begin(), further.end());
  return world.done("deployVirtualMachine", wish);
}
/// What the guest is given, as text.
std::string given(World& world, const std::string& instance) {
  return world.read([&](sql::Transaction& tx) {
    const auto row = sql::need<model::Instance>(tx, Id<model::Instance>::parse(instance).value());
    return net::from_base64(row.user_data).value_or("not base64");
  });
}

TEST(UserData, of_a_template_is_given_to_instances_that_bring_none_and_yields_or_stands_as_its_policy_says) {
  World world(1, 1);
  const auto data = register_data(world, "packages", cloud_config);
  link(world, data, "ALLOWOVERRIDE");
  EXPECT_EQ(given(world, deploy_with(world, {})), net::from_base64(cloud_config));
  EXPECT_EQ(given(world, deploy_with(world, {{"userdata", script}})), net::from_base64(script));
  link(world, data, "DENYOVERRIDE");
  EXPECT_EQ(given(world, deploy_with(world, {})), net::from_base64(cloud_config));
  auto wish = deployment(world, {make_network(world)});
  wish.emplace_back("userdata", script);
  const auto refused = refusal(world, "deployVirtualMachine", wish);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->subject, "userdata");
  world.call("linkUserDataToTemplate", {{"templateid", world.image}});
  EXPECT_EQ(given(world, deploy_with(world, {})), "");
}

TEST(UserData, that_is_appended_is_one_message_of_both_parts) {
  World world(2, 1);
  link(world, register_data(world, "packages", cloud_config), "APPEND");
  const auto text = given(world, deploy_with(world, {{"userdata", script}}));
  EXPECT_TRUE(text.starts_with("Content-Type: multipart/mixed; boundary=\"")) << text;
  const auto first = text.find("Content-Type: text/cloud-config"), second = text.find("Content-Type: text/x-shellscript");
  ASSERT_NE(first, std::string::npos) << text;
  ASSERT_NE(second, std::string::npos) << text;
  EXPECT_LT(first, second) << "the template's comes first";
  EXPECT_NE(text.find(cloud_config), std::string::npos);
  EXPECT_NE(text.find(script), std::string::npos);
}

TEST(UserData, is_set_anew_while_an_instance_is_stopped) {
  World world(3, 1);
  const auto instance = deploy_with(world, {{"userdata", script}});
  EXPECT_TRUE(refusal(world, "resetUserDataForVirtualMachine", {{"id", instance}, {"userdata", cloud_config}}));
  world.done("stopVirtualMachine", {{"id", instance}});
  world.call("resetUserDataForVirtualMachine", {{"id", instance}, {"userdata", cloud_config}});
  EXPECT_EQ(given(world, instance), net::from_base64(cloud_config));
  EXPECT_TRUE(refusal(world, "resetUserDataForVirtualMachine",
                      {{"id", instance}, {"userdata", script}, {"userdataid", register_data(world, "x", script)}}));
  world.call("resetUserDataForVirtualMachine", {{"id", instance}});
  EXPECT_EQ(given(world, instance), "");
}

TEST(UserData, that_is_in_use_is_not_forgotten_and_another_s_is_not_used) {
  World world(4, 1);
  const auto ann = make_person(world, "ann", "0"), bob = make_person(world, "bob", "0");
  world.caller = ann.user;
  const auto data = register_data(world, "packages", cloud_config);
  const auto instance = deploy_with(world, {{"userdataid", data}});
  EXPECT_TRUE(refusal(world, "deleteUserData", {{"id", data}}));
  EXPECT_TRUE(refusal(world, "linkUserDataToTemplate", {{"templateid", world.image}, {"userdataid", data}}))
      << "the template is not hers";
  world.caller = bob.user;
  auto wish = deployment(world, {make_network(world)});
  wish.emplace_back("userdataid", data);
  EXPECT_TRUE(refusal(world, "deployVirtualMachine", wish));
  EXPECT_EQ(listed(world, "listUserData", {{"listall", "true"}}), "");
  world.caller = ann.user;
  EXPECT_EQ(listed(world, "listVirtualMachines", {{"userdataid", data}}), instance);
  world.caller = world.root;
  world.done("destroyVirtualMachine", {{"id", instance}, {"expunge", "true"}});
  world.caller = ann.user;
  EXPECT_FALSE(refusal(world, "deleteUserData", {{"id", data}}));
}

TEST(InstanceGroups, sort_their_owners_instances_and_let_them_go) {
  World world(5, 1);
  const auto ann = make_person(world, "ann", "0"), bob = make_person(world, "bob", "0");
  world.caller = ann.user;
  const auto instance = deploy_with(world, {{"group", "web"}});
  const auto group = listed(world, "listInstanceGroups", {{"name", "web"}});
  ASSERT_NE(group, "") << "a deployment makes the group that it names";
  EXPECT_EQ(listed(world, "listVirtualMachines", {{"groupid", group}}), instance);
  EXPECT_TRUE(refusal(world, "createInstanceGroup", {{"name", "web"}}));
  world.call("updateInstanceGroup", {{"id", group}, {"name", "shop"}});
  EXPECT_EQ(listed(world, "listVirtualMachines", {{"id", instance}}, "group"), "shop");
  world.caller = bob.user;
  EXPECT_EQ(listed(world, "listInstanceGroups", {{"listall", "true"}}), "");
  EXPECT_TRUE(refusal(world, "deleteInstanceGroup", {{"id", group}}));
  EXPECT_FALSE(refusal(world, "createInstanceGroup", {{"name", "shop"}})) << "names are the account's own";
  world.caller = ann.user;
  world.call("deleteInstanceGroup", {{"id", group}});
  EXPECT_EQ(listed(world, "listVirtualMachines", {{"id", instance}}, "group"), "");
  EXPECT_EQ(listed(world, "listVirtualMachines", {{"id", instance}}), instance);
}

}  // namespace
}  // namespace welkin::simulation
