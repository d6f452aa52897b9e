// What clients offer to choose from, and by what a cloud is known.
#include "door.hpp"
#include "net/base64.hpp"
#include "net/digest.hpp"

namespace welkin::simulation {
namespace {

TEST(Catalogue, a_clouds_identifier_is_signed_with_the_users_own_key) {
  World world(1, 1);
  const auto labs = world.made("createDomain", {{"name", "labs"}});
  const auto ann = make_person(world, "ann", "0", labs), bob = make_person(world, "bob", "0", labs);
  EXPECT_TRUE(refusal_of(world, "getCloudIdentifier", {{"userid", ann.user.text()}})) << "ann has no keys";
  make_keys(world, ann.user);
  world.loop.run_for(1s);
  const auto keys = make_keys(world, ann.user);
  world.caller = ann.user;
  const auto text = world.call("getCloudIdentifier", {{"userid", ann.user.text()}}).text;
  const JsonDocument document(text);
  const auto said = document.root().is_object() && document.root()["cloudidentifier"].is_object()
                        ? document.root()["cloudidentifier"] : document.root();
  const std::string cloud(said["cloudidentifier"].text());
  EXPECT_EQ(cloud.size(), 36u);
  EXPECT_EQ(said["userid"].text(), ann.user.text());
  EXPECT_EQ(said["signature"].text(), net::base64(net::hmac_sha1(keys.secret, cloud)));
  world.caller = bob.user;
  const auto stranger = refusal_of(world, "getCloudIdentifier", {{"userid", ann.user.text()}});
  const auto absent = refusal_of(world, "getCloudIdentifier", {{"userid", "00000000-0000-4000-8000-000000000000"}});
  ASSERT_TRUE(stranger && absent);
  EXPECT_EQ(stranger->subject, absent->subject);
}

TEST(Catalogue, only_details_that_are_heeded_are_offered) {
  World world(1, 1);
  const auto instance = deploy(world, {make_network(world)});
  EXPECT_NE(world.call("listDetailOptions", {{"resourcetype", "UserVm"}}).text.find(R"("boot":["cdrom","hd"])"),
            std::string::npos);
  const Pairs simulated = {{"resourcetype", "UserVm"}, {"resourceid", instance}};
  EXPECT_EQ(world.call("listDetailOptions", simulated).text.find("boot"), std::string::npos) << "simulators heed none";
  EXPECT_EQ(world.call("listDetailOptions", {{"resourcetype", "Template"}}).text.find("boot"), std::string::npos);
  EXPECT_TRUE(refusal_of(world, "listDetailOptions", {{"resourcetype", "Kettle"}}));
  EXPECT_TRUE(refusal_of(world, "listDetailOptions", {{"resourcetype", "UserVm"}, {"resourceid", "x"}}));
  world.caller = make_person(world, "bob", "0").user;
  EXPECT_TRUE(refusal_of(world, "listDetailOptions", simulated));
}

TEST(Catalogue, the_way_hosts_are_chosen_has_the_name_that_its_setting_has) {
  World world(1, 1);
  EXPECT_NE(world.call("listDeploymentPlanners", {}).text.find("FirstFitPlanner"), std::string::npos);
  auto wish = deployment(world, {make_network(world)});
  wish.insert(wish.end(), {{"startvm", "false"}, {"deploymentplanner", "BareMetalPlanner"}});
  EXPECT_TRUE(refusal(world, "deployVirtualMachine", wish));
  wish.back().second = "FirstFitPlanner";
  const auto instance = world.done("deployVirtualMachine", wish);
  EXPECT_TRUE(refusal(world, "startVirtualMachine", {{"id", instance}, {"deploymentplanner", "BareMetalPlanner"}}));
  world.done("startVirtualMachine", {{"id", instance}, {"deploymentplanner", "FirstFitPlanner"}});
  EXPECT_EQ(world.call("listDeploymentPlanners", {{"keyword", "kettle"}}).text.find("FirstFitPlanner"), std::string::npos);
  const auto second = world.call("listDeploymentPlanners", {{"page", "2"}, {"pagesize", "1"}}).text;
  EXPECT_EQ(second.find("FirstFitPlanner"), std::string::npos);
}

TEST(Catalogue, an_account_prefers_a_zone_for_as_long_as_it_is_there) {
  World world(1, 1);
  const auto ann = make_person(world, "ann", "0");
  const auto elsewhere = world.made("createZone", {{"name", "elsewhere"}, {"dns1", "192.0.2.1"},
                                                   {"internaldns1", "192.0.2.1"}, {"networktype", "Advanced"}});
  const Pairs of_ann = {{"account", "ann"}, {"domainid", ann.domain}};
  const auto mark = [&](const std::string& zone) {
    world.done("markDefaultZoneForAccount", {of_ann[0], of_ann[1], {"zoneid", zone}});
  };
  const auto shown = [&] { return world.call("listAccounts", {{"id", ann.account}}).text; };
  mark(elsewhere);
  EXPECT_NE(shown().find(fmt::format(R"("defaultzoneid":"{}")", elsewhere)), std::string::npos);
  world.call("deleteZone", {{"id", elsewhere}});
  EXPECT_EQ(shown().find("defaultzoneid"), std::string::npos);
  mark(world.zone);
  EXPECT_NE(shown().find(world.zone), std::string::npos);
  EXPECT_TRUE(refusal_of(world, "markDefaultZoneForAccount", {{"account", "nobody"}, of_ann[1], {"zoneid", world.zone}}));
  EXPECT_TRUE(refusal_of(world, "markDefaultZoneForAccount", {of_ann[0], of_ann[1], {"zoneid", elsewhere}}));
}

}  // namespace
}  // namespace welkin::simulation
