// A hypervisor without a machine: a full driver whose instances are entries of a map.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>

#include "hypervisor/driver.hpp"

namespace welkin::hypervisor::simulator {

/// Called before each verb with its name; what it throws, the verb throws, and nothing has happened.
using Before = std::function<void(std::string_view verb)>;

struct Instance {
  FIELDS(Instance,
    (InstanceSpec, spec, "As started, with what was plugged since; disks and nics by position."),
    (Power, power, "What it does."),
    (int, cpus, "Now."),
    (std::int64_t, memory_bytes, "Now."),
    (int, boots, "Since its last start."),
    (int, console_port, "Of VNC; 0 while it is stopped."),
    (Time, running_since, "Of the last start."))
};

/// Everything there is, for comparing one world with another.
struct World {
  FIELDS(World, (std::vector<Instance>, instances, "By id."))
};

/// What a simulated host of this many processors and this much memory says of itself.
HostFacts plain_facts(std::string name, int cpus, int cpu_mhz, std::int64_t memory_bytes);

/// Follows the rules of the real driver, and has its capacity: memory is never promised twice, and at most
/// `facts.instances_max` instances run. Its guests listen, unless told otherwise. Takes no time; safe to use
/// from many threads.
class Hypervisor final : public Driver {
 public:
  explicit Hypervisor(HostFacts facts, Before before = {}, Clock& clock = machine_clock());

  HostFacts probe(const Nothing&) override;
  Sightings look(const Nothing&) override;
  Sighting start(const InstanceSpec&) override;
  Sighting stop(const StopInstance&) override;
  Sighting reboot(const StopInstance&) override;
  Sighting pause(const InstanceName&) override;
  Sighting resume(const InstanceName&) override;
  Nothing forget(const InstanceName&) override;
  Nothing plug_disk(const PlugDisk&) override;
  Nothing unplug_disk(const UnplugDisk&) override;
  Nothing plug_nic(const PlugNic&) override;
  Nothing unplug_nic(const UnplugNic&) override;
  Nothing resize_disk(const ResizeDisk&) override;
  Sighting scale(const ScaleInstance&) override;
  Statistics statistics(const Nothing&) override;
  Console console(const InstanceName&) override;

  /// Called for each disk that grows while it is in use: its pool is to know.
  void on_growth(std::function<void(const Uuid& disk, std::int64_t bytes)> told) { grown_ = std::move(told); }

  World snapshot() const;
  /// How often each verb changed something; a repeated call that found its work done does not count.
  std::map<std::string, int> effects() const;
  /// This guest ignores the power button and lets go of nothing.
  void deafen(const Uuid& instance);
  /// The host loses its power: everything stops, definitions stay.
  void lose_power();
  /// Somebody ends an instance behind our back.
  void crash(const Uuid& instance);

 private:
  using Turn = std::unique_lock<std::mutex>;
  /// One verb at a time.
  Turn begin(std::string_view verb) const;
  Instance* find(const Uuid& id);
  Instance& get(const Uuid& id, std::string_view name = {});
  Instance& get_running(const Uuid& id);
  void must_have_room(const InstanceSpec& spec) const;
  void must_have_memory(std::int64_t bytes) const;
  void must_be_free(const InstanceSpec& spec) const;
  void must_be_free(const Uuid& owner, const DiskSpec& disk) const;
  void must_be_free(const Uuid& owner, const NicSpec& nic) const;
  int free_port() const;
  void halt(Instance& instance);

  const HostFacts facts_;
  const Before before_;
  Clock& clock_;
  mutable std::mutex mutex_;
  std::map<Uuid, Instance> instances_;
  std::map<std::pair<Uuid, Uuid>, std::int64_t> disk_bytes_;  // of disks that were resized while plugged in
  std::map<std::string, int> effects_;
  std::set<Uuid> deaf_;
  std::function<void(const Uuid&, std::int64_t)> grown_;
};

}  // namespace welkin::hypervisor::simulator
