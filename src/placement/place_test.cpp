// Placement chooses what fits and says why the rest does not.
#include "placement/place.hpp"

#include <gtest/gtest.h>

namespace welkin::placement {
namespace {

Uuid id(int n) {
  Uuid out;
  out.bytes[15] = std::uint8_t(n);
  return out;
}

HostView host(int n) {
  HostView view;
  view.id = id(n);
  view.zone = id(100);
  view.pod = id(101);
  view.cluster = id(102);
  view.name = "h" + std::to_string(n);
  view.hypervisor = "KVM";
  view.up = view.enabled = true;
  view.cpu_mhz = 4000;
  view.memory_bytes = std::int64_t(4) << 30;
  return view;
}

PoolView local_pool(int n, int host_number) {
  PoolView view;
  view.id = id(n);
  view.zone = id(100);
  view.host = id(host_number);
  view.name = "p" + std::to_string(n);
  view.up = view.local = true;
  view.bytes = std::int64_t(100) << 30;
  return view;
}

/// Each with a pool of its own.
Snapshot two_hosts() {
  Snapshot out{{host(1), host(2)}, {}};
  out.hosts[0].pools = {local_pool(11, 1)};
  out.hosts[1].pools = {local_pool(12, 2)};
  return out;
}

Wish wish() {
  Wish out;
  out.zone = id(100);
  out.hypervisor = "KVM";
  out.cpu_mhz = 500;
  out.memory_bytes = std::int64_t(512) << 20;
  out.disks.push_back({std::int64_t(1) << 30, true, {}, {}});
  return out;
}

TEST(Placement, the_emptier_host_comes_first) {
  auto snapshot = two_hosts();
  snapshot.hosts[0].memory_bytes_reserved = std::int64_t(2) << 30;
  const auto verdict = place(wish(), snapshot);
  ASSERT_EQ(verdict.ranked.size(), 2u);
  EXPECT_EQ(verdict.ranked[0].host, id(2));
  EXPECT_EQ(verdict.ranked[0].pools, std::vector{id(12)});
}

TEST(Placement, the_preferred_host_comes_before_the_emptier_one) {
  auto snapshot = two_hosts();
  snapshot.hosts[0].memory_bytes_reserved = std::int64_t(2) << 30;
  auto request = wish();
  request.preferred_host = id(1);
  EXPECT_EQ(place(request, snapshot).ranked.at(0).host, id(1));
}

TEST(Placement, a_host_that_has_all_instances_it_may_have_is_refused) {
  auto snapshot = two_hosts();
  snapshot.hosts[0].instances_max = snapshot.hosts[0].instances_reserved = 3;
  snapshot.hosts[1].instances_reserved = 3;
  const auto verdict = place(wish(), snapshot);
  ASSERT_EQ(verdict.ranked.size(), 1u);
  EXPECT_EQ(verdict.ranked[0].host, id(2)) << "0 is no limit";
  EXPECT_EQ(verdict.refused[0].reason, "has 3 instances, as many as it may");
}

TEST(Placement, each_refused_host_has_a_reason) {
  Snapshot snapshot{{host(1), host(2), host(3), host(4)}, {}};
  snapshot.hosts[1].pools = {local_pool(12, 2)};
  snapshot.hosts[0].up = false;
  snapshot.hosts[1].memory_bytes_reserved = snapshot.hosts[1].memory_bytes;
  snapshot.hosts[2].enabled = false;
  snapshot.hosts[2].why_disabled = "in maintenance";
  const auto verdict = place(wish(), snapshot);
  EXPECT_TRUE(verdict.ranked.empty());
  EXPECT_EQ(verdict.reasons(),
            "host h1: not heard of; host h2: has 0 MB of memory left of 4096 MB, 512 MB are needed; "
            "host h3: in maintenance; host h4: no local pool");
}

TEST(Placement, two_disks_do_not_share_room_that_is_there_once) {
  Snapshot snapshot{{host(1)}, {}};
  snapshot.hosts[0].pools = {local_pool(11, 1)};
  auto request = wish();
  request.disks = {{std::int64_t(60) << 30, true, {}, {}}, {std::int64_t(60) << 30, true, {}, {}}};
  EXPECT_TRUE(place(request, snapshot).ranked.empty());
}

TEST(Placement, where_no_pool_is_shared_hosts_own_pools_do_if_the_zone_says_so) {
  auto snapshot = two_hosts();
  auto request = wish();
  request.disks.front().local = false;
  EXPECT_EQ(place(request, snapshot).reasons(), "host h1: no shared pool; host h2: no shared pool");
  snapshot.local_will_do = true;
  EXPECT_EQ(place(request, snapshot).ranked.size(), 2u);
  auto shared = local_pool(20, 0);
  shared.host = {};
  shared.local = false;
  snapshot.pools = {shared};
  EXPECT_EQ(place(request, snapshot).ranked.at(0).pools, std::vector{id(20)});
}

TEST(Placement, tags_must_all_be_there) {
  auto snapshot = two_hosts();
  snapshot.hosts[1].tags = {"ssd", "gold"};
  auto request = wish();
  request.tags = {"gold"};
  const auto verdict = place(request, snapshot);
  ASSERT_EQ(verdict.ranked.size(), 1u);
  EXPECT_EQ(verdict.ranked[0].host, id(2));
}

TEST(Placement, what_affinities_forbid_is_refused_and_what_they_like_comes_first) {
  Snapshot snapshot = two_hosts();
  snapshot.hosts[0].memory_bytes_reserved = std::int64_t(2) << 30;
  auto request = wish();
  request.affinities.rather_together = {id(1)};
  EXPECT_EQ(place(request, snapshot).ranked.at(0).host, id(1));
  request.affinities.rather_apart = {id(1), id(2)};
  EXPECT_EQ(place(request, snapshot).ranked.size(), 2u);
  request.affinities.apart = {id(1)};
  EXPECT_EQ(place(request, snapshot).ranked.at(0).host, id(2));
  request.affinities.together = {{id(1)}};
  EXPECT_EQ(place(request, snapshot).reasons(),
            "host h1: runs an instance of an anti-affinity group that this one is in; "
            "host h2: the others of an affinity group run elsewhere");
}

TEST(Placement, the_innermost_place_that_is_kept_decides) {
  const std::array places{id(1), id(102), id(101), id(100)};
  auto request = wish();
  request.account = id(50);
  request.domain_path = "/labs/optics/";
  KeptPlaces kept;
  EXPECT_FALSE(why_kept(request, places, kept));
  kept[id(100)] = {id(60), {}, "/labs/"};
  EXPECT_FALSE(why_kept(request, places, kept)) << "in a zone that is kept for them all are in";
  request.domain_path = "/laboratory/";
  EXPECT_TRUE(why_kept(request, places, kept));
  request.domain_path = "/labs/optics/";
  kept[id(101)] = {id(60), {}, "/labs/"};
  EXPECT_TRUE(why_kept(request, places, kept)) << "in a pod only those in the group are";
  request.affinities.dedicated = {id(60)};
  EXPECT_FALSE(why_kept(request, places, kept));
  kept[id(1)] = {id(61), id(50), "/labs/optics/"};
  EXPECT_TRUE(why_kept(request, places, kept));
  request.affinities.dedicated = {id(61)};
  EXPECT_FALSE(why_kept(request, places, kept));
  kept.clear();
  EXPECT_TRUE(why_kept(request, places, kept)) << "those in the group go nowhere else";
}

}  // namespace
}  // namespace welkin::placement
