// Named network namespaces, kept where ip-netns(8) looks for them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "network/bridge/descriptor.hpp"

namespace welkin::network {

bool namespace_exists(const std::string& name);
/// One that exists is left as it is. Everything in a new one is down.
void make_namespace(const std::string& name);
/// Takes the name away; the namespace goes with its last process and socket. An absent one counts as removed.
void remove_namespace(const std::string& name);
/// Throws `missing` when there is none.
Descriptor open_namespace(const std::string& name);

/// Runs `work` on a thread that has entered the namespace, and throws what it throws.
void in_namespace(const Descriptor& space, const std::function<void()>& work);

/// Writes a setting beneath /proc/sys/net of the calling thread's namespace: `ipv4/ip_forward`. Throws
/// `internal`.
void set_kernel(const std::string& setting, std::string_view value);
/// Without its line end; empty when this kernel has no such setting.
std::string kernel_setting(const std::string& setting);

/// A link that only carries frames shall not speak IPv6 of its own.
void quiet_link(const std::string& link);

}  // namespace welkin::network
