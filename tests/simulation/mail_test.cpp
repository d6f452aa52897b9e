// Mails as they are written, kept and sent; passwords that are reset, and invitations that come by mail.
#include "door.hpp"
#include "model/mail.hpp"
#include "watch/mails.hpp"

#include <set>

namespace welkin::simulation {
namespace {

void set(World& world, const std::string& name, const std::string& value) {
  world.call("updateConfiguration", {{"name", name}, {"value", value}});
}
void set_server(World& world, const std::string& which, const std::string& sender) {
  set(world, which + ".smtp.host", "mail.example.org");
  set(world, sender, "cloud@example.org");
}
void let_reset(World& world) {
  set_server(world, "user.password.reset", "user.password.reset.email.sender");
  set(world, "user.password.reset.enabled", "true");
  set(world, "user.password.reset.mail.domain.url", "https://cloud.example.org/");
}
void let_invite(World& world) {
  set_server(world, "project", "project.email.sender");
  set(world, "project.invite.required", "true");
}

/// What a mail server has taken in a round of the duty.
struct Postman {
  std::vector<mail::Message> taken;
  std::vector<mail::Route> routes;
  std::optional<Fault> fault;
  void go(World& world) {
    watch::send_mails(world.cloud(), [&](const mail::Route& route, const mail::Message& message) {
      routes.push_back(route);
      if (fault) throw Error(*fault, "The server is not well.");
      mail::message_text(message);
      taken.push_back(message);
    });
  }
};
std::size_t waiting(World& world) { return ids(world, "mails").size(); }

/// The word after this one.
std::string after(const std::string& text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == text.npos) return {};
  const auto begin = at + mark.size();
  return text.substr(begin, text.find_first_of(" \n", begin) - begin);
}

TEST(Mail, an_alert_goes_to_all_who_are_named_by_the_way_that_is_set) {
  World world(1, 1);
  const auto alert = [&] {
    sql::write(*world.database, [&](sql::Transaction& tx) {
      model::mail_alert(tx, "Host lost", "It is silent.", world.cloud().vault, world.cloud().clock(), world.random);
    });
  };
  alert();
  EXPECT_EQ(waiting(world), 0u) << "nobody is to be told";
  set_server(world, "alert", "alert.email.sender");
  set(world, "alert.email.addresses", "ann@example.org, bob@example.org");
  set(world, "alert.smtp.useAuth", "true");
  set(world, "alert.smtp.username", "cloud");
  set(world, "alert.smtp.password", "s3cret");
  alert();
  world.read([](sql::Transaction& tx) {
    for (const auto& mail : sql::all<model::Mail>(tx, "")) EXPECT_FALSE(mail.sealed_body.contains("silent"));
    return 0;
  });
  Postman postman;
  postman.go(world);
  ASSERT_EQ(postman.taken.size(), 2u);
  std::set<std::string> told;
  for (const auto& message : postman.taken) told.insert(message.recipient);
  EXPECT_EQ(told, (std::set<std::string>{"ann@example.org", "bob@example.org"}));
  EXPECT_EQ(postman.taken[0].text, "It is silent.");
  EXPECT_EQ(postman.routes[0].user, "cloud");
  EXPECT_EQ(postman.routes[0].password.reveal(), "s3cret");
  EXPECT_EQ(postman.routes[0].privacy, mail::Privacy::tls) << "a password is given over TLS only";
  EXPECT_EQ(waiting(world), 0u) << "what was sent is not kept";
  set(world, "alert.smtp.useStartTLS", "true");
  alert();
  postman.go(world);
  EXPECT_EQ(postman.routes.back().privacy, mail::Privacy::starts_tls);
}

TEST(Mail, what_a_server_does_not_take_now_is_tried_again_until_nobody_needs_it) {
  World world(1, 1);
  set_server(world, "alert", "alert.email.sender");
  set(world, "alert.email.addresses", "ann@example.org,bob@example.org");
  sql::write(*world.database, [&](sql::Transaction& tx) {
    model::mail_alert(tx, "Host lost", "It is silent.", world.cloud().vault, world.cloud().clock(), world.random);
  });
  Postman postman;
  postman.fault = Fault::unreachable;
  postman.go(world);
  EXPECT_EQ(postman.routes.size(), 1u) << "a server that is away is not asked for each letter";
  postman.go(world);
  postman.go(world);
  EXPECT_EQ(postman.routes.size(), 2u) << "each letter waits before it is tried again";
  int rounds = 0;
  for (; waiting(world) > 0 && rounds < 60 * 72; ++rounds) {
    world.loop.run_for(1min);
    postman.go(world);
  }
  EXPECT_EQ(waiting(world), 0u) << "it is given up";
  EXPECT_GE(rounds, 60 * 47);
  EXPECT_LT(postman.routes.size(), 130u) << "pauses grow";
  EXPECT_TRUE(postman.taken.empty());

  sql::write(*world.database, [&](sql::Transaction& tx) {
    model::mail_alert(tx, "Host lost", "It is silent.", world.cloud().vault, world.cloud().clock(), world.random);
  });
  postman.fault = Fault::invalid;
  postman.go(world);
  EXPECT_EQ(waiting(world), 0u) << "what a server never takes is not tried again";
}

TEST(Mail, only_addresses_are_taken_for_addresses) {
  World world(1, 1);
  for (const auto* bad :
       {"Ann <ann@example.org>", "ann", "@example.org", "ann@", "ann@a@b", "ann@x\r\nBcc: bob@example.org"})
    for (const auto* name : {"alert.email.sender", "alert.email.addresses", "project.email.sender"})
      EXPECT_EQ(refusal_of(world, "updateConfiguration", {{"name", name}, {"value", bad}})->subject, "value") << bad;
  EXPECT_TRUE(refusal_of(world, "updateConfiguration",
                         {{"name", "user.password.reset.mail.domain.url"}, {"value", "javascript:alert(1)"}}));
}

/// The reset's part of a browser.
struct Forgetful {
  World& world;
  Door door{world};
  Browser browser;
  Postman postman;

