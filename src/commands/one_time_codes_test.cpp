// One-time codes: the vectors of RFC 6238, and that a code is good once and for a while.
#include "commands/one_time_codes.hpp"

#include <gtest/gtest.h>

namespace welkin::commands {
namespace {

const Secret secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");  // 12345678901234567890

Time at(std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

TEST(OneTimeCodes, are_those_of_the_standard) {
  EXPECT_EQ(code_of_step(secret, 59 / 30), "287082");
  EXPECT_EQ(code_of_step(secret, 1111111109 / 30), "081804");
  EXPECT_EQ(code_of_step(secret, 1111111111 / 30), "050471");
  EXPECT_EQ(code_of_step(secret, 1234567890 / 30), "005924");
  EXPECT_EQ(code_of_step(secret, 2000000000 / 30), "279037");
  EXPECT_EQ(code_of_step(secret, 20000000000 / 30), "353130");
}

TEST(OneTimeCodes, are_taken_a_step_early_or_late_and_once) {
  const auto code = code_of_step(secret, 100);
  for (const auto step : {99, 100, 101}) EXPECT_EQ(step_of_code(secret, code, at(step * 30 + 15), 0), 100) << step;
  EXPECT_FALSE(step_of_code(secret, code, at(98 * 30), 0));
  EXPECT_FALSE(step_of_code(secret, code, at(102 * 30), 0));
  EXPECT_FALSE(step_of_code(secret, code, at(100 * 30), 100)) << "it was used";
  EXPECT_FALSE(step_of_code(secret, code, at(100 * 30), 101)) << "a later one was used";
  for (const auto* wrong : {"", "1", "28708", "2870821", "abcdef"}) EXPECT_FALSE(step_of_code(secret, wrong, at(59), 0)) << wrong;
}

TEST(OneTimeCodes, have_secrets_of_160_bits) {
  const auto one = new_code_secret(), other = new_code_secret();
  EXPECT_EQ(one.reveal().size(), 32u);
  EXPECT_FALSE(one == other);
  EXPECT_EQ(code_of_step(one, 1).size(), 6u);
}

}  // namespace
}  // namespace welkin::commands
