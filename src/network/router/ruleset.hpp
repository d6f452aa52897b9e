// A router's packet filter and address translation.
#pragma once

#include <string>

#include "network/fabric.hpp"

namespace welkin::network {

/// Names inside a router's namespace.
inline constexpr std::string_view inner_name = "eth0", outer_name = "eth2";
inline constexpr std::string_view router_table = "router";
/// Where guests look for what is said of them, whatever their network.
inline constexpr std::string_view metadata_address = "169.254.169.254";

/// Everything a router lets through, as commands that replace its tables at once. The spec is a checked one.
///
/// What comes in is judged by the address and port it was sent to, before translation; so is what a guest
/// sends to a public address of its own router. What no rule lets in is dropped.
std::string render_ruleset(const RouterSpec& spec);

}  // namespace welkin::network
