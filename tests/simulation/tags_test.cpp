// Tags: what owners put on their things, found by it, and seen by nobody else.
#include "door.hpp"

namespace welkin::simulation {
namespace {

Pairs on(const std::string& type, const std::string& id, Pairs further = {}) {
  further.emplace_back("resourcetype", type);
  further.emplace_back("resourceids", id);
  return further;
}
Pairs tag(const std::string& key, const std::string& value) { return {{"tags[0].key", key}, {"tags[0].value", value}}; }

TEST(Tags, what_carries_a_tag_is_found_by_it_and_shows_it) {
  World world(1, 1);
  const auto first = make_volume(world);
  const auto second = make_volume(world);
  world.done("createTags", on("UserVm", deploy(world, {make_network(world)}), tag("tier", "web")));
  world.done("createTags", on("volume", first + "," + second, tag("tier", "web")));
  world.done("createTags", on("Volume", first, tag("stage", "test")));
  auto both = tag("tier", "web");
  both.insert(both.end(), {{"tags[1].key", "stage"}, {"tags[1].value", "test"}});
  EXPECT_EQ(listed(world, "listVolumes", both), first);
  EXPECT_EQ(listed(world, "listVolumes", tag("tier", "database")), "");
  EXPECT_EQ(listed(world, "listTags", {{"resourceid", first}}, "key"), "stage,tier");
  EXPECT_EQ(listed(world, "listTags", {{"resourcetype", "UserVm"}}, "value"), "web");
  const auto text = world.call("listVolumes", {{"id", first}}).text;
  const JsonDocument document(text);
  const auto shown = document.root().at(0)["tags"];
  ASSERT_EQ(shown.size(), 2u);
  EXPECT_EQ(shown.at(0)["key"].text(), "stage");
  EXPECT_EQ(shown.at(0)["resourcetype"].text(), "Volume");
  EXPECT_EQ(shown.at(0)["resourceid"].text(), first);
}

TEST(Tags, each_kind_of_thing_carries_them_and_its_list_finds_it) {
  World world(1, 1);
  furnish(world);
  const std::tuple<std::string, std::string, std::string> kinds[] = {
      {"UserVm", "instances", "listVirtualMachines"},
      {"Volume", "volumes", "listVolumes"},
      {"Network", "networks", "listNetworks"},
      {"PublicIpAddress", "public_addresses where state = 'Allocated'", "listPublicIpAddresses"},
      {"PortForwardingRule", "port_forwarding_rules", "listPortForwardingRules"},
      {"FirewallRule", "firewall_rules where direction = 'Ingress'", "listFirewallRules"},
      {"Domain", "domains", "listDomains"}};
  for (const auto& [kind, table, list] : kinds) {
    const auto found = ids(world, table);
    ASSERT_FALSE(found.empty()) << table;
    world.done("createTags", on(kind, found.front(), tag("kind", kind)));
    EXPECT_EQ(listed(world, list, tag("kind", kind)), found.front()) << list;
  }
  const auto project = world.done("createProject", {{"name", "atlas"}, {"displaytext", "maps"}});
  world.done("createTags", on("Project", project, tag("kind", "Project")));
  EXPECT_EQ(listed(world, "listProjects", tag("kind", "Project")), project);
  const auto ann = make_person(world, "ann", "0");
  world.done("createTags", on("Account", ann.account, tag("kind", "Account")));
  world.done("createTags", on("User", ann.user.text(), tag("kind", "User")));
  EXPECT_EQ(listed(world, "listTags", {{"account", "ann"}, {"domainid", ann.domain}}, "value"), "Account,User");
}

TEST(Tags, a_key_is_on_a_thing_once_and_comes_off_by_key_by_value_or_with_all) {
  World world(1, 1);
  const auto volume = make_volume(world);
  for (const auto& [key, value] : {std::pair("a", "1"), std::pair("b", "2"), std::pair("c", "3")})
    world.done("createTags", on("Volume", volume, tag(key, value)));
  EXPECT_TRUE(refusal(world, "createTags", on("Volume", volume, tag("a", "4"))));
  EXPECT_TRUE(refusal(world, "deleteTags", on("Volume", volume, tag("a", "4"))));
  world.done("deleteTags", on("Volume", volume, {{"tags[0].key", "a"}}));
  world.done("deleteTags", on("Volume", volume, tag("b", "2")));
  EXPECT_EQ(listed(world, "listTags", {{"resourceid", volume}}, "key"), "c");
  world.done("deleteTags", on("Volume", volume));
  EXPECT_EQ(listed(world, "listTags", {{"resourceid", volume}}, "key"), "");
}

TEST(Tags, what_is_another_s_cannot_be_tagged_and_its_tags_are_not_seen) {
  World world(1, 1);
  const auto ann = make_person(world, "ann", "0");
  const auto bob = make_person(world, "bob", "0");
  world.caller = ann.user;
  const auto volume = make_volume(world);
  world.done("createTags", on("Volume", volume, tag("tier", "web")));
  world.caller = bob.user;
  const auto own = make_volume(world);
  const auto stranger = refusal(world, "createTags", on("Volume", own + "," + volume, tag("mine", "now")));
  const auto absent = refusal(world, "createTags", on("Volume", "00000000-0000-4000-8000-000000000000", tag("a", "b")));
  ASSERT_TRUE(stranger && absent);
  EXPECT_EQ(stranger->subject, absent->subject);
  EXPECT_EQ(listed(world, "listTags", {{"resourceid", own}}, "key"), "") << "a refused request has left something behind";
  EXPECT_TRUE(refusal(world, "deleteTags", on("Volume", volume)));
  EXPECT_EQ(listed(world, "listTags", {{"resourceid", volume}}, "key"), "");
  EXPECT_EQ(listed(world, "listTags", {{"listall", "true"}}, "key"), "");
  EXPECT_EQ(listed(world, "listVolumes", {{"tags[0].key", "tier"}, {"tags[0].value", "web"}, {"listall", "true"}}), "");
  // Somebody's account or network under another kind's name is nothing either.
  EXPECT_TRUE(refusal(world, "createTags", on("UserVm", own, tag("a", "b"))));
  EXPECT_TRUE(refusal(world, "createTags", on("Account", ann.account, tag("a", "b"))));
  EXPECT_TRUE(refusal(world, "createTags", on("Domain", bob.domain, tag("a", "b"))));
  world.caller = world.root;
  EXPECT_EQ(listed(world, "listTags", {{"resourceid", volume}}, "key"), "tier");
}

TEST(Tags, words_are_data_with_bounds) {
  World world(1, 1);
  const auto volume = make_volume(world);
  const std::string markup = "<script>'\"; drop table tags; --%_";
  world.done("createTags", on("Volume", volume, tag(markup, markup)));
  EXPECT_EQ(listed(world, "listTags", {{"key", markup}}, "value"), markup);
  EXPECT_EQ(listed(world, "listVolumes", tag(markup, markup)), volume);
  EXPECT_EQ(listed(world, "listVolumes", tag("%", "%")), "");
  EXPECT_TRUE(refusal(world, "createTags", on("Volume", volume, tag("a", "b\r\nSet-Cookie: c"))));
  EXPECT_TRUE(refusal(world, "createTags", on("Volume", volume, tag("", "b"))));
  EXPECT_TRUE(refusal(world, "createTags", on("Volume", volume, tag("a", ""))));
  EXPECT_TRUE(refusal(world, "createTags", on("Volume", volume, tag("a", std::string(256, 'b')))));
  EXPECT_TRUE(refusal(world, "createTags", on("Kettle", volume, tag("a", "b"))));
  Pairs many;
  for (int i = 0; i < 200; ++i) {
    many.emplace_back(fmt::format("tags[{}].key", i), fmt::format("key {}", i));
    many.emplace_back(fmt::format("tags[{}].value", i), "x");
  }
  EXPECT_TRUE(refusal(world, "createTags", on("Volume", volume, many)));
  EXPECT_EQ(listed(world, "listTags", {{"resourceid", volume}}, "value"), markup);
}

TEST(Tags, they_go_with_their_thing_and_come_with_a_template) {
  World world(1, 1);
  const auto volume = make_volume(world);
  world.done("createTags", on("Volume", volume, tag("tier", "web")));
  world.call("deleteVolume", {{"id", volume}});
  world.rest();
  EXPECT_EQ(listed(world, "listTags", {{"listall", "true"}}, "key"), "");
  const auto image = ids(world, "templates").front();
  world.done("createTags", on("Template", image, tag("os", "Debian")));
  auto wish = deployment(world, {make_network(world)});
  wish.emplace_back("copyimagetags", "true");
  const auto instance = world.done("deployVirtualMachine", wish);
  EXPECT_EQ(listed(world, "listVirtualMachines", tag("os", "Debian")), instance);
  world.done("destroyVirtualMachine", {{"id", instance}, {"expunge", "true"}});
  world.rest();
  EXPECT_EQ(listed(world, "listTags", {{"listall", "true"}}, "resourcetype"), "Template");
}

}  // namespace
}  // namespace welkin::simulation
