// Ranges of addresses of both families.
#include "model/prefix.hpp"

#include <gtest/gtest.h>

namespace welkin::model {
namespace {

bool lies_in(std::string_view address, std::string_view prefix) {
  return Prefix::parse(prefix).value().contains(AnyAddress::parse(address).value());
}

TEST(Prefixes, hold_the_addresses_that_begin_alike) {
  EXPECT_TRUE(lies_in("10.1.2.3", "10.0.0.0/8"));
  EXPECT_FALSE(lies_in("11.1.2.3", "10.0.0.0/8"));
  EXPECT_TRUE(lies_in("192.0.2.129", "192.0.2.128/25"));
  EXPECT_FALSE(lies_in("192.0.2.127", "192.0.2.128/25"));
  EXPECT_TRUE(lies_in("192.0.2.1", "192.0.2.1"));
  EXPECT_TRUE(lies_in("2001:db8::1", "2001:db8::/33"));
  EXPECT_FALSE(lies_in("2001:db8:8000::1", "2001:db8::/33"));
  EXPECT_TRUE(lies_in("::1", "::/0"));
  EXPECT_FALSE(lies_in("192.0.2.1", "::/0")) << "families are apart";
  EXPECT_TRUE(lies_in("::ffff:192.0.2.1", "192.0.2.0/24")) << "the same address, written otherwise";
}

TEST(Prefixes, that_are_none_are_refused) {
  for (const auto* text :
       {"", "x", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "::/129", "10.0.0.0/8 x", "0x0a000001/8"})
    EXPECT_FALSE(Prefix::parse(text)) << text;
  EXPECT_FALSE(prefixes_in("10.0.0.0/8,x"));
  EXPECT_EQ(prefixes_in(" 10.0.0.0/8 , ::/0,")->size(), 2u);
  EXPECT_TRUE(prefixes_in("")->empty());
}

}  // namespace
}  // namespace welkin::model
