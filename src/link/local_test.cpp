// Local hosts: the same promises as a far agent's, on virtual time.
#include "link/local.hpp"

#include <gtest/gtest.h>

#include "link/fake_hands_test.hpp"
#include "link/switchboard.hpp"

namespace welkin::link {
namespace {

struct LocalHosts : testing::Test {
  VirtualLoop loop{Time{}};
  LocalHabits habits;
  FakeHands hands;
  Uuid host = *Uuid::parse("00000000-0000-7000-8000-000000000001");
  Uuid journey = *Uuid::parse("00000000-0000-7000-8000-0000000000aa");

  Outcome ask(Agents& agents, std::string_view verb, std::string body, Operation operation) {
    std::optional<Outcome> outcome;
    start(keep(agents, host, verb, std::move(body), operation, outcome), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
    loop.run([&] { return outcome.has_value(); });
    return outcome ? *outcome : std::unexpected(Error(Fault::internal, "nothing came"));
  }
  static Task<void> keep(Agents& agents, Uuid host, std::string_view verb, std::string body,
                         Operation operation, std::optional<Outcome>& outcome) {
    try {
      outcome = co_await agents.call(host, verb, std::move(body), operation);
    } catch (const Error& error) {
      outcome = std::unexpected(error);
    }
  }
  Operation effect(std::int64_t step, std::int64_t epoch = 1) const { return {journey, step, epoch, 5000}; }
};

TEST_F(LocalHosts, answer_after_their_latency) {
  habits.latency = [](Uuid, std::string_view) { return 40ms; };
  LocalAgents agents(loop, habits);
  agents.add(host, hands.hands());
  const auto outcome = ask(agents, "hypervisor.probe", "{}", {});
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(from_json<hypervisor::HostFacts>(*outcome).hypervisor, "Fake");
  EXPECT_EQ(loop.clock().now(), Time{40ms});
}

TEST_F(LocalHosts, do_an_effect_once_and_answer_it_twice) {
  LocalAgents agents(loop, habits);
  agents.add(host, hands.hands());
  const auto body = hands.start_order();
  EXPECT_EQ(ask(agents, "hypervisor.start", body, effect(1)).value(),
            ask(agents, "hypervisor.start", body, effect(1, 2)).value());
  EXPECT_EQ(hands.driver.starts, 1);
  EXPECT_TRUE(ask(agents, "hypervisor.start", body, {}));
  EXPECT_EQ(hands.driver.starts, 2);
}

TEST_F(LocalHosts, refuse_an_older_epoch) {
  LocalAgents agents(loop, habits);
  agents.add(host, hands.hands());
  EXPECT_TRUE(ask(agents, "hypervisor.start", hands.start_order(), effect(1, 3)));
  const auto outcome = ask(agents, "hypervisor.start", hands.start_order(), effect(2, 2));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().fault, Fault::conflict);
  EXPECT_EQ(hands.driver.starts, 1);
}

TEST_F(LocalHosts, try_a_failed_effect_again) {
  LocalAgents agents(loop, habits);
  agents.add(host, hands.hands());
  hands.driver.failures = 1;
  const auto failed = ask(agents, "hypervisor.start", hands.start_order(), effect(1));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().fault, Fault::exhausted);
  EXPECT_EQ(failed.error().subject, "memory");
  EXPECT_TRUE(ask(agents, "hypervisor.start", hands.start_order(), effect(1)));
}

TEST_F(LocalHosts, remember_an_effect_whose_answer_was_lost) {
  int losses = 1;
  habits.after_effect = [&](Uuid, std::string_view, const Operation&) {
    if (losses-- > 0) throw Error(Fault::timeout, "The answer is lost.");
  };
  LocalAgents agents(loop, habits);
  agents.add(host, hands.hands());
  EXPECT_FALSE(ask(agents, "hypervisor.start", hands.start_order(), effect(1)));
  EXPECT_TRUE(ask(agents, "hypervisor.start", hands.start_order(), effect(1)));
  EXPECT_EQ(hands.driver.starts, 1);
}

TEST_F(LocalHosts, do_nothing_when_the_request_was_lost) {
  habits.before_effect = [](Uuid, std::string_view, const Operation&) {
    throw Error(Fault::unreachable, "The request is lost.");
  };
  LocalAgents agents(loop, habits);
  agents.add(host, hands.hands());
  EXPECT_FALSE(ask(agents, "hypervisor.start", hands.start_order(), effect(1)));
  EXPECT_EQ(hands.driver.starts, 0);
}

TEST_F(LocalHosts, time_out) {
  habits.latency = [](Uuid, std::string_view) { return 20s; };
  LocalAgents agents(loop, habits);
  agents.add(host, hands.hands());
  const auto outcome = ask(agents, "hypervisor.start", hands.start_order(), effect(1));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().fault, Fault::timeout);
  loop.run();
  EXPECT_EQ(hands.driver.starts, 1);
}

TEST_F(LocalHosts, fail_at_once_when_their_connection_is_cut) {
  habits.latency = [](Uuid, std::string_view) { return 2s; };
  LocalAgents agents(loop, habits);
  agents.add(host, hands.hands());
  loop.after(1500ms, [&] { agents.set_connected(host, false); });
  const auto outcome = ask(agents, "hypervisor.start", hands.start_order(), effect(1));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().fault, Fault::unreachable);
  EXPECT_FALSE(agents.connected(host));
  agents.set_connected(host, true);
  EXPECT_TRUE(ask(agents, "hypervisor.start", hands.start_order(), effect(1)));
  EXPECT_EQ(hands.driver.starts, 1) << "the effect had happened before the cut";
}

TEST_F(LocalHosts, are_unknown_when_removed) {
  LocalAgents agents(loop, habits);
  agents.add(host, hands.hands());
  agents.remove(host);
  EXPECT_FALSE(agents.knows(host));
  EXPECT_EQ(ask(agents, "hypervisor.probe", "{}", {}).error().fault, Fault::unreachable);
}

TEST_F(LocalHosts, name_an_unknown_verb) {
  LocalAgents agents(loop, habits);
  agents.add(host, hands.hands());
  EXPECT_EQ(ask(agents, "hypervisor.dance", "{}", {}).error().fault, Fault::unsupported);
}

TEST_F(LocalHosts, stand_beside_far_ones_on_a_switchboard) {
  LocalAgents near(loop, habits);
  LocalAgents far(loop, habits);
  FakeHands far_hands;
  far.add(host, far_hands.hands());
  Switchboard board(near, far);
  EXPECT_TRUE(ask(board, "hypervisor.start", hands.start_order(), effect(1)));
  EXPECT_EQ(far_hands.driver.starts, 1);
  near.add(host, hands.hands());
  EXPECT_TRUE(ask(board, "hypervisor.start", hands.start_order(), effect(1)));
  EXPECT_EQ(hands.driver.starts, 1);
}

}  // namespace
}  // namespace welkin::link
