// The host's own gauges, read from /proc; see proc(5).
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace welkin::hypervisor::kvm {

/// Processor time since boot, in ticks.
struct CpuTimes {
  std::int64_t busy = 0, total = 0;
  bool operator==(const CpuTimes&) const = default;
};
struct MemoryGauge {
  std::int64_t total_bytes = 0, available_bytes = 0;
  bool operator==(const MemoryGauge&) const = default;
};
struct LinkBytes {
  std::int64_t in = 0, out = 0;
  bool operator==(const LinkBytes&) const = default;
};
struct Processor {
  std::string model;
  int cpus = 0, sockets = 0, mhz = 0;
  bool operator==(const Processor&) const = default;
};

/// These read the text of the files of /proc; what they do not find stays zero.
CpuTimes read_cpu_times(std::string_view stat);
MemoryGauge read_memory(std::string_view meminfo);
LinkBytes read_link_bytes(std::string_view net_dev, const std::function<bool(std::string_view link)>& counts);
Processor read_processor(std::string_view cpuinfo);

/// A whole small file; empty when it cannot be read. At most 4 MiB.
std::string read_file(const std::string& path);
MemoryGauge host_memory();
/// Of the links that stand for hardware; taps, bridges and tunnels repeat their bytes.
LinkBytes host_link_bytes();
Processor host_processor();
/// PRETTY_NAME of os-release(5).
std::string host_os();

/// Busy share of the processors between two looks.
class BusyGauge {
 public:
  BusyGauge();
  /// 0 to 100, since the last call.
  double percent();

 private:
  std::mutex mutex_;
  CpuTimes last_;
  double percent_ = 0;
};

}  // namespace welkin::hypervisor::kvm
