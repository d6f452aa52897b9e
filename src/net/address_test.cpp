// Which addresses are what they seem.
#include "net/address.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "net/web_address.hpp"

namespace welkin::net {

namespace {
bool allowed(const AddressPolicy& policy, std::string_view text) {
  return policy.allows(IpAddress::parse(text).value());
}

bool is_refused(std::string_view url) {
  try {
    parse_web_address(url);
  } catch (const Error& error) {
    return error.fault == Fault::invalid;
  }
  return false;
}
}  // namespace

TEST(IpAddress, reads_only_canonical_text) {
  EXPECT_EQ(IpAddress::parse("10.0.0.1")->text(), "10.0.0.1");
  EXPECT_EQ(IpAddress::parse("2001:DB8::0:1")->text(), "2001:db8::1");
  for (const auto* text : {"010.0.0.1", "10.1", "0x7f.0.0.1", "2130706433", "1.2.3.4.5", "256.1.1.1", "",
                           "fe80::1%eth0", "1.2.3.4 ", "::g"})
    EXPECT_FALSE(IpAddress::parse(text)) << text;
}

TEST(AddressRange, contains_what_shares_its_prefix) {
  const auto range = AddressRange::parse("10.1.128.0/17").value();
  EXPECT_TRUE(range.contains(*IpAddress::parse("10.1.255.255")));
  EXPECT_FALSE(range.contains(*IpAddress::parse("10.1.127.255")));
  EXPECT_TRUE(AddressRange::parse("0.0.0.0/0")->contains(*IpAddress::parse("255.255.255.255")));
  EXPECT_FALSE(AddressRange::parse("0.0.0.0/0")->contains(*IpAddress::parse("::1")));
  EXPECT_TRUE(AddressRange::parse("fd00::/8")->contains(*IpAddress::parse("fdff::1")));
  EXPECT_TRUE(AddressRange::parse("10.0.0.1")->contains(*IpAddress::parse("10.0.0.1")));
  EXPECT_FALSE(AddressRange::parse("10.0.0.1")->contains(*IpAddress::parse("10.0.0.2")));
  for (const auto* text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "x/8"})
    EXPECT_FALSE(AddressRange::parse(text)) << text;
}

TEST(AddressPolicy, refuses_what_is_not_the_public_network) {
  const AddressPolicy policy;
  for (const auto* text :
       {"127.0.0.1",       "127.255.0.9",     "0.0.0.0", "0.1.2.3", "169.254.169.254",  "224.0.0.1",
        "239.255.255.250", "255.255.255.255", "::",      "::1",     "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "::7f00:1",        "fe80::1",         "febf::1", "fec0::1", "ff02::1",          "64:ff9b::7f00:1",
        "2002:7f00:1::",   "fd00:ec2::254"})
    EXPECT_FALSE(allowed(policy, text)) << text;
  for (const auto* text : {"8.8.8.8", "10.0.0.1", "192.168.1.1", "2606:4700::1111", "fd00::1"})
    EXPECT_TRUE(allowed(policy, text)) << text;
}

TEST(AddressPolicy, lets_the_operator_refuse_and_allow) {
  const AddressPolicy policy({"10.0.0.0/8", "fd00::/8"}, {"10.9.0.0/16", "127.0.0.1"});
  EXPECT_FALSE(allowed(policy, "10.8.0.1"));
  EXPECT_TRUE(allowed(policy, "10.9.0.1"));
  EXPECT_TRUE(allowed(policy, "127.0.0.1"));
  EXPECT_FALSE(allowed(policy, "127.0.0.2"));
  EXPECT_FALSE(allowed(policy, "fd00::1"));
  EXPECT_THROW(AddressPolicy({"ten"}), Error);
  EXPECT_THROW(AddressPolicy({}, {"10.0.0.0/99"}), Error);
}

TEST(WebAddress, takes_urls_apart) {
  const auto url = parse_web_address("HTTPS://Images.Example.org:8443/a%20b/c?d=e&f#part");
  EXPECT_TRUE(url.secure);
  EXPECT_EQ(url.host, "images.example.org");
  EXPECT_EQ(url.port, 8443);
  EXPECT_EQ(url.target, "/a%20b/c?d=e&f");
  EXPECT_EQ(url.text(), "https://images.example.org:8443/a%20b/c?d=e&f");
  EXPECT_EQ(parse_web_address("http://h").target, "/");
  EXPECT_EQ(parse_web_address("http://h?x").target, "/?x");
  EXPECT_EQ(parse_web_address("http://h:").port, 80);
  EXPECT_EQ(parse_web_address("https://10.0.0.1").port, 443);
  EXPECT_EQ(parse_web_address("http://[2001:db8::1]:81/").host, "2001:db8::1");
  EXPECT_EQ(parse_web_address("http://[2001:db8::1]:81/").authority(), "[2001:db8::1]:81");
}

TEST(WebAddress, refuses_disguises) {
  for (const auto* url : {"ftp://h/",
                          "file:///etc/passwd",
                          "gopher://h/",
                          "h/path",
                          "//h/",
                          "",
                          "http://",
                          "http:///x",
                          "http://user@h/",
                          "http://u:p@h/",
                          "http://2130706433/",
                          "http://0177.0.0.1/",
                          "http://0x7f000001/",
                          "http://0x7f.0.0.1/",
                          "http://127.1/",
                          "http://1.2.3.4.5/",
                          "http://127.0.0.1./",
                          "http://1.2.3.4evil.org/",
                          "http://1.2.3.4:80x/",
                          "http://[::1]x/",
                          "http://h:80:81/",
                          "http://256.1.1.1/",
                          "http://h%6fst/",
                          "http://%31%32%37.0.0.1/",
                          "http://[fe80::1%25eth0]/",
                          "http://[::1/",
                          "http://a..b/",
                          "http://h:0/",
                          "http://h:65536/",
                          "http://h:x/",
                          "http://h\\@evil/",
                          "http://h /",
                          "http://h/ x",
                          "http://h/\r\nX: y",
                          "http://[v1.x]/",
                          "http://h,i/",
                          "http://xn--é/"})
    EXPECT_TRUE(is_refused(url)) << url;
  EXPECT_TRUE(is_refused("http://h/" + std::string(9000, 'x')));
  EXPECT_TRUE(is_refused("http://" + std::string(254, 'x') + "/"));
}

TEST(WebAddress, resolves_locations) {
  const auto base = parse_web_address("https://h:444/a/b?c");
  EXPECT_EQ(resolve_location(base, "/x?y").text(), "https://h:444/x?y");
  EXPECT_EQ(resolve_location(base, "d").text(), "https://h:444/a/d");
  EXPECT_EQ(resolve_location(base, "../d").text(), "https://h:444/d");
  EXPECT_EQ(resolve_location(base, "//other/z").text(), "https://other/z");
  EXPECT_EQ(resolve_location(base, "http://i/").text(), "http://i/");
  EXPECT_THROW(resolve_location(base, "file:///etc/passwd"), Error);
  for (const auto* location : {"http://127.1/", "http://1.2.3.4evil.org/", "//1.2.3.4evil.org/", "//h:80x/",
                               "http:///x", "http:relative"})
    EXPECT_THROW(resolve_location(base, location), Error) << location;
}

}  // namespace welkin::net
