// What the network of one host can do: segments, routers, guarded nics. Every verb is idempotent and states the whole
// of the wished state; the hand finds the difference. Every failure is an Error.
#pragma once

#include "base/described.hpp"

namespace welkin::network {

/// A guest network on this host: a bridge, joined to the same network on other hosts by VXLAN.
struct SegmentSpec {
  FIELDS(SegmentSpec,
    (std::string, bridge, "Name of the bridge, at most 15 characters."),
    (std::string, tunnel, "Name of the VXLAN link; empty for a network of one host."),
    (std::int64_t, vni, "VXLAN network identifier, 24 bits."),
    (std::string, local, "This host's tunnel address."),
    (std::vector<std::string>, peers, "Tunnel addresses of the other hosts that carry it."),
    (int, mtu, "Of the guests."),
    (std::int64_t, revision, "Grows: what is older than the newest seen is answered without effect. 0 is always taken."))
};
struct SegmentName {
  FIELDS(SegmentName,
    (std::string, bridge, "The bridge."), (std::string, tunnel, "The VXLAN link, or empty."),
    (std::int64_t, revision, "As of the spec: a segment that was wished for later stays."))
};

/// One address that a router holds outside.
struct PublicAddress {
  FIELDS(PublicAddress,
    (std::string, address, "IPv4 address."),
    (int, prefix, "Length of the network's prefix."),
    (bool, source_nat, "Guests leave by it."))
};

struct Lease {
  FIELDS(Lease,
    (std::string, mac, "Of the nic."), (std::string, address, "IPv4 address it gets."),
    (std::string, hostname, "Name it gets, and is found by."),
    (bool, default_route, "The guest's way out; others get no router option."))
};

struct PortForward {
  FIELDS(PortForward,
    (std::string, public_address, "Where it arrives."), (std::string, protocol, "tcp or udp."),
    (int, public_start, "First port."), (int, public_end, "Last port."),
    (std::string, private_address, "Where it goes."),
    (int, private_start, "First port; ranges keep their order."), (int, private_end, "Last port."))
};

struct StaticNat {
  FIELDS(StaticNat, (std::string, public_address, "Outside."), (std::string, private_address, "Inside; both ways."))
};

/// Lets traffic through. Ports count for tcp and udp, type and code for icmp.
struct FirewallRule {
  FIELDS(FirewallRule,
    (std::string, public_address, "Where it arrives; empty for egress."),
    (std::string, protocol, "tcp, udp, icmp, all, or a number."),
    (int, start_port, "First port; 0 with end 0 means all."), (int, end_port, "Last port."),
    (int, icmp_type, "-1 is any."), (int, icmp_code, "-1 is any."),
    (std::vector<std::string>, sources, "CIDRs it may come from; empty is any."),
    (std::vector<std::string>, destinations, "CIDRs it may go to; empty is any."))
};

/// What one guest may read of itself from the router.
struct GuestData {
  FIELDS(GuestData,
    (std::string, address, "The guest that may read it, and nobody else."),
    (TextMap, metadata, "Beneath /latest/meta-data/: instance-id, local-hostname, public-keys …"),
    (std::string, user_data, "As given by the user, base64; served decoded.", .length = 65536),
    (Secret, password, "Handed out once on port 8080; empty for none."))
};

/// A router: one namespace with everything a guest network needs. Always the whole of it.
struct RouterSpec {
  FIELDS(RouterSpec,
    (std::int64_t, revision, "Grows: a spec older than the newest seen is answered without effect. 0 is always taken."),
    (std::string, name, "Of the namespace, at most 15 characters; its files lie beneath this name too."),
    (std::string, guest_bridge, "Bridge of the guest network."),
    (std::string, guest_link, "Host's end of the inner link, at most 15 characters."),
    (std::string, guest_mac, "Of the inner side."),
    (std::string, gateway, "The router's inner address."),
    (std::string, cidr, "The guest network."),
    (int, mtu, "Of the guests."),
    (std::string, domain, "DNS domain of the network."),
    (std::vector<std::string>, dns, "Servers that answer what the router does not know."),
    (std::string, public_bridge, "Bridge of the outer side; empty when the network has none."),
    (std::string, public_link, "Host's end of the outer link, at most 15 characters."),
    (std::string, public_mac, "Of the outer side."),
    (std::string, public_gateway, "Next hop."),
    (std::vector<PublicAddress>, public_addresses, "First of them that has source NAT is the guests' address."),
    (bool, dhcp, "Serve DHCP."), (bool, dns_service, "Serve DNS."),
    (bool, source_nat, "Translate what leaves."), (bool, metadata, "Serve metadata, user data and passwords."),
    (std::vector<Lease>, leases, "Who gets which address; nobody else gets one."),
    (std::vector<PortForward>, port_forwards, "Inward."),
    (std::vector<StaticNat>, static_nats, "Both ways."),
    (std::vector<FirewallRule>, ingress, "What may come in; the rest may not."),
    (bool, egress_open, "Everything may leave unless a rule says no; else nothing may unless a rule says so."),
    (std::vector<FirewallRule>, egress, "The exceptions."),
    (std::vector<GuestData>, guests, "What each guest may read."))
};
struct RouterName {
  FIELDS(RouterName,
    (std::string, name, "Of the namespace."), (std::string, guest_link, "Inner link."), (std::string, public_link, "Outer link."),
    (std::int64_t, revision, "As of the spec: a router that was wished for later stays."))
};
struct RouterSeen {
  FIELDS(RouterSeen,
    (bool, running, "The namespace stands and its servers answer."),
    (std::vector<std::string>, ailments, "What is not as it should be."))
};

/// A nic's promises, kept by the host: no other MAC, no other address, no DHCP of its own. Set before its link exists.
struct GuardedNic {
  FIELDS(GuardedNic,
    (std::string, tap, "The host's end."), (std::string, mac, "The only one it may use."),
    (std::vector<std::string>, addresses, "The only ones it may use."),
    (int, rate_megabits, "Limit each way; 0 is none."))
};
struct GuardSpec {
  FIELDS(GuardSpec,
    (Uuid, instance, "The instance."),
    (std::vector<GuardedNic>, nics, "All of its nics; none lifts the guard."))
};

/// The outside. Host-only: a bridge with the gateway's address on this machine and an unreachable route beneath it.
struct OutsideSpec {
  FIELDS(OutsideSpec,
    (std::string, bridge, "Bridge of the public network."),
    (std::string, uplink, "Link of the machine to join; empty is host-only."),
    (std::string, gateway, "Address of this machine on a host-only bridge."),
    (int, prefix, "Of the network."))
};

struct FabricSeen {
  FIELDS(FabricSeen,
    (std::vector<std::string>, bridges, "Of this cloud."), (std::vector<std::string>, tunnels, "Of this cloud."),
    (std::vector<std::string>, routers, "Namespaces of this cloud."), (std::vector<Uuid>, guarded, "Instances."))
};

/// One host's network. Calls block.
struct Fabric {
  virtual ~Fabric() = default;
  virtual Nothing ensure_outside(const OutsideSpec&) = 0;
  virtual Nothing ensure_segment(const SegmentSpec&) = 0;
  virtual Nothing remove_segment(const SegmentName&) = 0;
  /// Makes the router, or brings it to this state without breaking what goes on.
  virtual RouterSeen ensure_router(const RouterSpec&) = 0;
  virtual Nothing remove_router(const RouterName&) = 0;
  virtual RouterSeen look_at_router(const RouterName&) = 0;
  virtual Nothing guard(const GuardSpec&) = 0;
  virtual FabricSeen look(const Nothing&) = 0;
};

}  // namespace welkin::network
