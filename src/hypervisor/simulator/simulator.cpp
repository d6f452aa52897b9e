// The simulated hypervisor's instances: starting, stopping, seeing.
#include "hypervisor/simulator/simulator.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hypervisor/spec_rules.hpp"

namespace welkin::hypervisor::simulator {
namespace {

constexpr int first_console_port = 5900;
constexpr std::int64_t boot_nanoseconds = 1'000'000'000;
/// Each guest idles: this share of its processors, this much traffic.
constexpr double idle_share = 0.05;
constexpr std::int64_t idle_bytes_per_second = 1024;

Sighting sighting_of(const Instance& instance) {
  return {instance.spec.id, instance.spec.name, instance.power, instance.cpus, instance.memory_bytes};
}

Usage usage_of(const Instance& instance, Time now) {
  const auto seconds = std::max(0.0, std::chrono::duration<double>(now - instance.running_since).count());
  Usage usage;
  usage.id = instance.spec.id;
  usage.cpu_nanoseconds = boot_nanoseconds + std::int64_t(seconds * 1e9 * idle_share * instance.cpus);
  usage.memory_bytes = instance.memory_bytes;
  const auto traffic = std::int64_t(seconds * idle_bytes_per_second);
  usage.network_bytes_in = usage.network_bytes_out = instance.spec.nics.empty() ? 0 : traffic;
  usage.disk_bytes_read = usage.disk_bytes_written = traffic;
  usage.disk_reads = usage.disk_writes = traffic / 512;
  return usage;
}

bool on(const Instance& instance) { return instance.power != Power::stopped; }

}  // namespace

HostFacts plain_facts(std::string name, int cpus, int cpu_mhz, std::int64_t memory_bytes) {
  HostFacts facts;
  facts.hypervisor = "Simulator";
  facts.version = "1";
  facts.name = std::move(name);
  facts.arch = "x86_64";
  facts.os = "none";
  facts.cpu_model = "imagined";
  facts.cpu_sockets = 1;
  facts.cpus = cpus;
  facts.cpu_mhz = cpu_mhz;
  facts.memory_bytes = memory_bytes;
  facts.uefi = facts.hot_plug_cpu = facts.hot_plug_memory = true;
  facts.disks_max = 15;
  return facts;
}

Hypervisor::Hypervisor(HostFacts facts, Before before, Clock& clock)
    : facts_(std::move(facts)), before_(std::move(before)), clock_(clock) {}

Hypervisor::Turn Hypervisor::begin(std::string_view verb) const {
  if (before_) before_(verb);
  return Turn(mutex_);
}

Instance* Hypervisor::find(const Uuid& id) {
  const auto found = instances_.find(id);
  return found == instances_.end() ? nullptr : &found->second;
}

Instance& Hypervisor::get(const Uuid& id, std::string_view name) {
  if (auto* instance = find(id)) return *instance;
  throw Error(Fault::missing,
              fmt::format("Instance {} is not on this host.", name.empty() ? id.text() : std::string(name)),
              "id");
}

Instance& Hypervisor::get_running(const Uuid& id) {
  auto& instance = get(id);
  if (!on(instance)) throw Error(Fault::conflict, "The instance does not run.", "id");
  return instance;
}

void Hypervisor::must_have_memory(std::int64_t bytes) const {
  std::int64_t promised = 0;
  for (const auto& [id, instance] : instances_)
    if (on(instance)) promised += instance.memory_bytes;
  if (bytes > facts_.memory_bytes - promised)
    throw Error(Fault::exhausted,
                fmt::format("The host has not enough memory: {} of {} MiB are promised already.",
                            promised >> 20, facts_.memory_bytes >> 20),
                "memory_bytes");
}

void Hypervisor::must_have_room(const InstanceSpec& spec) const {
  must_have_memory(spec.memory_bytes);
  const auto running = std::ranges::count_if(instances_, [](const auto& entry) { return on(entry.second); });
  if (facts_.instances_max > 0 && running >= facts_.instances_max)
    throw Error(Fault::exhausted, fmt::format("The host runs {} instances already.", running), "id");
  if (spec.uefi && !facts_.uefi)
    throw Error(Fault::unsupported, "The host's hypervisor is not able to boot by UEFI.", "uefi");
}

void Hypervisor::must_be_free(const Uuid& owner, const DiskSpec& disk) const {
  if (disk.read_only || disk.kind == DiskKind::cdrom) return;
  for (const auto& [id, other] : instances_)
    if (id != owner && on(other) && std::ranges::any_of(other.spec.disks, [&](const auto& d) {
          return d.path == disk.path && !d.read_only;
        }))
      throw Error(Fault::in_use, fmt::format("Disk {} is in use by another instance.", disk.id.text()),
                  "disk");
}

void Hypervisor::must_be_free(const Uuid& owner, const NicSpec& nic) const {
  for (const auto& [id, other] : instances_)
    if (id != owner && on(other) &&
        std::ranges::any_of(other.spec.nics, [&](const auto& n) { return n.tap == nic.tap; }))
      throw Error(Fault::conflict, fmt::format("The tap {} is in use by another instance.", nic.tap), "nic");
}

void Hypervisor::must_be_free(const InstanceSpec& spec) const {
  for (const auto& [id, other] : instances_)
    if (id != spec.id && other.spec.name == spec.name)
      throw Error(Fault::conflict, fmt::format("Another instance of this host is called {}.", spec.name),
                  "name");
  for (const auto& disk : spec.disks) must_be_free(spec.id, disk);
  for (const auto& nic : spec.nics) must_be_free(spec.id, nic);
}

int Hypervisor::free_port() const {
  std::set<int> taken;
  for (const auto& [id, instance] : instances_) taken.insert(instance.console_port);
  int port = first_console_port;
  while (taken.contains(port)) ++port;
  return port;
}

void Hypervisor::halt(Instance& instance) {
  instance.power = Power::stopped;
  instance.boots = instance.console_port = 0;
  instance.cpus = instance.spec.cpus;
  instance.memory_bytes = instance.spec.memory_bytes;
  instance.running_since = {};
}

HostFacts Hypervisor::probe(const Nothing&) {
  const auto turn = begin("probe");
  return facts_;
}

Sightings Hypervisor::look(const Nothing&) {
  const auto turn = begin("look");
  Sightings seen;
  for (const auto& [id, instance] : instances_) seen.instances.push_back(sighting_of(instance));
  return seen;
}

Sighting Hypervisor::start(const InstanceSpec& spec) {
  const auto turn = begin("start");
  check(spec);
  if (const auto* running = find(spec.id); running && on(*running)) return sighting_of(*running);
  must_be_free(spec);
  must_have_room(spec);
  Instance started;
  started.spec = spec;
  std::ranges::sort(started.spec.disks, {}, &DiskSpec::position);
  std::ranges::sort(started.spec.nics, {}, &NicSpec::position);
  started.cpus = spec.cpus;
  started.memory_bytes = spec.memory_bytes;
  started.boots = 1;
  started.console_port = free_port();
  started.running_since = clock_.now();
  ++effects_["start"];
  return sighting_of(instances_[spec.id] = std::move(started));
}

Sighting Hypervisor::stop(const StopInstance& wish) {
  const auto turn = begin("stop");
  auto* instance = find(wish.id);
  if (!instance) return {.id = wish.id, .power = Power::stopped};
  if (on(*instance)) {
    halt(*instance);
    ++effects_["stop"];
  }
  return sighting_of(*instance);
}

Sighting Hypervisor::reboot(const StopInstance& wish) {
  const auto turn = begin("reboot");
  auto& instance = get(wish.id);
  if (!on(instance)) throw Error(Fault::conflict, "A stopped instance cannot be rebooted; start it.", "id");
  ++instance.boots;
  ++effects_["reboot"];
  return sighting_of(instance);
}

Sighting Hypervisor::pause(const InstanceName& which) {
  const auto turn = begin("pause");
  auto& instance = get(which.id, which.name);
  if (!on(instance)) throw Error(Fault::conflict, "A stopped instance cannot be paused.", "id");
  if (instance.power == Power::running) ++effects_["pause"];
  instance.power = Power::paused;
  return sighting_of(instance);
}

Sighting Hypervisor::resume(const InstanceName& which) {
  const auto turn = begin("resume");
  auto& instance = get(which.id, which.name);
  if (!on(instance)) throw Error(Fault::conflict, "A stopped instance cannot go on; start it.", "id");
  if (instance.power == Power::paused) ++effects_["resume"];
  instance.power = Power::running;
  return sighting_of(instance);
}

Nothing Hypervisor::forget(const InstanceName& which) {
  const auto turn = begin("forget");
  if (instances_.erase(which.id) > 0) ++effects_["forget"];
  std::erase_if(disk_bytes_, [&](const auto& entry) { return entry.first.first == which.id; });
  deaf_.erase(which.id);
  return {};
}

Statistics Hypervisor::statistics(const Nothing&) {
  const auto turn = begin("statistics");
  Statistics statistics;
  double busy = 0;
  statistics.host_memory_bytes_used = facts_.memory_bytes / 64;  // the host's own
  for (const auto& [id, instance] : instances_) {
    if (!on(instance)) continue;
    statistics.instances.push_back(usage_of(instance, clock_.now()));
    statistics.host_memory_bytes_used += instance.memory_bytes;
    statistics.host_network_bytes_in += statistics.instances.back().network_bytes_in;
    statistics.host_network_bytes_out += statistics.instances.back().network_bytes_out;
    busy += idle_share * instance.cpus;
  }
  statistics.host_cpu_percent = std::min(100.0, 100.0 * busy / std::max(1, facts_.cpus));
  return statistics;
}

Console Hypervisor::console(const InstanceName& which) {
  const auto turn = begin("console");
  const auto& instance = get(which.id, which.name);
  if (!on(instance)) throw Error(Fault::conflict, "The instance does not run, so it has no console.", "id");
  return {"127.0.0.1", instance.console_port, Secret(instance.spec.console_password.reveal().substr(0, 8)),
          ""};
}

World Hypervisor::snapshot() const {
  const std::lock_guard lock(mutex_);
  World world;
  for (const auto& [id, instance] : instances_) world.instances.push_back(instance);
  return world;
}

std::map<std::string, int> Hypervisor::effects() const {
  const std::lock_guard lock(mutex_);
  return effects_;
}

void Hypervisor::deafen(const Uuid& instance) {
  const std::lock_guard lock(mutex_);
  deaf_.insert(instance);
}

void Hypervisor::lose_power() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, instance] : instances_) halt(instance);
}

void Hypervisor::crash(const Uuid& instance) {
  const std::lock_guard lock(mutex_);
  if (auto* found = find(instance)) halt(*found);
}

}  // namespace welkin::hypervisor::simulator