  Reply forgot(const std::string& name, const std::string& domain) {
    return door.by(browser, "forgotPassword", {{"username", name}, {"domainid", domain}});
  }
  Reply reset(const Person& who, const std::string& token, const std::string& password) {
    return door.by(browser, "resetPassword",
                   {{"username", who.name}, {"domainid", who.domain}, {"token", token}, {"password", password}});
  }
  /// The token of the only mail that is on its way; empty for none.
  std::string mailed() {
    postman.taken.clear();
    postman.go(world);
    return postman.taken.size() == 1 ? after(postman.taken[0].text, "&token=") : std::string();
  }
};

TEST(Reset, tells_the_user_interface_whether_there_is_one) {
  World world(1, 1);
  Forgetful someone{world};
  const auto off = someone.door.by({}, "forgotPassword");
  EXPECT_EQ(off.status, 531);
  EXPECT_TRUE(off.body.contains("errorresponse")) << off.body;
  let_reset(world);
  const auto on = someone.door.by({}, "forgotPassword");
  EXPECT_EQ(on.status, 531);
  EXPECT_EQ(on.body, "null");
  EXPECT_EQ(someone.door.by({}, "forgotPassword", {{"username", "a"}}, false).status, 405);
}

TEST(Reset, a_mailed_token_sets_another_password_once_and_ends_sessions) {
  World world(1, 1);
  let_reset(world);
  const auto alice = make_person(world, "alice", "0"), bob = make_person(world, "bob", "0");
  Forgetful someone{world};
  Browser before;
  EXPECT_EQ(someone.door.login(before, alice).status, 200);
  EXPECT_EQ(someone.forgot("alice", alice.domain).body, someone.forgot("nobody", alice.domain).body);
  const auto token = someone.mailed();
  ASSERT_GE(token.size(), 22u) << "128 bits";
  const auto& mail = someone.postman.taken[0];
  EXPECT_EQ(mail.recipient, "alice@example.org");
  EXPECT_TRUE(mail.text.contains("Hello alice!")) << mail.text;
  EXPECT_TRUE(mail.text.contains("https://cloud.example.org/client/#/user/resetPassword?username=alice&")) << mail.text;
  world.read([&](sql::Transaction& tx) {
    EXPECT_FALSE(sql::need<model::User>(tx, alice.user).reset_hash.contains(token));
    return 0;
  });

  set(world, "password.policy.minimum.length", "8");
  EXPECT_EQ(someone.reset(alice, token, "short").status, 531) << "the policy holds";
  EXPECT_EQ(someone.reset(bob, token, "entirely new").status, 531) << "it is hers";
  EXPECT_EQ(someone.reset(alice, "x" + token, "entirely new").status, 531);
  EXPECT_EQ(someone.reset(alice, token, "entirely new").status, 200);
  EXPECT_EQ(someone.reset(alice, token, "another new one").status, 531) << "once";
  EXPECT_EQ(someone.door.by(before, "listZones").status, 401) << "sessions have ended";
  Browser after;
  EXPECT_EQ(someone.door.login(after, alice).status, 531);
  EXPECT_EQ(someone.door.login(after, alice, "entirely new").status, 200);
}

TEST(Reset, refused_tokens_are_answered_alike) {
  World world(1, 1);
  let_reset(world);
  const auto alice = make_person(world, "alice", "0");
  Forgetful someone{world};
  someone.forgot("alice", alice.domain);
  auto stranger = alice;
  stranger.name = "nobody";
  EXPECT_EQ(someone.reset(alice, "wrong", "entirely new").body, someone.reset(stranger, "wrong", "entirely new").body);
}

TEST(Reset, is_not_for_who_may_not_act_and_not_after_its_time) {
  World world(1, 1);
  let_reset(world);
  set(world, "user.password.reset.ttl", "7");
  const auto alice = make_person(world, "alice", "0");
  Forgetful someone{world};
  someone.forgot("alice", alice.domain);
  const auto late = someone.mailed();
  ASSERT_FALSE(late.empty());
  someone.forgot("alice", alice.domain);
  EXPECT_EQ(someone.mailed(), "") << "nobody's mailbox is filled";
  world.loop.run_for(8min);
  EXPECT_EQ(someone.reset(alice, late, "entirely new").status, 531);
  someone.forgot("alice", alice.domain);
  const auto moved = someone.mailed();
  ASSERT_FALSE(moved.empty());
  world.call("updateUser", {{"id", alice.user.text()}, {"email", "alice@example.net"}});
  EXPECT_EQ(someone.reset(alice, moved, "entirely new").status, 531) << "the mailbox is hers no more";
  someone.forgot("alice", alice.domain);
  const auto token = someone.mailed();
  ASSERT_FALSE(token.empty());
  world.done("disableUser", {{"id", alice.user.text()}});
  EXPECT_EQ(someone.reset(alice, token, "entirely new").status, 531);
  world.loop.run_for(8min);
  someone.forgot("alice", alice.domain);
  EXPECT_EQ(someone.mailed(), "");
}

TEST(Reset, one_source_does_not_try_for_ever) {
  World world(1, 1);
  let_reset(world);
  Forgetful someone{world};
  int tries = 0;
  while (tries < 1000 && someone.forgot("alice", "").status == 200) ++tries;
  EXPECT_EQ(tries, 20);
  EXPECT_EQ(someone.forgot("alice", "").status, 429);
  auto other = page_request({}, "forgotPassword", {{"username", "alice"}});
  other.source = "192.0.2.8";
  EXPECT_EQ(someone.door.ask(other).status, 200);
  world.loop.run_for(11min);
  EXPECT_EQ(someone.forgot("alice", "").status, 200);
}

/// alice's project, and people beside it.
struct Invitations {
  World& world;
  Person alice = make_person(world, "alice", "0"), bob = make_person(world, "bob", "0", alice.domain),
         mallory = make_person(world, "mallory", "0");
  std::string project;
  Postman postman;

