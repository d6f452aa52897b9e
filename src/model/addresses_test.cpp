// Tests of IPv4 arithmetic.
#include "model/addresses.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace welkin::model {
namespace {

TEST(Addresses, read_what_they_print) {
  for (const auto* text : {"0.0.0.0", "10.1.1.7", "192.168.255.1", "255.255.255.255"}) {
    const auto address = Ipv4::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
}

TEST(Addresses, refuse_octal_short_and_crooked_forms) {
  for (const auto* text : {"", "10", "10.1", "10.1.1", "10.1.1.", ".10.1.1", "10.1.1.256", "010.1.1.1",
                           "10.1.1.00", "0x0a.1.1.1", "10.1.1.1 ", " 10.1.1.1", "10.1.1.1.1", "10..1.1",
                           "+10.1.1.1", "10.1.1.-1", "10.1.1.1/24", "10.1.1.1111", "4294967295", "::1"})
    EXPECT_FALSE(Ipv4::parse(text)) << text;
}

TEST(Addresses, are_ordered_as_numbers) { EXPECT_LT(*Ipv4::parse("10.0.0.9"), *Ipv4::parse("10.0.0.10")); }

TEST(Networks, know_their_edges) {
  const auto cidr = Cidr::parse("10.1.1.0/24");
  ASSERT_TRUE(cidr);
  EXPECT_EQ(cidr->text(), "10.1.1.0/24");
  EXPECT_EQ(cidr->netmask().text(), "255.255.255.0");
  EXPECT_EQ(cidr->broadcast().text(), "10.1.1.255");
  EXPECT_EQ(cidr->range().size(), 256u);
  EXPECT_EQ(cidr->usable().first.text(), "10.1.1.1");
  EXPECT_EQ(cidr->usable().last.text(), "10.1.1.254");
}

TEST(Networks, at_the_extremes_do_not_overflow) {
  const auto all = Cidr::parse("0.0.0.0/0");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->range().size(), std::uint64_t(1) << 32);
  EXPECT_EQ(all->netmask().text(), "0.0.0.0");
  EXPECT_TRUE(all->contains(*Ipv4::parse("255.255.255.255")));
  const auto one = Cidr::parse("10.1.1.7/32");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->usable().size(), 1u);
  EXPECT_EQ(Cidr::parse("10.1.1.6/31")->usable().size(), 2u);
  EXPECT_EQ(Cidr::parse("10.1.1.4/30")->usable().size(), 2u);
}

TEST(Networks, refuse_bits_beyond_the_prefix_and_crooked_prefixes) {
  for (const auto* text : {"10.1.1.1/24", "10.1.1.0/33", "10.1.1.0/", "10.1.1.0", "10.1.1.0/024",
                           "10.1.1.0/-1", "10.1.1.0/24 ", "10.1.1.0/24/24", "/24"})
    EXPECT_FALSE(Cidr::parse(text)) << text;
}

TEST(Networks, tell_what_lies_in_them) {
  const auto wide = *Cidr::parse("10.1.0.0/16");
  const auto narrow = *Cidr::parse("10.1.7.0/24");
  const auto other = *Cidr::parse("10.2.0.0/16");
  EXPECT_TRUE(wide.contains(narrow));
  EXPECT_FALSE(narrow.contains(wide));
  EXPECT_TRUE(wide.overlaps(narrow));
  EXPECT_TRUE(narrow.overlaps(wide));
  EXPECT_FALSE(wide.overlaps(other));
  EXPECT_TRUE(wide.contains(wide));
}

TEST(Netmasks, are_prefixes_only_when_their_ones_stand_together) {
  EXPECT_EQ(prefix_of(*Ipv4::parse("255.255.255.0")), 24);
  EXPECT_EQ(prefix_of(*Ipv4::parse("0.0.0.0")), 0);
  EXPECT_EQ(prefix_of(*Ipv4::parse("255.255.255.255")), 32);
  EXPECT_FALSE(prefix_of(*Ipv4::parse("255.0.255.0")));
  for (int prefix = 0; prefix <= 32; ++prefix)
    EXPECT_EQ(prefix_of(Cidr::around(*Ipv4::parse("10.1.1.7"), prefix).netmask()), prefix);
}

TEST(Ranges, count_and_meet) {
  const auto range = range_from("10.0.0.250", "10.0.1.5", "startip");
  EXPECT_EQ(range.size(), 12u);
  EXPECT_EQ(range.at(6).text(), "10.0.1.0");
  EXPECT_TRUE(range.overlaps(range_from("10.0.1.5", "10.0.1.9", "startip")));
  EXPECT_FALSE(range.overlaps(range_from("10.0.1.6", "10.0.1.9", "startip")));
}

TEST(Ranges, name_the_parameter_they_refuse) {
  try {
    range_from("10.0.0.9", "10.0.0.1", "startip");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault, Fault::invalid);
    EXPECT_EQ(error.subject, "startip");
  }
  EXPECT_THROW(ipv4_from("10.0.0.300", "gateway"), Error);
  EXPECT_THROW(cidr_from("10.0.0.1/24", "cidr"), Error);
  EXPECT_THROW(prefix_from("255.0.255.0", "netmask"), Error);
}

}  // namespace
}  // namespace welkin::model
