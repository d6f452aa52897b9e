// Memory on the disk: what survives, what is cut off, what is compacted.
#include "link/memory.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace welkin::link {
namespace {

struct StoodClock final : Clock {
  Time time{std::chrono::hours(500'000)};
  Time now() override { return time; }
};

struct Remembering : testing::Test {
  std::string path = fmt::format("{}/welkin_memory_{}", testing::TempDir(), ::getpid());
  StoodClock clock;
  MemoryLimits limits;
  std::shared_ptr<Memory> memory;
  int effects = 0;
  Uuid journey = *Uuid::parse("00000000-0000-7000-8000-0000000000aa");

  void SetUp() override { wake(); }
  void TearDown() override { std::filesystem::remove(path); }
  void wake() {
    memory.reset();
    memory = Memory::make(clock, std::make_unique<Notebook>(path), limits);
  }
  Request request(std::int64_t step, std::int64_t epoch = 1) const {
    return {{}, "verb", "body", {journey, step, epoch, 0}};
  }
  Outcome ask(const Request& request) {
    Outcome out = std::unexpected(Error(Fault::internal, "no reply"));
    memory->ask(
        request,
        [&](Memory::Turn turn) {
          ++effects;
          turn.settle(fmt::format("answer {}", effects));
        },
        [&](const Outcome& outcome) { out = outcome; });
    return out;
  }
};

TEST_F(Remembering, survives_a_restart) {
  EXPECT_EQ(ask(request(1)).value(), "answer 1");
  wake();
  EXPECT_EQ(ask(request(1)).value(), "answer 1");
  EXPECT_EQ(ask(request(2)).value(), "answer 2");
}

TEST_F(Remembering, cuts_off_a_line_that_a_crash_left_half_written) {
  ask(request(1));
  std::ofstream(path, std::ios::app) << R"({"effect":"00000000-0000)";
  wake();
  EXPECT_EQ(ask(request(2)).value(), "answer 2");
  wake();
  EXPECT_EQ(memory->size(), 2u);
}

TEST_F(Remembering, fences_after_a_restart_even_when_the_newer_epoch_got_no_answer) {
  memory->ask(
      request(1, 7), [](Memory::Turn turn) { turn.settle(std::unexpected(Error(Fault::internal, "no"))); },
      [](const Outcome&) {});
  wake();
  EXPECT_EQ(ask(request(2, 6)).error().fault, Fault::conflict);
  EXPECT_TRUE(ask(request(2, 7)));
}

TEST_F(Remembering, forgets_what_is_old_and_keeps_the_file_short) {
  limits.answers_max = 20;
  wake();
  for (int i = 1; i <= 1500; ++i) ask(request(i));
  EXPECT_EQ(memory->size(), 20u);
  std::ifstream file(path);
  EXPECT_LE(std::count(std::istreambuf_iterator<char>(file), {}, '\n'), 1100);
  clock.time += 25h;
  ask(request(6000));
  EXPECT_EQ(memory->size(), 1u);
}

TEST_F(Remembering, tells_apart_two_effects_of_one_step) {
  auto one = request(1);
  auto other = request(1);
  other.body = "another body";
  EXPECT_NE(ask(one).value(), ask(other).value());
}

TEST_F(Remembering, never_remembers_a_look) {
  auto look = request(1);
  look.operation.journey = {};
  ask(look);
  ask(look);
  EXPECT_EQ(effects, 2);
  EXPECT_EQ(memory->size(), 0u);
}

TEST_F(Remembering, forgets_an_effect_whose_turn_was_dropped) {
  memory->ask(request(1), [](Memory::Turn) {}, [](const Outcome&) {});
  EXPECT_TRUE(ask(request(1)));
}

TEST_F(Remembering, lets_an_undo_wait_for_its_act) {
  std::optional<Memory::Turn> act;
  std::vector<std::string> order;
  memory->ask(request(3), [&](Memory::Turn turn) { act.emplace(std::move(turn)); },
              [&](const Outcome&) { order.push_back("act"); });
  memory->ask(request(-3), [&](Memory::Turn turn) { turn.settle("undone"); },
              [&](const Outcome&) { order.push_back("undo"); });
  EXPECT_TRUE(order.empty());
  act->settle("done");
  EXPECT_EQ(order, (std::vector<std::string>{"act", "undo"}));
}

}  // namespace
}  // namespace welkin::link
