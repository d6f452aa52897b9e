// Hands that only count what they are asked for.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "link/verbs.hpp"

namespace welkin::link {

struct FakeDriver final : hypervisor::Driver {
  std::atomic<int> starts = 0;
  std::atomic<int> stops = 0;
  std::atomic<int> probes = 0;
  std::atomic<int> failures = 0;  ///< so many starts fail
  std::mutex mutex;
  std::condition_variable changed;
  bool held = false;           ///< starts wait while it holds
  hypervisor::Sightings seen;  ///< guarded by the mutex

  void hold(bool value) {
    const std::lock_guard lock(mutex);
    held = value;
    changed.notify_all();
  }

  hypervisor::HostFacts probe(const Nothing&) override {
    ++probes;
    hypervisor::HostFacts facts;
    facts.hypervisor = "Fake";
    return facts;
  }
  hypervisor::Sightings look(const Nothing&) override {
    const std::lock_guard lock(mutex);
    return seen;
  }
  hypervisor::Sighting start(const hypervisor::InstanceSpec& spec) override {
    ++starts;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, 10s, [&] { return !held; });
    if (failures > 0) {
      --failures;
      throw Error(Fault::exhausted, "The host has no memory left.", "memory", "fake");
    }
    return {spec.id, spec.name, hypervisor::Power::running, spec.cpus, spec.memory_bytes};
  }
  hypervisor::Sighting stop(const hypervisor::StopInstance& spec) override {
    ++stops;
    return {spec.id, {}, hypervisor::Power::stopped, 0, 0};
  }
  hypervisor::Sighting reboot(const hypervisor::StopInstance&) override { return {}; }
  hypervisor::Sighting pause(const hypervisor::InstanceName&) override { return {}; }
  hypervisor::Sighting resume(const hypervisor::InstanceName&) override { return {}; }
  Nothing forget(const hypervisor::InstanceName&) override { return {}; }
  Nothing plug_disk(const hypervisor::PlugDisk&) override { return {}; }
  Nothing unplug_disk(const hypervisor::UnplugDisk&) override { return {}; }
  Nothing plug_nic(const hypervisor::PlugNic&) override { return {}; }
  Nothing unplug_nic(const hypervisor::UnplugNic&) override { return {}; }
  Nothing resize_disk(const hypervisor::ResizeDisk&) override { return {}; }
  hypervisor::Sighting scale(const hypervisor::ScaleInstance&) override { return {}; }
  hypervisor::Statistics statistics(const Nothing&) override { return {}; }
  hypervisor::Console console(const hypervisor::InstanceName&) override { return {}; }
};

struct FakePools final : storage::Pools {
  storage::PoolFacts open(const storage::PoolSpec&) override { return {}; }
  storage::VolumePlace create(const storage::VolumeSpec&) override { return {}; }
  Nothing remove(const storage::VolumeName&) override { return {}; }
  storage::VolumePlace resize(const storage::ResizeVolume&) override { return {}; }
  storage::VolumePlace measure(const storage::VolumeName&) override { return {}; }
  storage::VolumePlace bring_template(const storage::TemplateSpec&) override { return {}; }
  Nothing remove_template(const storage::TemplateName&) override { return {}; }
};

struct FakeFabric final : network::Fabric {
  Nothing ensure_outside(const network::OutsideSpec&) override { return {}; }
  Nothing ensure_segment(const network::SegmentSpec&) override { return {}; }
  Nothing remove_segment(const network::SegmentName&) override { return {}; }
  network::RouterSeen ensure_router(const network::RouterSpec&) override { return {}; }
  Nothing remove_router(const network::RouterName&) override { return {}; }
  network::RouterSeen look_at_router(const network::RouterName&) override { return {}; }
  Nothing guard(const network::GuardSpec&) override { return {}; }
  network::FabricSeen look(const Nothing&) override { return {}; }
};

struct FakeHands {
  FakeDriver driver;
  FakePools pools;
  FakeFabric fabric;

  Hands hands() { return {driver, pools, fabric}; }
  static std::string start_order() {
    hypervisor::InstanceSpec spec;
    spec.id = *Uuid::parse("00000000-0000-7000-8000-000000000e01");
    spec.name = "i-2-1-VM";
    spec.cpus = 2;
    return to_json(spec, true);
  }
};

}  // namespace welkin::link
