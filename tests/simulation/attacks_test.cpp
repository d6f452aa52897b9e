// Texts of hostile callers stay texts: in answers, in rows, in events and in the audit log.
#include "door.hpp"
#include "user.hpp"

namespace welkin::simulation {
namespace {

std::string own_account(World& world) {
  const auto text = world.call("listAccounts", {{"name", "admin"}}).text;
  return std::string(JsonDocument(text).root().at(0)["id"].text());
}

TEST(Attacks, keys_of_details_end_no_quotes_in_answers_or_rows) {
  World world(1, 1);
  const auto account = own_account(world);
  const std::string key = R"(floor":"3","accounttype)", value = "</accountdetails>\\\"}";
  world.call("updateAccount", {{"id", account},
                               {"accountdetails[0].key", key},
                               {"accountdetails[0].value", value}});
  const auto text = world.call("listAccounts", {{"id", account}}).text;
  const JsonDocument document(text);
  const auto details = document.root().at(0)["accountdetails"];
  EXPECT_EQ(details.size(), 1U);
  EXPECT_EQ(details[key].text(), value);
  EXPECT_EQ(document.root().at(0)["accounttype"].integer(), 1);
}

TEST(Attacks, what_callers_write_makes_no_second_event_or_record) {
  World world(1, 1);
  const std::string hostile = R"(=cmd|' calc'!A0","x"; drop table events; --)";
  world.call("createDomain", {{"name", hostile}});
  const auto text = world.call("listEvents", {{"type", "DOMAIN.CREATE"}}).text;
  const JsonDocument events(text);
  ASSERT_EQ(events.root().size(), 1U);
  EXPECT_TRUE(events.root().at(0)["description"].text().contains(hostile)) << text;
  for (const auto* broken : {"a\r\n2026-01-01 root deleteDomain done", "a\x1b[2J", "a\nb"})
    EXPECT_THROW(world.call("createDomain", {{"name", broken}}), Error);
  world.dispatcher().audit().flush();
  const auto records = world.call("listAuditRecords", {{"apiname", "createDomain"}}).text;
  EXPECT_EQ(JsonDocument(records).root().size(), 4U) << records;
}

/// Attack 18: what was the former owner's is not the next one's, who is called the same in the same domain.
TEST(Attacks, a_name_that_is_used_again_brings_nothing_of_its_former_owner) {
  World world(1, 2);
  const auto domain = world.made("createDomain", {{"name", "labs"}});
  const auto former = make_person(world, "alice", "0", domain);
  world.caller = former.user;
  furnish(world);
  world.call("createSSHKeyPair", {{"name", "door"}});
  world.call("createInstanceGroup", {{"name", "web"}});
  world.done("createAffinityGroup", {{"name", "apart"}, {"type", "host anti-affinity"}});
  world.call("registerUserData", {{"name", "hello"}, {"userdata", "I2Nsb3VkLWNvbmZpZwo="}});
  const auto disk = ids(world, "volumes where removed is null").front();
  world.done("createTags",
             {{"resourcetype", "Volume"}, {"resourceids", disk}, {"tags[0].key", "a"}, {"tags[0].value", "b"}});
  world.call("addAnnotation", {{"entitytype", "VOLUME"}, {"entityid", disk}, {"annotation", "mine"}});
  const auto keys = make_keys(world, former.user);
  const auto lists = {"listVirtualMachines", "listVolumes",       "listNetworks",    "listPublicIpAddresses",
                      "listEvents",          "listSSHKeyPairs",   "listUserData",    "listPortForwardingRules",
                      "listTags",            "listFirewallRules", "listAnnotations", "listAffinityGroups",
                      "listInstanceGroups"};
  const auto rows = [&](const char* list) {
    const auto text = world.call(list, {{"listall", "true"}}).text;
    return JsonDocument(text).root().size();
  };
  for (const auto* list : lists) EXPECT_GT(rows(list), 0U) << list;
  world.caller = world.root;
  world.done("deleteAccount", {{"id", ids(world, "accounts where name = 'alice'").front()}});
  const auto next = make_person(world, "alice", "0", domain);
  world.caller = next.user;
  for (const auto* list : lists)
    if (list != std::string_view("listEvents")) EXPECT_EQ(rows(list), 0U) << list;
  for (const auto& event : ids(world, fmt::format("events where account_id <> '{}'", next.account)))
    EXPECT_TRUE(refusal(world, "listEvents", {{"id", event}})) << event;
  Door door(world);
  EXPECT_EQ(door.ask(signed_request(keys, "listVirtualMachines", {})).status, 401) << "the former pair of keys";
}

}  // namespace
}  // namespace welkin::simulation
