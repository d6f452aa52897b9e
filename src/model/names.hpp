// Names that the cloud gives: to links and namespaces on hosts, to nics, to instances in the hypervisor.
#pragma once

#include "base/id.hpp"
#include "model/nouns.hpp"

namespace welkin::model {

/// Names of links and namespaces on a host. They begin with w and the cloud's tag, so that two clouds may
/// share a host, and have at most 15 characters, the kernel's limit (IFNAMSIZ, linux/if.h). The tag has one
/// to four of a–z and 0–9.
std::string bridge_name(std::string_view tag, std::int64_t vni);
std::string tunnel_name(std::string_view tag, std::int64_t vni);
std::string tap_name(std::string_view tag, const Id<Nic>& nic);
std::string namespace_name(std::string_view tag, const Id<Router>& router);
/// Host's ends of a router's links.
std::string inner_link_name(std::string_view tag, const Id<Router>& router);
std::string outer_link_name(std::string_view tag, const Id<Router>& router);

/// A random unicast address of the locally administered kind: 02:….
std::string random_mac(Random& random);

/// i-2-7-VM: account's number, then the instance's.
std::string internal_instance_name(std::int64_t account, std::int64_t instance);
/// r-9-VM
std::string router_name(std::int64_t number);
/// ROOT-7
std::string root_volume_name(std::int64_t instance);

/// True for a label that a host may have: 1 to 63 letters, digits and hyphens, no hyphen at an end (RFC
/// 1123), and no digit at the front (RFC 952, which CloudStack's clients expect).
bool is_host_name(std::string_view text);
/// True for labels between dots, at most 190 characters, as DNS suffixes of networks may be.
bool is_domain_name(std::string_view text);

}  // namespace welkin::model
