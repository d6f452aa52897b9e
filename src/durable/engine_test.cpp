// Journeys end: whatever fails and whenever the server dies, the world is as it was before or as it should be.
#include "durable/engine.hpp"

#include <gtest/gtest.h>

#include <set>

namespace welkin {
/// The test's own world: what steps have built, and how often.
struct Cloud {
  std::set<std::string> built;
  std::map<std::string, int> effects;
  std::map<std::pair<Uuid, std::int64_t>, bool> done;  ///< operations a hand remembers
};
}  // namespace welkin

namespace welkin::durable {
namespace {

struct Wish {
  FIELDS(Wish, (std::string, what, "What to build."), (bool, breaks, "The last step fails for good."))
};

void remember(Stage& stage, const std::string& effect, const std::function<void()>& work) {
  auto& done = stage.cloud.done[{stage.journey, stage.step}];
  if (done) return;
  work();
  ++stage.cloud.effects[effect];
  done = true;
}

Task<Wish> build(Stage& stage, Wish wish) {
  remember(stage, "build " + wish.what, [&] { stage.cloud.built.insert(wish.what); });
  co_return wish;
}
Task<void> tear_down(Stage& stage, Wish wish, Wish) {
  remember(stage, "tear " + wish.what, [&] { stage.cloud.built.erase(wish.what); });
  co_return;
}
Task<Wish> crown(Stage&, Wish wish) {
  if (wish.breaks) throw Error(Fault::conflict, "The crown does not fit.");
  co_return wish;
}

const Step<Wish, Wish> build_step{.name = "build", .act = build, .undo = tear_down, .retry = {.attempts = 1}};
const Step<Wish, Wish> crown_step{.name = "crown", .act = crown};

Task<Wish> build_tower(Flow& flow, Wish wish) {
  co_await flow.run(build_step, Wish{"floor", false});
  const std::vector<std::string> walls = {"north", "south", "west"};
  co_await flow.all(walls, [](Flow& branch, const std::string& wall) -> Task<void> {
    co_await branch.run(build_step, Wish{wall, false});
  });
  co_await flow.run(build_step, Wish{"roof", false});
  co_await flow.run(crown_step, wish);
  co_return wish;
}

const std::set<std::string> whole = {"floor", "north", "roof", "south", "west"};

/// A database and a world that outlive servers.
struct Stand {
  Stand() : database(sql::open_sqlite({.path = "", .readers = 1, .inline_writes = true})) {
    database->write([](sql::Transaction& tx) {
      tx.execute(
          "create table flows (id text primary key not null, kind text, version bigint, input text, claim text, state text, output text, fault text, message text, cause text, owner_id text, epoch bigint, "
          "cancel_asked bigint, created bigint, ended bigint)",
          {});
      tx.execute(
          "create table steps (id text primary key not null, flow_id text, place bigint, step text, input text, answer text, state text, fault text, message text, taken bigint)",
          {});
    });
    server.bytes[0] = 7;
  }

  std::unique_ptr<Engine> life(Probe probe = {}, int version = 1) {
    return std::make_unique<Engine>(EngineParts{.database = *database,
                                                .loop = loop,
                                                .random = random,
                                                .cloud = cloud,
                                                .server = server,
                                                .kinds = {flow_kind<build_tower>("build tower", version)},
                                                .steps = {any_step(build_step)},
                                                .probe = std::move(probe)});
  }
  FlowRow begin(Engine& engine, bool breaks) {
    FlowRow row;
    database->write([&](sql::Transaction& tx) { row = engine.begin(tx, "build tower", Wish{"tower", breaks}); });
    engine.launch(row);
    return row;
  }
  FlowState state() {
    return sql::read(*database, [](sql::Transaction& tx) { return sql::all<FlowRow>(tx, "").front().state; });
  }

  std::unique_ptr<sql::Database> database;
  VirtualLoop loop{Time(std::chrono::hours(24 * 365 * 50))};
  SeededRandom random{1};
  Cloud cloud;
  Uuid server;
};

TEST(Engine, a_journey_that_goes_well_is_done) {
  Stand stand;
  const auto engine = stand.life();
  stand.begin(*engine, false);
  stand.loop.run();
  EXPECT_EQ(stand.state(), FlowState::done);
  EXPECT_EQ(stand.cloud.built, whole);
}

TEST(Engine, a_journey_that_fails_is_unwound) {
  Stand stand;
  const auto engine = stand.life();
  stand.begin(*engine, true);
  stand.loop.run();
  EXPECT_EQ(stand.state(), FlowState::failed);
  EXPECT_TRUE(stand.cloud.built.empty());
}

TEST(Engine, every_failure_unwinds) {
  for (int broken = 0;; ++broken) {
    Stand stand;
    int acts = 0;
    bool fired = false;
    const auto engine = stand.life([&](Moment moment, std::string_view, std::int64_t) {
      if (moment == Moment::before_act && acts++ == broken) {
        fired = true;
        throw Error(Fault::internal, "The trial breaks this step.");
      }
    });
    stand.begin(*engine, false);
    stand.loop.run();
    if (!fired) break;
    EXPECT_EQ(stand.state(), FlowState::failed) << "step " << broken;
    EXPECT_TRUE(stand.cloud.built.empty()) << "step " << broken;
  }
}

/// Kills the server at each moment in turn; a second life must finish, and do nothing twice.
void survive_every_death(bool breaks) {
  for (int deadly = 0;; ++deadly) {
    Stand stand;
    int moments = 0;
    bool died = false;
    auto first = stand.life([&](Moment, std::string_view, std::int64_t) {
      if (moments++ == deadly) {
        died = true;
        throw Death{};
      }
    });
    stand.begin(*first, breaks);
    stand.loop.run();
    if (!died) break;
    first.reset();
    stand.loop.drop_all();
    const auto second = stand.life();
    second->recover();
    stand.loop.run();
    EXPECT_EQ(stand.state(), breaks ? FlowState::failed : FlowState::done) << "moment " << deadly;
    EXPECT_EQ(stand.cloud.built, breaks ? std::set<std::string>{} : whole) << "moment " << deadly;
    for (const auto& [effect, times] : stand.cloud.effects) EXPECT_EQ(times, 1) << effect << " at moment " << deadly;
  }
}

TEST(Engine, every_death_is_survived) { survive_every_death(false); }
TEST(Engine, every_death_while_unwinding_is_survived) { survive_every_death(true); }

TEST(Engine, a_journey_of_another_version_is_unwound_not_guessed_at) {
  Stand stand;
  int commits = 0;
  auto first = stand.life([&](Moment moment, std::string_view, std::int64_t) {
    if (moment == Moment::after_commit && ++commits == 3) throw Death{};
  });
  stand.begin(*first, false);
  stand.loop.run();
  first.reset();
  stand.loop.drop_all();
  const auto second = stand.life({}, 2);
  second->recover();
  stand.loop.run();
  EXPECT_EQ(stand.state(), FlowState::failed);
  EXPECT_TRUE(stand.cloud.built.empty());
}

TEST(Engine, a_cancelled_journey_is_unwound) {
  Stand stand;
  Engine* running = nullptr;
  FlowRow row;
  const auto engine = stand.life([&](Moment moment, std::string_view, std::int64_t) {
    if (moment == Moment::after_commit) running->cancel(row.id);
  });
  running = engine.get();
  row = stand.begin(*engine, false);
  stand.loop.run();
  EXPECT_EQ(stand.state(), FlowState::failed);
  EXPECT_TRUE(stand.cloud.built.empty());
}

}  // namespace
}  // namespace welkin::durable
