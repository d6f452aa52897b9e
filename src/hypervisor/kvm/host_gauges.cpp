// Reading /proc line by line.
#include "hypervisor/kvm/host_gauges.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <vector>

namespace welkin::hypervisor::kvm {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Visit>
void each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    visit(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
}

std::vector<std::int64_t> numbers(std::string_view text) {
  std::vector<std::int64_t> found;
  while (!(text = trimmed(text)).empty()) {
    const auto end = text.find_first_of(" \t");
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + std::min(end, text.size()), value);
    found.push_back(value);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end);
  }
  return found;
}

std::int64_t number(std::string_view text) {
  const auto found = numbers(text);
  return found.empty() ? 0 : found[0];
}

}  // namespace

CpuTimes read_cpu_times(std::string_view stat) {
  CpuTimes times;
  each_line(stat, [&](std::string_view line) {
    if (!line.starts_with("cpu ")) return;
    const auto ticks = numbers(line.substr(4));
    // Guests' time is already in user and nice; idle and iowait are the fourth and fifth.
    for (std::size_t i = 0; i < std::min<std::size_t>(8, ticks.size()); ++i) {
      times.total += ticks[i];
      if (i != 3 && i != 4) times.busy += ticks[i];
    }
  });
  return times;
}

MemoryGauge read_memory(std::string_view meminfo) {
  MemoryGauge memory;
  each_line(meminfo, [&](std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const auto kibibytes = number(line.substr(colon + 1));
    if (line.starts_with("MemTotal:")) memory.total_bytes = kibibytes * 1024;
    if (line.starts_with("MemAvailable:")) memory.available_bytes = kibibytes * 1024;
  });
  return memory;
}

LinkBytes read_link_bytes(std::string_view net_dev, const std::function<bool(std::string_view)>& counts) {
  LinkBytes bytes;
  each_line(net_dev, [&](std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !counts(trimmed(line.substr(0, colon)))) return;
    const auto columns = numbers(line.substr(colon + 1));
    if (columns.size() < 9) return;
    bytes.in += columns[0];
    bytes.out += columns[8];
  });
  return bytes;
}

Processor read_processor(std::string_view cpuinfo) {
  Processor processor;
  std::set<std::string_view> sockets;
  each_line(cpuinfo, [&](std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const auto name = trimmed(line.substr(0, colon)), value = trimmed(line.substr(colon + 1));
    if (name == "processor") ++processor.cpus;
    if (name == "physical id") sockets.insert(value);
    if (name == "model name" && processor.model.empty()) processor.model = value;
    if (name == "cpu MHz") processor.mhz = std::max(processor.mhz, int(number(value)));
  });
  processor.sockets = std::max(1, int(sockets.size()));
  return processor;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(4 << 20, '\0');
  in.read(text.data(), std::streamsize(text.size()));
  text.resize(std::size_t(in.gcount()));
  return text;
}

MemoryGauge host_memory() { return read_memory(read_file("/proc/meminfo")); }

LinkBytes host_link_bytes() {
  return read_link_bytes(read_file("/proc/net/dev"), [](std::string_view link) {
    return access(("/sys/class/net/" + std::string(link) + "/device").c_str(), F_OK) == 0;
  });
}

Processor host_processor() { return read_processor(read_file("/proc/cpuinfo")); }

std::string host_os() {
  std::string name = "Linux";
  const auto release = read_file("/etc/os-release");
  each_line(release, [&](std::string_view line) {
    if (!line.starts_with("PRETTY_NAME=")) return;
    name = line.substr(12);
    std::erase(name, '"');
  });
  return name;
}

BusyGauge::BusyGauge() : last_(read_cpu_times(read_file("/proc/stat"))) {}

double BusyGauge::percent() {
  const auto now = read_cpu_times(read_file("/proc/stat"));
  const std::lock_guard lock(mutex_);
  if (now.total > last_.total)
    percent_ =
        std::clamp(100.0 * double(now.busy - last_.busy) / double(now.total - last_.total), 0.0, 100.0);
  last_ = now;
  return percent_;
}

}  // namespace welkin::hypervisor::kvm
