// Signatures held against ones that others have made.
#include "cli/signature.hpp"

#include <gtest/gtest.h>

#include "base/described.hpp"

namespace welkin::cli {

namespace {
const std::string key =
    "plgWJfZK4gyS3mOMTVmjUVg-X-jlWlnfaUJ9GAbBbf9EdM-kAYMmAiLqzzq1ElZLYq_u38zCm0bewzGUdP66mg";
const Secret secret("VDaACYb0LV9eNjTetIOElcVQkvJck_J_QljX_FcHRj87ZKiy0z0ty0ZsYBkoXkY9b7eq1EhwJaw7FF3akA3KBQ");
}  // namespace

TEST(Signature, is_that_of_cloudstacks_own_example) {
  EXPECT_EQ(signature_of({{"response", "json"}, {"command", "listUsers"}, {"apikey", key}}, secret),
            "TTpdDq/7j/J58XCRHomKoQXEQds=");
}

TEST(Signature, encodes_values_as_java_does) {
  // Made by Python's hmac over `command=listzones&keyword=a%20b%2f%7e*%5b%c3%a4%5d`.
  EXPECT_EQ(signature_of({{"keyword", "a b/~*[ä]"}, {"command", "listZones"}}, Secret("secret")),
            "S8lqaDRPJdJNisMAsmlOsPcv9Lk=");
}

TEST(Signature, covers_key_version_and_expiry) {
  const auto out =
      with_signature({{"command", "listUsers"}}, key, secret, *parse_time("2026-01-02T03:04:05Z"));
  ASSERT_EQ(out.size(), 5u);
  EXPECT_EQ(out[2], (std::pair<std::string, std::string>("signatureversion", "3")));
  EXPECT_EQ(out[3], (std::pair<std::string, std::string>("expires", "2026-01-02T03:04:05+0000")));
  EXPECT_EQ(out[4].second, signature_of({out.begin(), out.end() - 1}, secret));
}

}  // namespace welkin::cli
