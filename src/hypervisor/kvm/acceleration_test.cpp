// Whatever the machine can do, the question gets an answer.
#include "hypervisor/kvm/acceleration.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace welkin::hypervisor::kvm {
namespace {

TEST(Acceleration, is_answered_the_same_twice) {
  const bool first = accelerated();
  EXPECT_EQ(accelerated(), first);
  if (access("/dev/kvm", F_OK) != 0) EXPECT_FALSE(first);
}

TEST(Acceleration, is_not_waited_for_when_there_is_no_patience) {
  // Too short for two guests; false or true, it comes back.
  static_cast<void>(accelerated(std::chrono::milliseconds(0)));
}

}  // namespace
}  // namespace welkin::hypervisor::kvm
