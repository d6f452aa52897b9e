// Calls that hang cost their deadline and a thread, never more.
#include "hypervisor/kvm/calls.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "base/error.hpp"

namespace welkin::hypervisor::kvm {
namespace {

using namespace std::chrono_literals;

/// Holds calls until opened or destroyed.
struct Gate {
  std::promise<void> promise;
  std::shared_future<void> open = promise.get_future().share();
  bool opened = false;
  void let_go() {
    if (!opened) promise.set_value();
    opened = true;
  }
  ~Gate() { let_go(); }
};

std::optional<Fault> fault_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.fault;
  }
  return std::nullopt;
}

TEST(Calls, bring_answers_and_errors_back) {
  Calls calls(2);
  EXPECT_EQ(calls.run("add", 10s, [] { return 1 + 1; }), 2);
  EXPECT_EQ(fault_of([&] { calls.run("fail", 10s, [] { throw Error(Fault::in_use, "It is in use."); }); }),
            Fault::in_use);
}

TEST(Calls, that_hang_time_out_and_do_not_stop_the_others) {
  Calls calls(2);
  Gate gate;
  EXPECT_EQ(fault_of([&] { calls.run("hang", 20ms, [open = gate.open] { open.wait(); }); }), Fault::timeout);
  EXPECT_EQ(calls.run("go on", 10s, [] { return 7; }), 7);
}

TEST(Calls, never_take_more_threads_than_they_may) {
  std::atomic<int> begun = 0;
  Calls calls(2);
  Gate gate;
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(
        fault_of([&] { calls.run("hang", 20ms, [&begun, open = gate.open] { ++begun, open.wait(); }); }),
        Fault::timeout);
  EXPECT_EQ(begun, 2);
}

TEST(Calls, that_were_given_up_before_they_began_never_begin) {
  Calls calls(1);
  Gate gate;
  auto late = std::make_shared<std::atomic<bool>>(false);
  EXPECT_TRUE(fault_of([&] { calls.run("hang", 20ms, [open = gate.open] { open.wait(); }); }));
  EXPECT_TRUE(fault_of([&] { calls.run("wait", 20ms, [late] { *late = true; }); }));
  gate.let_go();
  calls.run("follow", 10s, [] {});  // the line is worked off in order
  EXPECT_FALSE(*late);
}

TEST(Calls, serve_many_callers_at_once) {
  Calls calls(4);
  std::atomic<int> sum = 0;
  std::vector<std::jthread> callers;
  for (int i = 0; i < 16; ++i)
    callers.emplace_back([&] {
      for (int k = 0; k < 100; ++k) sum += calls.run("count", 30s, [] { return 1; });
    });
  callers.clear();
  EXPECT_EQ(sum, 1600);
}

}  // namespace
}  // namespace welkin::hypervisor::kvm
