// Themes of the interface: each caller gets those for it, and whoever has not logged in the one for the name of the cloud.
#include "door.hpp"

namespace welkin::simulation {
namespace {

std::string names_in(Json rows) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < rows.size(); ++i) out.emplace_back(rows.at(i)["name"].text());
  std::ranges::sort(out);
  return fmt::format("{}", fmt::join(out, ","));
}
std::string themes(World& world, Pairs parameters = {}) {
  const auto text = world.call("listGuiThemes", std::move(parameters)).text;
  const JsonDocument document(text);
  return names_in(document.root());
}
std::string make_theme(World& world, const std::string& name, Pairs further = {}) {
  further.insert(further.end(), {{"name", name}, {"css", ".logo { color: red; }"}});
  return world.made("createGuiTheme", std::move(further));
}
/// What somebody without credentials is shown who has reached the cloud by this name.
Reply shown_to_stranger(World& world, const std::string& host, Pairs parameters = {}) {
  Request request;
  request.source = "192.0.2.7";
  request.host = host;
  request.parameters = std::move(parameters);
  request.parameters.insert(request.parameters.end(), {{"command", "listGuiThemes"}, {"response", "json"}});
  return Door(world).ask(request);
}
std::string stranger_sees(World& world, const std::string& host, Pairs parameters = {}) {
  const auto reply = shown_to_stranger(world, host, std::move(parameters));
  EXPECT_EQ(reply.status, 200) << reply.body;
  const JsonDocument document(reply.body);
  return names_in(document.root()["listguithemesresponse"]["guiThemes"]);
}

TEST(Themes, are_for_everyone_or_for_some_domains_accounts_and_names) {
  World world(1, 1);
  const auto ann = make_person(world, "ann", "0");
  const auto beneath = world.made("createDomain", {{"name", "beneath"}, {"parentdomainid", ann.domain}});
  const auto eve = make_person(world, "eve", "0", beneath);
  const auto bob = make_person(world, "bob", "0");
  make_theme(world, "plain");
  make_theme(world, "flat", {{"domainids", ann.domain}});
  make_theme(world, "deep", {{"domainids", ann.domain}, {"recursivedomains", "true"}});
  make_theme(world, "bobs", {{"accountids", bob.account}});
  make_theme(world, "named", {{"commonnames", "cloud.example.org,*.example.net"}, {"ispublic", "false"}});
  EXPECT_EQ(themes(world), "plain") << "the root administrator's own";
  EXPECT_EQ(themes(world, {{"listall", "true"}}), "bobs,deep,flat,named,plain");
  EXPECT_EQ(themes(world, {{"domainid", beneath}}), "deep");
  EXPECT_EQ(themes(world, {{"accountid", bob.account}}), "bobs");
  EXPECT_EQ(themes(world, {{"commonname", "a.b.example.net"}}), "named");
  EXPECT_EQ(themes(world, {{"commonname", "%"}}), "");
  EXPECT_EQ(themes(world, {{"listonlydefaulttheme", "true"}}), "plain");
  EXPECT_EQ(themes(world, {{"listall", "true"}, {"showpublic", "false"}}), "bobs,deep,flat,named");
  world.caller = ann.user;
  EXPECT_EQ(themes(world, {{"listall", "true"}}), "deep,flat,plain");
  world.caller = eve.user;
  EXPECT_EQ(themes(world), "deep,plain");
  world.caller = bob.user;
  EXPECT_EQ(themes(world), "bobs,plain");
  EXPECT_EQ(themes(world, {{"commonname", "cloud.example.org"}}), "") << "it is not public";
  EXPECT_TRUE(refusal_of(world, "createGuiTheme", {{"name", "mine"}, {"css", "a{}"}}));
}

