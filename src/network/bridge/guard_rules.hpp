// What guests may send, as rules of the packet filter.
#pragma once

#include <string>
#include <vector>

#include "network/fabric.hpp"

namespace welkin::network {

/// The body of a table of the bridge family that lets each nic send as itself alone. Throws `invalid` for a
/// spec that cannot be a rule and `conflict` for a tap that two nics claim.
///
/// The rules look at frames before the bridge does, so that a forged sender is not even learnt, and know taps
/// by name, so that they hold before a tap is there.
std::string render_guards(const std::vector<GuardSpec>& guards);

}  // namespace welkin::network
