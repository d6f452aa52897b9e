// Reading the texts of /proc.
#include "hypervisor/kvm/host_gauges.hpp"

#include <gtest/gtest.h>

namespace welkin::hypervisor::kvm {
namespace {

TEST(HostGauges, count_idle_and_waiting_processors_as_free) {
  const auto times = read_cpu_times("cpu  100 20 30 800 50 0 0 0 60 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
  EXPECT_EQ(times, (CpuTimes{150, 1000}));
}

TEST(HostGauges, read_memory_in_kibibytes) {
  EXPECT_EQ(read_memory("MemTotal:       2048 kB\nMemFree: 1 kB\nMemAvailable:   1024 kB\n"),
            (MemoryGauge{2048 * 1024, 1024 * 1024}));
}

TEST(HostGauges, add_up_only_the_links_that_count) {
  constexpr auto text =
      "Inter-|   Receive  |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes packets\n"
      "    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0\n"
      "  eth0: 100 1 0 0 0 0 0 0 50 1 0 0 0 0 0 0\n"
      "  eth1:20 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n";
  EXPECT_EQ(read_link_bytes(text, [](std::string_view link) { return link.starts_with("eth"); }),
            (LinkBytes{120, 55}));
}

TEST(HostGauges, count_sockets_and_processors) {
  constexpr auto text =
      "processor\t: 0\nmodel name\t: Fast One\nphysical id\t: 0\ncpu MHz\t\t: 2000.5\n\n"
      "processor\t: 1\nmodel name\t: Fast One\nphysical id\t: 1\ncpu MHz\t\t: 2100.1\n";
  EXPECT_EQ(read_processor(text), (Processor{"Fast One", 2, 2, 2100}));
}

TEST(HostGauges, make_nothing_of_nonsense) {
  for (const auto* text : {"", "\n\n", "cpu ", "cpu  x y", ":::", "MemTotal:"}) {
    EXPECT_EQ(read_cpu_times(text), CpuTimes{});
    EXPECT_EQ(read_memory(text), MemoryGauge{});
    EXPECT_EQ(read_link_bytes(text, [](std::string_view) { return true; }), LinkBytes{});
  }
}

TEST(HostGauges, find_this_machine) {
  EXPECT_GT(host_memory().total_bytes, 0);
  EXPECT_GT(host_processor().cpus, 0);
  BusyGauge busy;
  EXPECT_GE(busy.percent(), 0);
  EXPECT_LE(busy.percent(), 100);
}

}  // namespace
}  // namespace welkin::hypervisor::kvm
