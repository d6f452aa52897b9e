// Looking, comparing, telling.
#include "agent/lookout.hpp"

#include <algorithm>
#include <fstream>

#include "base/log.hpp"

namespace welkin::agent {

namespace {

double load_average() {
  double load = 0;
  std::ifstream("/proc/loadavg") >> load;
  return load;
}

/// proc(5), `MemAvailable`, in KiB.
std::int64_t memory_bytes_free() {
  std::ifstream file("/proc/meminfo");
  std::string name, unit;
  std::int64_t value = 0;
  while (file >> name >> value) {
    if (name == "MemAvailable:") return value * 1024;
    std::getline(file, unit);
  }
  return 0;
}

int running_in(const hypervisor::Sightings& seen) {
  return int(std::ranges::count(seen.instances, hypervisor::Power::running, &hypervisor::Sighting::power));
}

}  // namespace

Lookout::Lookout(hypervisor::Driver& driver, Tell tell, std::chrono::milliseconds pause)
    : driver_(driver), tell_(std::move(tell)), pause_(pause), thread_([this] { run(); }) {}

Lookout::~Lookout() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Lookout::start_over() {
  {
    const std::lock_guard lock(mutex_);
    told_nothing_ = true;
  }
  wake_.notify_all();
}

link::HostPulse Lookout::pulse() const {
  const std::lock_guard lock(mutex_);
  auto pulse = pulse_;
  pulse.load = load_average();
  pulse.memory_bytes_free = memory_bytes_free();
  return pulse;
}

void Lookout::run() {
  while (true) {
    look();
    std::unique_lock lock(mutex_);
    // WHY the pause even when nothing was told: a server that cannot be told is not there.
    wake_.wait_for(lock, pause_, [this] { return stopping_ || (told_nothing_ && !told_.empty()); });
    if (stopping_) return;
    if (told_nothing_) told_.clear();
  }
}

void Lookout::look() {
  hypervisor::Sightings seen;
  try {
    seen = driver_.look({});
  } catch (const std::exception& error) {
    const std::lock_guard lock(mutex_);
    if (pulse_.hypervisor_answers) log::warning("the hypervisor cannot be looked at: {}", error.what());
    pulse_.hypervisor_answers = false;
    return;
  }
  std::ranges::sort(seen.instances, {}, [](const auto& sighting) { return sighting.id; });
  const auto text = to_json(seen);
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    pulse_.hypervisor_answers = true;
    pulse_.instances = running_in(seen);
    news = told_nothing_ || text != told_;
    told_nothing_ = false;
  }
  if (!news) return;
  const bool told = tell_(text);
  const std::lock_guard lock(mutex_);
  told_ = told ? text : std::string();
  if (!told) told_nothing_ = true;
}

}  // namespace welkin::agent