  Invitations(World& world) : world(world) {
    let_invite(world);
    as(alice, [&] { project = world.done("createProject", {{"name", "rocket"}, {"displaytext", "to the moon"}}); });
  }
  template <class F>
  void as(const Person& who, F body) {
    const auto before = std::exchange(world.caller, who.user);
    body();
    world.caller = before;
  }
  std::string mailed() {
    postman.taken.clear();
    postman.go(world);
    return postman.taken.size() == 1 ? after(postman.taken[0].text, "token=") : std::string();
  }
  std::size_t members() { return ids(world, "project_members where project_id = '" + project + "'").size(); }
};

TEST(Invitations, a_mailed_token_makes_whoever_has_it_a_member_once) {
  World world(1, 1);
  Invitations it(world);
  it.as(it.alice, [&] {
    EXPECT_TRUE(refusal_of(world, "addAccountToProject", {{"projectid", it.project}}));
    EXPECT_TRUE(refusal_of(world, "addAccountToProject", {{"projectid", it.project}, {"email", "no address"}}));
    world.done("addAccountToProject", {{"projectid", it.project}, {"email", "guest@example.org"}});
    EXPECT_EQ(refusal_of(world, "addAccountToProject", {{"projectid", it.project}, {"email", "guest@example.org"}})->fault,
              Fault::conflict);
  });
  const auto token = it.mailed();
  ASSERT_GE(token.size(), 22u);
  EXPECT_EQ(it.postman.taken[0].recipient, "guest@example.org");
  EXPECT_TRUE(it.postman.taken[0].text.contains("rocket"));
  const auto accept = [&](const std::string& with) {
    return refusal_of(world, "updateProjectInvitation", {{"projectid", it.project}, {"token", with}});
  };
  it.as(it.bob, [&] { EXPECT_TRUE(accept("wrong")); });
  it.as(it.mallory, [&] { EXPECT_TRUE(accept(token)) << "she lives in another domain"; });
  EXPECT_EQ(it.members(), 1u);
  it.as(it.bob, [&] { EXPECT_FALSE(accept(token)); });
  EXPECT_EQ(it.members(), 2u);
  it.as(it.bob, [&] { EXPECT_TRUE(accept(token)) << "once"; });
}

TEST(Invitations, one_that_names_an_account_is_accepted_by_that_account_only) {
  World world(1, 1);
  Invitations it(world);
  const auto carol = make_person(world, "carol", "0", it.alice.domain);
  it.as(it.alice, [&] {
    world.done("addAccountToProject", {{"projectid", it.project}, {"account", "bob"}, {"email", "bob@example.org"}});
  });
  const auto token = it.mailed();
  ASSERT_FALSE(token.empty());
  const Pairs accept = {{"projectid", it.project}, {"token", token}};
  it.as(carol, [&] { EXPECT_TRUE(refusal_of(world, "updateProjectInvitation", accept)); });
  world.loop.run_for(24h + 1min);
  it.as(it.bob, [&] { EXPECT_TRUE(refusal_of(world, "updateProjectInvitation", accept)) << "it has expired"; });
  EXPECT_EQ(it.members(), 1u);
}

TEST(Invitations, without_a_mail_server_none_is_mailed) {
  World world(1, 1);
  Invitations it(world);
  set(world, "project.smtp.host", "");
  it.as(it.alice, [&] {
    EXPECT_EQ(refusal_of(world, "addAccountToProject", {{"projectid", it.project}, {"email", "guest@example.org"}})->subject,
              "email");
  });
  EXPECT_TRUE(ids(world, "project_invitations").empty());
  set(world, "project.invite.required", "false");
  it.as(it.alice, [&] {
    EXPECT_EQ(refusal_of(world, "addAccountToProject", {{"projectid", it.project}, {"email", "guest@example.org"}})->subject,
              "account");
  });
}

}  // namespace
}  // namespace welkin::simulation
