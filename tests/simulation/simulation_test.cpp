// Clouds from seeds: users do what they like, hosts lose words and the server dies. Whatever happened, a cloud that comes
// to rest is sound, and one that is taken down leaves nothing.
//
// A seed that fails is named; WELKIN_SEED=n plays it again, WELKIN_SEEDS=n plays so many.
#include <cstdlib>

#include "base/log.hpp"
#include "user.hpp"
#include "watch/duties.hpp"

namespace welkin::simulation {
namespace {

constexpr int actions = 40;

/// One seed's users and mishaps.
class Play {
 public:
  explicit Play(std::uint64_t seed) : world_(seed, 3) {
    world_.faults = {.lost_request = 0.02, .lost_answer = 0.02, .death = 0.004, .slowest_ms = 400};
    if (seed % 4 == 0) world_.faults = {.lost_request = 0.15, .lost_answer = 0.15, .death = 0.03, .slowest_ms = 3000};
  }

  void run() {
    for (int i = 0; i < actions && !testing::Test::HasFailure(); ++i) {
      act();
      world_.loop.run_for(std::chrono::milliseconds(world_.random.below(2500)));
      if (world_.dead()) world_.die_and_live();
      mishap();
    }
    for (auto& [id, host] : world_.hosts) world_.agents.set_connected(id, true);
    world_.heal();
    expect_health(world_, "at rest");
    tear_down(world_);
    expect_health(world_, "taken down");
  }

 private:
  std::string any(std::string_view from) {
    const auto all = ids(world_, from);
    return all.empty() ? std::string() : all[world_.random.below(all.size())];
  }
  std::string instance() { return any("instances where removed is null"); }
  std::string volume() { return any("volumes where removed is null and kind <> 'ROOT'"); }
  std::string network() { return any("networks where removed is null"); }
  std::string address() { return any("public_addresses where state <> 'Free'"); }
  std::string port() { return std::to_string(1000 + world_.random.below(6)); }

  /// What is refused is refused; what breaks inside is a defect.
  void call(std::string_view command, Pairs parameters) {
    std::string words(command);
    for (const auto& [name, value] : parameters) {
      if (value.empty()) return;
      words += fmt::format(" {}={}", name, value);
    }
    log::debug("{} {}", world_.loop.clock().now().time_since_epoch().count() % 10'000'000'000, words);
    try {
      world_.call(command, std::move(parameters));
    } catch (const Error& error) {
      const bool ours = error.fault == Fault::internal && !world_.dead();
      log::debug("  refused: {}", error.message);
      EXPECT_FALSE(ours) << command << ": " << error.message << " " << error.cause;
    }
  }

  void act() {
    switch (world_.random.below(24)) {
      case 0:
      case 1:
        call("createNetwork", {{"name", fresh_name(world_, "net")},
                               {"displaytext", "n"},
                               {"networkofferingid", world_.network_offering},
                               {"zoneid", world_.zone}});
        return;
      case 2: case 3: case 4: case 5:
        if (const auto on = network(); !on.empty())
          call("deployVirtualMachine", deployment(world_, {on}, world_.random.below(3) == 0));
        return;
      case 6:
        call("stopVirtualMachine", {{"id", instance()}, {"forced", world_.random.below(2) ? "true" : "false"}});
        return;
      case 7: call("startVirtualMachine", {{"id", instance()}}); return;
      case 8: call("rebootVirtualMachine", {{"id", instance()}}); return;
      case 9:
        call("destroyVirtualMachine", {{"id", instance()}, {"expunge", world_.random.below(2) ? "true" : "false"}});
        return;
      case 10: call("recoverVirtualMachine", {{"id", instance()}}); return;
      case 11: call("expungeVirtualMachine", {{"id", instance()}}); return;
      case 12:
        call("createVolume", {{"name", fresh_name(world_, "disk")},
                              {"zoneid", world_.zone},
                              {"diskofferingid", world_.disk_offering},
                              {"size", "1"}});
        return;
      case 13: call("attachVolume", {{"id", volume()}, {"virtualmachineid", instance()}}); return;
      case 14: call("detachVolume", {{"id", volume()}}); return;
      case 15: call("resizeVolume", {{"id", volume()}, {"size", std::to_string(1 + world_.random.below(4))}}); return;
      case 16: if (world_.random.below(3) == 0) call("deleteVolume", {{"id", volume()}}); return;
      case 17:
        call("restartNetwork", {{"id", network()}, {"cleanup", world_.random.below(2) ? "true" : "false"}});
        return;
      case 18: call("deleteNetwork", {{"id", network()}}); return;
      case 19: call("associateIpAddress", {{"networkid", network()}}); return;
      case 20: call("disassociateIpAddress", {{"id", address()}}); return;
      case 21: call("enableStaticNat", {{"ipaddressid", address()}, {"virtualmachineid", instance()}}); return;
      case 22:
        call("createPortForwardingRule", {{"ipaddressid", address()},
                                          {"protocol", "tcp"},
                                          {"publicport", port()},
                                          {"privateport", "22"},
                                          {"virtualmachineid", instance()}});
        return;
      default: call("deletePortForwardingRule", {{"id", any("port_forwarding_rules")}}); return;
    }
  }

  void mishap() {
    switch (world_.random.below(12)) {
      case 0: return cut_a_host();
      case 1: return crash_a_guest();
      case 2: return world_.look_round();
      case 3: return duties();
      default: return;
    }
  }

  void cut_a_host() {
    auto at = world_.hosts.begin();
    std::advance(at, world_.random.below(world_.hosts.size()));
    world_.agents.set_connected(at->first, world_.random.below(3) != 0);
  }
  void crash_a_guest() {
    for (const auto& [id, host] : world_.hosts) {
      const auto guests = host->hypervisor.snapshot().instances;
      if (!guests.empty() && world_.random.below(2))
        return host->hypervisor.crash(guests[world_.random.below(guests.size())].spec.id);
    }
  }
  void duties() {
    try {
      watch::round(world_.cloud());
      watch::catch_up(world_.cloud());
    } catch (const Error& error) {
      ADD_FAILURE() << "a round of duties failed: " << error.message;
    }
  }

  World world_;
};

std::uint64_t number(const char* variable, std::uint64_t otherwise) {
  const char* given = std::getenv(variable);
  return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

constexpr int parts = 8;  // that run beside each other where there are cores

class Simulation : public testing::TestWithParam<int> {};

TEST_P(Simulation, every_seed_comes_to_rest_and_leaves_nothing) {
  const auto only = number("WELKIN_SEED", 0);
  if (only) log::set_level(log::Level::debug);
  const auto part = std::uint64_t(GetParam()), last = only ? only : number("WELKIN_SEEDS", 80);
  for (auto seed = only ? only : part + 1; seed <= last; seed += parts) {
    if (only && part != 0) break;
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Play(seed).run();
    if (testing::Test::HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Simulation, testing::Range(0, parts));

}  // namespace
}  // namespace welkin::simulation
