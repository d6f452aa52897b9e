// Sessions of people at browsers: how they begin and end, and what foreign pages cannot do with them.
#include <ctime>

#include "door.hpp"

namespace welkin::simulation {
namespace {

std::string cookies_set(const Reply& reply) {
  std::string out;
  for (const auto& [name, value] : reply.headers)
    if (name == "Set-Cookie") out += value + "\n";
  return out;
}

TEST(Sessions, a_login_ends_the_session_before_it_and_takes_no_id_from_outside) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  Browser planted;
  planted.cookies = {{"JSESSIONID", "chosen-by-mallory"}};
  Browser browser = planted;
  EXPECT_EQ(door.login(browser, alice).status, 200);
  EXPECT_NE(browser.cookies[0].second, "chosen-by-mallory");
  planted.key = browser.key;
  EXPECT_EQ(door.by(planted, "listZones", {}, false).status, 401) << "the planted id opens nothing";
  const auto before = browser;
  EXPECT_EQ(door.by(before, "listZones", {}, false).status, 200);
  EXPECT_EQ(door.login(browser, alice).status, 200);
  EXPECT_EQ(door.by(before, "listZones", {}, false).status, 401) << "rotated";
  EXPECT_EQ(door.by(browser, "listZones", {}, false).status, 200);
  EXPECT_EQ(door.by(browser, "logout").status, 200);
  EXPECT_EQ(door.by(browser, "listZones", {}, false).status, 401);
  for (const auto& [name, value] : browser.cookies) EXPECT_GE(value.size() * 6, 128u) << name << " is guessed in no time";
}

TEST(Sessions, whoever_is_changed_is_out_at_once) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  const auto id = alice.user.text();
  Browser browser;
  const auto is_out_after = [&](std::string_view command, const Pairs& parameters) {
    ASSERT_EQ(door.login(browser, alice).status, 200) << "before " << command;
    ASSERT_EQ(door.by(browser, "listZones", {}, false).status, 200);
    world.call(command, parameters);
    world.rest();
    EXPECT_EQ(door.by(browser, "listZones", {}, false).status, 401) << command;
  };
  is_out_after("disableUser", {{"id", id}});
  EXPECT_EQ(door.login(browser, alice).status, 531);
  world.call("enableUser", {{"id", id}});
  is_out_after("lockUser", {{"id", id}});
  world.call("enableUser", {{"id", id}});
  is_out_after("updateUser", {{"id", id}, {"password", std::string(password_of_all)}});
  const auto role = world.made("createRole", {{"name", "other"}, {"type", "User"}});
  is_out_after("updateAccount", {{"id", alice.account}, {"roleid", role}});
  is_out_after("disableAccount", {{"id", alice.account}, {"lock", "true"}});
  world.call("enableAccount", {{"id", alice.account}});
  is_out_after("deleteUser", {{"id", id}});
}

TEST(Sessions, a_foreign_page_changes_nothing_reads_nothing_and_logs_nobody_out) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  Browser browser;
  ASSERT_EQ(door.login(browser, alice).status, 200);
  const auto refused = [&](std::string_view what, std::string_view command, bool post,
                           const std::function<void(Request&)>& change) {
    auto request = page_request(browser, command, {{"name", "x"}}, post);
    change(request);
    EXPECT_EQ(door.ask(request).status, 401) << what;
  };
  for (const auto* command : {"createSSHKeyPair", "logout", "listZones"}) {
    refused("another site", command, true, [](Request& r) { r.origin = "https://evil.example.org"; });
    refused("a name that begins alike", command, true, [](Request& r) { r.origin = "https://cloud.example.org.evil.example"; });
    refused("a name that ends alike", command, true, [](Request& r) { r.origin = "https://evil.example/cloud.example.org"; });
    refused("an opaque page", command, true, [](Request& r) { r.origin = "null"; });
    refused("by GET", command, false, [](Request& r) { r.origin.clear(); r.fetch_site = "cross-site"; });
    refused("a sister site", command, false, [](Request& r) { r.origin.clear(); r.fetch_site = "same-site"; });
    refused("an old browser", command, false, [](Request& r) { r.origin.clear(); r.referer = "https://evil.example.org/x"; });
  }
  refused("a browser that hides its page", "createSSHKeyPair", true, [](Request& r) { r.origin.clear(); });
  refused("a browser that hides its page", "createSSHKeyPair", false, [](Request& r) { r.origin.clear(); });
  EXPECT_EQ(door.by(browser, "createSSHKeyPair", {{"name", "x"}}).status, 200) << "the session has lived through all that";
  auto program = browser;
  program.agent = "cmk";
  program.origin.clear();
  EXPECT_EQ(door.by(program, "createSSHKeyPair", {{"name", "y"}}).status, 200);
}

