// Notes, details and icons: what people put on things, who sees it, and that it goes with the thing.
#include "door.hpp"

namespace welkin::simulation {
namespace {

/// One transparent dot, as a PNG.
constexpr auto dot =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=";

Pairs note_on(const std::string& type, const std::string& id, const std::string& text, Pairs further = {}) {
  further.insert(further.end(), {{"entitytype", type}, {"entityid", id}, {"annotation", text}});
  return further;
}
std::string notes(World& world, Pairs parameters = {}) {
  return listed(world, "listAnnotations", parameters, "annotation");
}
bool noted(World& world, std::string_view command, const Pairs& parameters) {
  const auto text = world.call(command, parameters).text;
  const JsonDocument document(text);
  return document.root().at(0)["hasannotations"].boolean();
}
/// `member` of the object in the first row of a list.
std::string shown(World& world, std::string_view command, const Pairs& parameters, std::string_view object,
                  std::string_view member) {
  const auto text = world.call(command, parameters).text;
  const JsonDocument document(text);
  return std::string(document.root().at(0)[object][member].text());
}

TEST(Annotations, each_kind_of_thing_carries_notes_and_says_so) {
  World world(1, 1);
  furnish(world);
  world.call("createInstanceGroup", {{"name", "web"}});
  world.call("registerUserData", {{"name", "hello"}, {"userdata", "I2Nsb3VkLWNvbmZpZwo="}});
  world.call("createSSHKeyPair", {{"name", "door"}});
  const std::tuple<std::string, std::string, std::string> kinds[] = {
      {"VM", "instances", "listVirtualMachines"},
      {"VOLUME", "volumes", "listVolumes"},
      {"INSTANCE_GROUP", "instance_groups", "listInstanceGroups"},
      {"SSH_KEYPAIR", "ssh_keys", "listSSHKeyPairs"},
      {"USER_DATA", "user_data", "listUserData"},
      {"NETWORK", "networks", "listNetworks"},
      {"PUBLIC_IP_ADDRESS", "public_addresses where state = 'Allocated'", "listPublicIpAddresses"},
      {"SERVICE_OFFERING", "service_offerings where removed is null and is_system = 0", "listServiceOfferings"},
      {"DISK_OFFERING", "disk_offerings where removed is null", "listDiskOfferings"},
      {"NETWORK_OFFERING", "network_offerings where removed is null", "listNetworkOfferings"},
      {"ZONE", "zones", "listZones"},
      {"POD", "pods", "listPods"},
      {"CLUSTER", "clusters", "listClusters"},
      {"HOST", "hosts", "listHosts"},
      {"DOMAIN", "domains", "listDomains"},
      {"PRIMARY_STORAGE", "storage_pools", "listStoragePools"},
      {"SECONDARY_STORAGE", "image_stores", "listImageStores"},
      {"VR", "routers", "listRouters"}};
  for (const auto& [kind, table, list] : kinds) {
    const auto found = ids(world, table);
    ASSERT_FALSE(found.empty()) << table;
    const Pairs one = {{"id", found.front()}};
    EXPECT_FALSE(noted(world, list, one)) << list;
    world.made("addAnnotation", note_on(kind, found.front(), "about a " + kind));
    EXPECT_TRUE(noted(world, list, one)) << list;
    EXPECT_EQ(notes(world, {{"entitytype", kind}, {"entityid", found.front()}}), "about a " + kind);
  }
  const auto image = ids(world, "templates").front();
  world.made("addAnnotation", note_on("TEMPLATE", image, "old"));
  EXPECT_TRUE(noted(world, "listTemplates", {{"templatefilter", "all"}, {"id", image}}));
}

TEST(Annotations, they_are_seen_by_those_who_see_the_thing_and_changed_by_their_writers) {
  World world(2, 1);
  const auto ann = make_person(world, "ann", "0"), boss = make_person(world, "boss", "2", ann.domain);
  const auto bob = make_person(world, "bob", "0");
  world.caller = ann.user;
  const auto volume = make_volume(world);
  const auto own = world.made("addAnnotation", note_on("VOLUME", volume, "mine"));
  world.caller = boss.user;
  const auto theirs = world.made("addAnnotation", note_on("VOLUME", volume, "watch this", {{"adminsonly", "true"}}));
  EXPECT_EQ(notes(world), "mine,watch this");
  EXPECT_EQ(notes(world, {{"annotationfilter", "self"}}), "watch this");
  world.caller = ann.user;
  EXPECT_EQ(notes(world), "mine");
  EXPECT_EQ(notes(world, {{"entitytype", "VOLUME"}, {"entityid", volume}}), "mine");
  EXPECT_TRUE(refusal(world, "removeAnnotation", {{"id", theirs}}));
  EXPECT_TRUE(refusal(world, "updateAnnotationVisibility", {{"id", theirs}, {"adminsonly", "false"}}));
  EXPECT_TRUE(refusal(world, "addAnnotation", note_on("ZONE", world.zone, "nice place")));
  world.caller = bob.user;
  EXPECT_EQ(notes(world), "");
  EXPECT_TRUE(refusal(world, "addAnnotation", note_on("VOLUME", volume, "hello")));
  EXPECT_TRUE(refusal(world, "removeAnnotation", {{"id", own}}));
  EXPECT_TRUE(refusal(world, "listAnnotations", {{"entitytype", "VOLUME"}, {"entityid", volume}}));
  world.caller = boss.user;
  world.call("updateAnnotationVisibility", {{"id", theirs}, {"adminsonly", "false"}});
  world.caller = ann.user;
  EXPECT_EQ(notes(world), "mine,watch this");
  EXPECT_TRUE(refusal(world, "removeAnnotation", {{"id", theirs}})) << "it is still the boss's";
  world.call("removeAnnotation", {{"id", own}});
  EXPECT_EQ(notes(world), "watch this");
}

TEST(Annotations, bad_ones_are_refused) {
  World world(3, 1);
  const auto volume = make_volume(world);
  EXPECT_TRUE(refusal(world, "addAnnotation", note_on("KETTLE", volume, "x")));
  EXPECT_TRUE(refusal(world, "addAnnotation", note_on("VM", volume, "x")));
  EXPECT_TRUE(refusal(world, "addAnnotation", note_on("VOLUME", volume, "")));
  EXPECT_TRUE(refusal(world, "addAnnotation", note_on("VOLUME", volume, std::string(4097, 'x'))));
  EXPECT_TRUE(refusal(world, "addAnnotation", {{"annotation", "x"}, {"entitytype", "VOLUME"}}));
  EXPECT_EQ(notes(world), "");
}

TEST(Marks, all_of_them_go_with_their_thing) {
  World world(4, 1);
  const auto ann = make_person(world, "ann", "0");
  world.caller = ann.user;
  furnish(world);
  world.call("createInstanceGroup", {{"name", "web"}});
  world.call("createSSHKeyPair", {{"name", "door"}});
  world.caller = world.root;
  for (const auto& id : ids(world, "instances")) {
    world.made("addAnnotation", note_on("VM", id, "x"));
    world.call("uploadResourceIcon", {{"resourcetype", "UserVm"}, {"resourceids", id}, {"base64image", dot}});
  }
  for (const auto& id : ids(world, "volumes"))
    world.done("addResourceDetail", {{"resourcetype", "Volume"}, {"resourceid", id}, {"details[0].key", "a"},
                                     {"details[0].value", "b"}});
  for (const auto& id : ids(world, "nics"))
    world.done("addResourceDetail", {{"resourcetype", "Nic"}, {"resourceid", id}, {"details[0].key", "a"},
                                     {"details[0].value", "b"}});
  for (const auto& id : ids(world, "routers")) world.made("addAnnotation", note_on("VR", id, "x"));
  for (const auto& id : ids(world, "networks")) world.made("addAnnotation", note_on("NETWORK", id, "x"));
  for (const auto& id : ids(world, "public_addresses where state = 'Allocated'"))
    world.made("addAnnotation", note_on("PUBLIC_IP_ADDRESS", id, "x"));
  for (const auto& id : ids(world, "instance_groups")) world.made("addAnnotation", note_on("INSTANCE_GROUP", id, "x"));
  for (const auto& id : ids(world, "ssh_keys")) world.made("addAnnotation", note_on("SSH_KEYPAIR", id, "x"));
  world.call("uploadResourceIcon", {{"resourcetype", "Account"}, {"resourceids", ann.account}, {"base64image", dot}});
  world.done("deleteAccount", {{"id", ann.account}});
  world.rest();
  for (const std::string table : {"annotations", "resource_details", "icons", "tags"})
    EXPECT_EQ(ids(world, table), std::vector<std::string>{}) << table;
}

TEST(Icons, they_are_pictures_and_shown_where_they_are_asked_for) {
  World world(5, 1);
  const auto network = make_network(world);
  const auto upload = [&](const std::string& image) {
    return refusal(world, "uploadResourceIcon",
                   {{"resourcetype", "Network"}, {"resourceids", network}, {"base64image", image}});
  };
  EXPECT_TRUE(upload("not base64!"));
  EXPECT_TRUE(upload("PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjxzY3JpcHQvPjwvc3ZnPg==")) << "SVG runs scripts";
  EXPECT_FALSE(upload(dot));
  EXPECT_FALSE(upload(dot)) << "the new one takes the old one's place";
  EXPECT_EQ(listed(world, "listResourceIcon", {{"resourcetype", "Network"}, {"resourceids", network}}, "base64image"), dot);
  EXPECT_EQ(shown(world, "listNetworks", {{"id", network}, {"showicon", "true"}}, "icon", "base64image"), dot);
  EXPECT_EQ(shown(world, "listNetworks", {{"id", network}}, "icon", "base64image"), "");
  const auto bob = make_person(world, "bob", "0");
  world.caller = bob.user;
  EXPECT_TRUE(upload(dot));
  EXPECT_TRUE(refusal(world, "listResourceIcon", {{"resourcetype", "Network"}, {"resourceids", network}}));
  EXPECT_FALSE(refusal(world, "uploadResourceIcon",
                       {{"resourcetype", "User"}, {"resourceids", bob.user.text()}, {"base64image", dot}}));
  EXPECT_EQ(shown(world, "listUsers", {{"showicon", "true"}}, "icon", "base64image"), dot);
  world.call("deleteResourceIcon", {{"resourcetype", "User"}, {"resourceids", bob.user.text()}});
  EXPECT_EQ(shown(world, "listUsers", {{"showicon", "true"}}, "icon", "base64image"), "");
}

TEST(Icons, instances_without_one_show_that_of_their_template_or_system) {
  World world(6, 1);
  const auto instance = deploy(world, {make_network(world)});
  const auto upload = [&](const std::string& kind, const std::string& id) {
    world.call("uploadResourceIcon", {{"resourcetype", kind}, {"resourceids", id}, {"base64image", dot}});
  };
  const auto of_which = [&] {
    return shown(world, "listVirtualMachines", {{"id", instance}, {"showicon", "true"}}, "icon", "resourcetype");
  };
  EXPECT_EQ(of_which(), "");
  upload("GuestOsCategory", ids(world, "os_categories where id in (select os_category_id from os_types where id in "
                                       "(select os_type_id from instances))").front());
  EXPECT_EQ(of_which(), "GuestOsCategory");
  upload("Template", ids(world, "templates where id in (select template_id from instances)").front());
  EXPECT_EQ(of_which(), "Template");
  upload("UserVm", instance);
  EXPECT_EQ(of_which(), "UserVm");
}

TEST(Details, they_lie_with_the_thing_or_beside_it_and_are_listed_alike) {
  World world(6, 1);
  const auto ann = make_person(world, "ann", "0");
  world.caller = ann.user;
  const auto volume = make_volume(world), instance = deploy(world, {make_network(world)});
  world.caller = world.root;
  const auto put = [&](const std::string& type, const std::string& id, const std::string& key, Pairs further = {}) {
    further.insert(further.end(), {{"resourcetype", type}, {"resourceid", id}, {"details[0].key", key},
                                   {"details[0].value", "of " + type}});
    return refusal(world, "addResourceDetail", further);
  };
  EXPECT_FALSE(put("Volume", volume, "tier"));
  EXPECT_FALSE(put("Volume", volume, "secret", {{"fordisplay", "false"}}));
  EXPECT_FALSE(put("UserVm", instance, "tier"));
  EXPECT_TRUE(put("UserVm", instance, "secret", {{"fordisplay", "false"}}));
  EXPECT_TRUE(put("Volume", instance, "tier"));
  EXPECT_TRUE(put("Volume", volume, ""));
  const auto keys_of = [&](const std::string& type, const std::string& id) {
    return listed(world, "listResourceDetails", {{"resourcetype", type}, {"resourceid", id}}, "key");
  };
  EXPECT_EQ(keys_of("Volume", volume), "secret,tier");
  EXPECT_EQ(shown(world, "listVirtualMachines", {{"id", instance}}, "details", "tier"), "of UserVm");
  world.caller = ann.user;
  EXPECT_EQ(listed(world, "listResourceDetails", {{"resourcetype", "Volume"}}, "key"), "tier");
  EXPECT_EQ(keys_of("UserVm", instance), "tier");
  EXPECT_TRUE(refusal(world, "listResourceDetails", {{"resourcetype", "UserVm"}}));
  world.caller = world.root;
  world.caller = make_person(world, "bob", "0").user;
  EXPECT_EQ(listed(world, "listResourceDetails", {{"resourcetype", "Volume"}}, "key"), "");
  EXPECT_TRUE(refusal(world, "listResourceDetails", {{"resourcetype", "Volume"}, {"resourceid", volume}}));
  world.caller = world.root;
  EXPECT_TRUE(refusal(world, "removeResourceDetail", {{"resourcetype", "Volume"}, {"resourceid", volume}, {"key", "x"}}));
  world.done("removeResourceDetail", {{"resourcetype", "Volume"}, {"resourceid", volume}, {"key", "secret"}});
  EXPECT_EQ(keys_of("Volume", volume), "tier");
  world.done("removeResourceDetail", {{"resourcetype", "UserVm"}, {"resourceid", instance}});
  EXPECT_EQ(keys_of("UserVm", instance), "");
}

}  // namespace
}  // namespace welkin::simulation