TEST(Themes, are_shown_to_strangers_by_the_name_they_have_come_by) {
  World world(1, 1);
  const auto ann = make_person(world, "ann", "0");
  make_theme(world, "plain");
  make_theme(world, "acme", {{"commonnames", "cloud.acme.example"}});
  make_theme(world, "hidden", {{"commonnames", "cloud.acme.example"}, {"ispublic", "false"}});
  make_theme(world, "anns", {{"accountids", ann.account}, {"ispublic", "true"}});
  EXPECT_EQ(stranger_sees(world, "Cloud.Acme.Example:8443"), "acme");
  EXPECT_EQ(stranger_sees(world, "other.example"), "");
  EXPECT_EQ(stranger_sees(world, "other.example", {{"listonlydefaulttheme", "true"}}), "plain");
  // What else they ask is not heard.
  EXPECT_EQ(stranger_sees(world, "other.example", {{"commonname", "cloud.acme.example"}}), "");
  EXPECT_EQ(stranger_sees(world, "cloud.acme.example", {{"listall", "true"}, {"showremoved", "true"}}), "acme");
  EXPECT_EQ(stranger_sees(world, "' or '1'='1"), "");
  EXPECT_EQ(stranger_sees(world, ""), "");
  // A wrong key is no key.
  EXPECT_EQ(shown_to_stranger(world, "cloud.acme.example", {{"apikey", "x"}, {"signature", "y"}}).status, 401);
  Request other;
  other.parameters = {{"command", "listZones"}, {"response", "json"}};
  EXPECT_EQ(Door(world).ask(other).status, 401);
}

TEST(Themes, do_not_outlive_those_whom_they_were_for) {
  World world(1, 1);
  const auto ann = make_person(world, "ann", "0");
  const auto bob = make_person(world, "bob", "0");
  make_theme(world, "both", {{"accountids", ann.account + "," + bob.account}});
  make_theme(world, "anns", {{"accountids", ann.account}});
  make_theme(world, "house", {{"domainids", ann.domain}});
  world.done("deleteAccount", {{"id", ann.account}});
  world.done("deleteDomain", {{"id", ann.domain}});
  EXPECT_EQ(themes(world, {{"listall", "true"}}), "both");
  EXPECT_EQ(themes(world, {{"listonlydefaulttheme", "true"}}), "") << "none has become everyone's";
  world.caller = bob.user;
  EXPECT_EQ(themes(world), "both");
}

TEST(Themes, are_changed_and_removed) {
  World world(1, 1);
  const auto id = make_theme(world, "old");
  EXPECT_TRUE(refusal_of(world, "createGuiTheme", {{"name", "second"}, {"css", "a{}"}})) << "there is a default one";
  world.call("updateGuiTheme", {{"id", id}, {"name", "new"}, {"commonnames", "cloud.example.org"},
                                {"jsonconfiguration", "{\"appTitle\": \"Cloud\"}"}});
  const auto text = world.call("listGuiThemes", {{"id", id}}).text;
  const JsonDocument document(text);
  EXPECT_EQ(document.root().at(0)["commonnames"].text(), "cloud.example.org");
  EXPECT_EQ(document.root().at(0)["css"].text(), ".logo { color: red; }") << "what is not given stays";
  EXPECT_EQ(document.root().at(0)["jsonconfiguration"].text(), "{\"appTitle\": \"Cloud\"}");
  world.call("removeGuiTheme", {{"id", id}});
  EXPECT_EQ(themes(world, {{"listall", "true"}}), "");
  EXPECT_EQ(themes(world, {{"listall", "true"}, {"showremoved", "true"}}), "new");
  EXPECT_TRUE(refusal_of(world, "updateGuiTheme", {{"id", id}, {"name", "again"}}));
  EXPECT_EQ(stranger_sees(world, "cloud.example.org"), "");
}

TEST(Themes, hold_what_a_page_can_bear) {
  World world(1, 1);
  const auto refused = [&](Pairs parameters) {
    parameters.insert(parameters.begin(), {{"commonnames", "a.example.org"}, {"name", "odd"}});
    return refusal_of(world, "createGuiTheme", parameters).has_value();
  };
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused({{"css", "</style><script>"}}));
  EXPECT_TRUE(refused({{"css", "a { color: red;"}}));
  EXPECT_TRUE(refused({{"css", std::string(65536, 'a')}}));
  EXPECT_TRUE(refused({{"jsonconfiguration", "{\"a\": "}}));
  EXPECT_TRUE(refused({{"jsonconfiguration", "[1]"}}));
  EXPECT_TRUE(refused({{"css", "a{}"}, {"name", "<b>"}}));
  EXPECT_TRUE(refused({{"css", "a{}"}, {"commonnames", "a%b"}}));
  EXPECT_TRUE(refused({{"css", "a{}"}, {"commonnames", "a.*.org"}}));
  EXPECT_TRUE(refused({{"css", "a{}"}, {"domainids", "nobody"}}));
  EXPECT_TRUE(refused({{"css", "a{}"}, {"accountids", "00000000-0000-4000-8000-000000000000"}}));
  EXPECT_FALSE(refused({{"css", "@media (width < 600px) { a { color: red; } }"}}));
}

}  // namespace
}  // namespace welkin::simulation