TEST(Sessions, a_foreign_page_logs_nobody_in) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  Browser browser;
  browser.origin = "https://evil.example.org";
  EXPECT_EQ(door.login(browser, alice).status, 531);
  browser.origin.clear();
  EXPECT_EQ(door.login(browser, alice).status, 531);
  browser.origin = "https://cloud.example.org";
  auto by_get = page_request(browser, "login", {{"username", "alice"}, {"password", std::string(password_of_all)}}, false);
  EXPECT_EQ(door.ask(by_get).status, 405);
  EXPECT_EQ(door.login(browser, alice).status, 200);
}

TEST(Sessions, cookies_are_kept_from_scripts_and_from_plain_connections) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  Browser browser;
  auto text = cookies_set(door.login(browser, alice));
  EXPECT_TRUE(text.contains("JSESSIONID=") && text.contains("sessionkey=")) << text;
  EXPECT_TRUE(text.contains("; HttpOnly; SameSite=Lax\n")) << text;
  auto request = page_request(browser, "login", {{"username", "alice"}, {"password", std::string(password_of_all)},
                                                 {"domainid", alice.domain}});
  request.secure = true;
  EXPECT_TRUE(cookies_set(door.ask(request)).contains("; HttpOnly; SameSite=Lax; Secure\n"));
  const auto set = [&](const char* name, const char* value) {
    world.call("updateConfiguration", {{"name", name}, {"value", value}});
    return cookies_set(door.login(browser, alice));
  };
  EXPECT_TRUE(set("api.sessionkey.cookie.samesite", "Strict").contains("SameSite=Strict\n"));
  EXPECT_TRUE(set("api.sessionkey.cookie.samesite", "NoneAndSecure").contains("SameSite=None; Secure\n"));
  EXPECT_FALSE(set("api.sessionkey.cookie.samesite", "Null").contains("SameSite"));
  EXPECT_TRUE(set("enable.secure.session.cookie", "true").contains("; Secure\n"));
}

TEST(Sessions, the_key_is_asked_for_where_the_setting_says) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  const auto works = [&](bool with_parameter, bool with_cookie) {
    Browser browser;
    door.login(browser, alice);
    if (!with_parameter) browser.key.clear();
    if (!with_cookie) browser.cookies.pop_back();
    return door.by(browser, "listZones", {}, false).status == 200;
  };
  const auto set = [&](const char* value) {
    world.call("updateConfiguration", {{"name", "api.sessionkey.check.locations"}, {"value", value}});
  };
  EXPECT_TRUE(works(true, true) && !works(true, false) && !works(false, true));
  set("ParameterOnly");
  EXPECT_TRUE(works(true, true) && works(true, false) && !works(false, true));
  set("CookieOrParameter");
  EXPECT_TRUE(works(true, true) && works(true, false) && works(false, true) && !works(false, false));
  Browser browser;
  door.login(browser, alice);
  browser.key = "another";
  EXPECT_EQ(door.by(browser, "listZones", {}, false).status, 401) << "a wrong one is wrong everywhere";
}

TEST(Sessions, wrong_passwords_lock_a_user_out_of_logins_until_an_administrator_enables_them) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  world.call("updateConfiguration", {{"name", "incorrect.login.attempts.allowed"}, {"value", "3"}});
  const auto keys = make_keys(world, alice.user);
  Browser here, elsewhere;
  ASSERT_EQ(door.login(here, alice).status, 200);
  const auto wrong = door.login(elsewhere, alice, "guess");
  const auto unknown = door.login(elsewhere, {{}, {}, alice.domain, "nobody"});
  EXPECT_EQ(wrong.body, unknown.body) << "nobody learns who is there";
  EXPECT_EQ(wrong.status, unknown.status);
  EXPECT_EQ(door.login(elsewhere, alice).status, 200) << "who gets it right begins anew";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(door.login(elsewhere, alice, "guess").status, 531);
  const auto locked = door.login(elsewhere, alice);
  EXPECT_EQ(locked.status, 531);
  EXPECT_EQ(locked.body, wrong.body) << "nor who is locked out";
  EXPECT_EQ(door.status(keys, "listZones"), 200) << "a stranger's guesses stop no programs";
  EXPECT_EQ(door.by(here, "listZones", {}, false).status, 200) << "and end no sessions";
  world.call("enableUser", {{"id", alice.user.text()}});
  EXPECT_EQ(door.login(elsewhere, alice).status, 200);
}

