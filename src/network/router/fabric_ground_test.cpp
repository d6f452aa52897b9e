// The test process's own namespaces, and what most tests begin with.
#include "network/router/fabric_ground_test.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "network/bridge/links.hpp"
#include "network/bridge/nftables.hpp"

namespace welkin::network {
namespace {

std::string enter_ground() {
  if (::geteuid() != 0) return "these tests take root";
  if (::access("/usr/sbin/dnsmasq", X_OK) != 0) return "dnsmasq is not installed";
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) return "this kernel gives no namespaces";
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("run", "/run", "tmpfs", 0, "mode=0755") != 0)
    return "this kernel lets no directory be hidden";
  try {
    Netlink netlink;
    adjust_link(netlink, need_link(netlink, "lo"), {.up = true});
    add_bridge(netlink, {"trial", {}, {}, 1500});
    remove_link(netlink, "trial");
    apply_rules(whole_table("bridge", "trial", "") + no_table("bridge", "trial"));
  } catch (const Error& error) {
    return error.message + " " + error.cause;
  }
  return {};
}

}  // namespace

std::string ground_refusal() {
  static const std::string refusal = enter_ground();
  return refusal;
}

FabricGround::FabricGround() {
  static int count = 0;
  options = {fmt::format("/tmp/welkin-fabric-{}-{}", ::getpid(), ++count),
             fmt::format("t{}", ::getpid() % 1000), fmt::format("/run/fabric-{}", count)};
}

void FabricGround::SetUp() {
  if (const auto refusal = ground_refusal(); !refusal.empty()) GTEST_SKIP() << refusal;
  start();
}

FabricGround::~FabricGround() {
  fabric.reset();
  if (ground_refusal().empty()) LinuxFabric::clean(options);
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

OutsideSpec outside_of_tests() {
  return {.bridge = "pub", .uplink = {}, .gateway = "203.0.113.1", .prefix = 24};
}

SegmentSpec segment_of_tests() {
  return {.bridge = "seg", .tunnel = {}, .vni = 0, .local = {}, .peers = {}, .mtu = 1450};
}

RouterSpec router_of_tests() {
  RouterSpec spec;
  spec.revision = 1;
  spec.name = "router-1";
  spec.guest_bridge = "seg";
  spec.guest_link = "r1-in";
  spec.guest_mac = "02:00:00:00:01:01";
  spec.gateway = "10.1.1.1";
  spec.cidr = "10.1.1.0/24";
  spec.mtu = 1450;
  spec.domain = "cloud.test";
  spec.public_bridge = "pub";
  spec.public_link = "r1-out";
  spec.public_mac = "02:00:00:00:01:02";
  spec.public_gateway = "203.0.113.1";
  spec.public_addresses = {{"203.0.113.10", 24, true}, {"203.0.113.12", 24, false}};
  spec.dhcp = spec.dns_service = spec.source_nat = spec.metadata = spec.egress_open = true;
  spec.leases = {{mac_of_one, "10.1.1.10", "one", true}, {mac_of_two, "10.1.1.11", "two", true}};
  return spec;
}

}  // namespace welkin::network
