// Measurements are compared with those before.
#include "flows/measured.hpp"

#include <algorithm>

namespace welkin::flows {

namespace {
using hypervisor::Usage;

/// What was counted between two measurements. An instance that was started anew counts from nothing again.
Usage since(const Usage& before, const Usage& now) {
  Usage out = now;
  if (now.cpu_nanoseconds < before.cpu_nanoseconds) return out;
  for (const auto counter : {&Usage::cpu_nanoseconds, &Usage::network_bytes_in, &Usage::network_bytes_out,
                             &Usage::disk_bytes_read, &Usage::disk_bytes_written, &Usage::disk_reads,
                             &Usage::disk_writes})
    out.*counter = std::max<std::int64_t>(0, now.*counter - before.*counter);
  return out;
}
}  // namespace

void Measured::note(const Uuid& host, const hypervisor::Statistics& seen, Time now) {
  Known fresh;
  fresh.at = now;
  fresh.use = {seen.host_cpu_percent, seen.host_memory_bytes_used, seen.host_network_bytes_in,
               seen.host_network_bytes_out};
  const std::lock_guard lock(mutex_);
  auto& known = hosts_[host];
  const auto span = std::chrono::duration<double, std::nano>(now - known.at).count();
  for (const auto& usage : seen.instances) {
    InstanceUse use{.total = usage, .recent = usage};
    if (const auto before = known.instances.find(usage.id); before != known.instances.end() && span > 0) {
      use.recent = since(before->second.total, usage);
      use.cores = double(use.recent.cpu_nanoseconds) / span;
      use.compared = true;
    }
    fresh.instances.emplace(usage.id, use);
  }
  known = std::move(fresh);
}

void Measured::keep(const std::set<Uuid>& hosts) {
  const std::lock_guard lock(mutex_);
  std::erase_if(hosts_, [&](const auto& entry) { return !hosts.contains(entry.first); });
}

std::optional<InstanceUse> Measured::of_instance(const Uuid& host, const Uuid& instance) const {
  const std::lock_guard lock(mutex_);
  const auto at = hosts_.find(host);
  if (at == hosts_.end()) return std::nullopt;
  const auto use = at->second.instances.find(instance);
  return use == at->second.instances.end() ? std::nullopt : std::optional(use->second);
}

std::optional<HostUse> Measured::of_host(const Uuid& host) const {
  const std::lock_guard lock(mutex_);
  const auto at = hosts_.find(host);
  return at == hosts_.end() ? std::nullopt : std::optional(at->second.use);
}

}  // namespace welkin::flows