TEST(Sessions, the_current_password_is_guessed_no_more_often_than_at_the_login) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  const auto id = alice.user.text();
  world.call("updateConfiguration", {{"name", "incorrect.login.attempts.allowed"}, {"value", "3"}});
  const auto keys = make_keys(world, alice.user);
  const auto change = [&](std::string_view current) {
    return door.status(keys, "updateUser", {{"id", id}, {"password", "taken"}, {"currentpassword", std::string(current)}});
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(change("guess"), 431);
  EXPECT_EQ(change(password_of_all), 431) << "even the right one, after so many";
  Browser browser;
  EXPECT_EQ(door.login(browser, alice).status, 531) << "the count is one";
  world.call("enableUser", {{"id", id}});
  EXPECT_EQ(change(password_of_all), 200);
}

TEST(Sessions, an_unknown_user_is_refused_no_sooner_than_a_known_one) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  world.call("updateConfiguration", {{"name", "incorrect.login.attempts.allowed"}, {"value", "0"}});
  // Of this thread's processor, and the smallest of several: what else the machine does only adds.
  const auto cost = [&](const Person& person) {
    const auto now = [] {
      timespec at{};
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
      return double(at.tv_sec) + double(at.tv_nsec) * 1e-9;
    };
    Browser browser;
    const auto begun = now();
    EXPECT_EQ(door.login(browser, person, "guess").status, 531);
    return now() - begun;
  };
  const Person nobody{{}, {}, alice.domain, "nobody"}, nowhere{{}, {}, world.zone, "nobody"};
  cost(nobody);  // makes the hash of nobody's password
  double known = 1e9, unknown = 1e9, lost = 1e9;
  for (int i = 0; i < 4; ++i) {
    known = std::min(known, cost(alice));
    unknown = std::min(unknown, cost(nobody));
    lost = std::min(lost, cost(nowhere));
  }
  EXPECT_GT(unknown, known / 3);
  EXPECT_GT(lost, known / 3);
}

TEST(Sessions, who_must_change_their_password_does_that_first) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  const auto id = alice.user.text();
  world.call("updateUser", {{"id", id}, {"password", "given out"}, {"passwordchangerequired", "true"}});
  Browser browser;
  EXPECT_TRUE(door.login(browser, alice, "given out").body.contains(R"("passwordchangerequired":true)"));
  EXPECT_EQ(door.by(browser, "listZones", {}, false).status, 531);
  EXPECT_EQ(door.status(make_keys(world, alice.user), "listZones"), 531);
  const auto apis = door.by(browser, "listApis", {}, false);
  EXPECT_TRUE(apis.body.contains("\"updateUser\""));
  EXPECT_FALSE(apis.body.contains("\"listZones\""));
  EXPECT_EQ(door.by(browser, "updateUser", {{"id", id}, {"email", "x@example.org"}}).status, 531);
  const auto change = [&](const std::string& password, Pairs further) {
    further.insert(further.end(), {{"id", id}, {"password", password}, {"currentpassword", "given out"}});
    return door.by(browser, "updateUser", further).status;
  };
  EXPECT_EQ(change("given out", {}), 431) << "it is another password then";
  EXPECT_EQ(change("own", {{"passwordchangerequired", "false"}}), 531) << "nobody excuses themselves";
  EXPECT_EQ(change("own", {}), 200);
  EXPECT_FALSE(door.login(browser, alice, "own").body.contains("passwordchangerequired"));
  EXPECT_EQ(door.by(browser, "listZones", {}, false).status, 200);
}

TEST(Sessions, of_one_user_are_bounded_and_the_idle_ones_end_first) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  sql::write(*world.database, [&](sql::Transaction& tx) {
    for (int i = 0; i < 150; ++i) {
      model::Session row;
      row.id = world.cloud().new_id<model::Session>();
      row.user_id = alice.user;
      row.cookie_hash = fmt::format("{}", i);
      row.created = row.last_used = world.cloud().now() - std::chrono::seconds(1000 - i);
      sql::insert(tx, row);
    }
  });
  Browser browser;
  ASSERT_EQ(door.login(browser, alice).status, 200);
  EXPECT_EQ(ids(world, fmt::format("sessions where user_id = '{}'", alice.user.text())).size(), 100u);
  EXPECT_TRUE(ids(world, "sessions where cookie_hash = '0'").empty());
  EXPECT_EQ(ids(world, "sessions where cookie_hash = '149'").size(), 1u);
  EXPECT_EQ(door.by({}, "listZones", {}, false).status, 401);
  EXPECT_EQ(ids(world, "sessions").size(), 100u) << "who is not logged in has none";
}

}  // namespace
}  // namespace welkin::simulation
