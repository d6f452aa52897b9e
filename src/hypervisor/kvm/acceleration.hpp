// Whether guests can run on the processor itself: asked of the processor, not of its documentation.
#pragma once

#include <chrono>

namespace welkin::hypervisor::kvm {

/// Boots two guests of a few bytes under /dev/kvm, one in 16-bit and one in 64-bit mode, and watches them
/// work. True when both answered, and the processor they saw is one an operating system can use. A device
/// that is absent, forbidden, or hangs its guests counts as false; the answer comes within `patience` and a
/// second.
bool accelerated(std::chrono::milliseconds patience = std::chrono::seconds(3));

}  // namespace welkin::hypervisor::kvm
