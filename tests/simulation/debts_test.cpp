// What a host is owed is done when it is there again, and touches nothing that has been made since.
#include "user.hpp"

namespace welkin::simulation {
namespace {

/// The host is cut when the journey comes to `step`, and stays so until the journey has ended.
void fail_at(World& world, const Uuid& host, std::string_view step, std::string_view command, Pairs parameters) {
  world.probe = [&world, host, step](durable::Moment moment, std::string_view name, std::int64_t) {
    if (moment == durable::Moment::before_act && name == step) world.agents.set_connected(host, false);
  };
  world.call(command, std::move(parameters));
  world.rest();
  world.probe = {};
  world.agents.set_connected(host, true);
}

TEST(Debts, a_start_that_was_repeated_keeps_its_disk_its_guard_and_its_network) {
  for (const auto* step : {"bring templates", "create volumes", "raise routers", "start guest"}) {
    World world(1, 1);
    const auto host = world.hosts.begin()->first;
    auto wish = deployment(world, {make_network(world)}, true);
    wish.emplace_back("startvm", "false");
    const auto instance = world.done("deployVirtualMachine", wish);
    fail_at(world, host, step, "startVirtualMachine", {{"id", instance}});
    EXPECT_GT(ids(world, "steps where state = 'owed'").size(), 0u) << step;
    world.done("startVirtualMachine", {{"id", instance}});
    world.heal();
    expect_health(world, step);
    EXPECT_EQ(ids(world, "instances where state = 'Running'").size(), 1u) << step;
    tear_down(world);
  }
}

TEST(Debts, a_volume_that_was_attached_again_stays) {
  for (const auto* step : {"make volume", "plug volume"}) {
    World world(1, 1);
    const auto host = world.hosts.begin()->first;
    const auto instance = deploy(world, {make_network(world)});
    const auto volume = make_volume(world);
    fail_at(world, host, step, "attachVolume", {{"id", volume}, {"virtualmachineid", instance}});
    world.done("attachVolume", {{"id", volume}, {"virtualmachineid", instance}});
    world.heal();
    expect_health(world, step);
    tear_down(world);
  }
}

TEST(Debts, a_guest_that_was_stopped_by_force_and_started_again_stays) {
  World world(1, 1);
  const auto host = world.hosts.begin()->first;
  const auto instance = deploy(world, {make_network(world)});
  fail_at(world, host, "stop guest", "stopVirtualMachine", {{"id", instance}, {"forced", "true"}});
  world.done("startVirtualMachine", {{"id", instance}});
  world.heal();
  expect_health(world, "started again");
  tear_down(world);
}

}  // namespace
}  // namespace welkin::simulation
