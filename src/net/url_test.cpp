// Encodings of text and bytes, against values known from elsewhere.
#include "net/url.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "net/base64.hpp"
#include "net/digest.hpp"
#include "net/utf8.hpp"

namespace welkin::net {

using namespace std::string_view_literals;

TEST(Url, encodes_as_cloudstack_signs) {
  EXPECT_EQ(percent_encode("aZ09.-*_"), "aZ09.-*_");
  EXPECT_EQ(percent_encode("a b+c~(d)[e]@/%&="), "a%20b%2Bc%7E%28d%29%5Be%5D%40%2F%25%26%3D");
  EXPECT_EQ(percent_encode("\xc3\xa9\0"sv), "%C3%A9%00");
}

TEST(Url, decodes_forms_and_paths) {
  EXPECT_EQ(form_decode("a+b%2Bc%C3%A9%00"), "a b+c\xc3\xa9\0"sv);
  EXPECT_EQ(percent_decode("a+b%2b"), "a+b+");
  EXPECT_EQ(form_decode("%ff%C3"), "\xef\xbf\xbd\xef\xbf\xbd");
  for (const auto* text : {"%", "%4", "a%zz", "%4g", "%%41", "%-1"}) EXPECT_FALSE(form_decode(text)) << text;
}

TEST(Url, takes_queries_apart) {
  EXPECT_EQ(parse_query("a=b&c=d=e&&f=&a=g+h&dropped&=i&%41=%42"),
            (TextPairs{{"a", "b"}, {"c", "d=e"}, {"f", ""}, {"a", "g h"}, {"", "i"}, {"A", "B"}}));
  EXPECT_EQ(parse_query("acl&x=1", {.keeps_bare_names = true}), (TextPairs{{"acl", ""}, {"x", "1"}}));
  EXPECT_TRUE(parse_query("").empty());
  EXPECT_THROW(parse_query("a=%zz"), Error);
}

TEST(Url, bounds_queries) {
  EXPECT_EQ(parse_query("a=1&b=2", {.keys_max = 2}).size(), 2u);
  EXPECT_THROW(parse_query("a=1&b=2&c=3", {.keys_max = 2}), Error);
  EXPECT_EQ(parse_query("a=%41%41", {.value_bytes_max = 2}).size(), 1u);
  EXPECT_THROW(parse_query("a=AAA", {.value_bytes_max = 2}), Error);
  EXPECT_THROW(parse_query(std::string(5000, 'a') + "=1"), Error);
  EXPECT_THROW(parse_query("a=" + std::string(70'000, 'b')), Error);
}

TEST(Url, writes_what_it_reads) {
  const TextPairs pairs{{"command", "listZones"}, {"tags[0].key", "a b&c"}, {"\xc3\xa9", "~"}};
  EXPECT_EQ(parse_query(query_of(pairs)), pairs);
}

TEST(Url, keeps_paths_below_their_root) {
  EXPECT_EQ(plain_path("/a%20b/c.js"), "/a b/c.js");
  EXPECT_EQ(plain_path("/"), "/");
  EXPECT_EQ(plain_path("/a/"), "/a/");
  EXPECT_EQ(plain_path("/.../a..b"), "/.../a..b");
  for (const auto* path : {"", "a", "/..", "/../etc/passwd", "/%2e%2e/x", "/a/./b", "/a//b", "//a", "/a%00",
                           "/a%5c..%5cb", "/%zz", "/a/..", "/a%2f..%2f..%2fb"})
    EXPECT_FALSE(plain_path(path)) << path;
}

TEST(Utf8, replaces_only_what_is_broken) {
  for (const auto* text : {"plain", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", ""})
    EXPECT_EQ(well_formed(text), text);
  EXPECT_EQ(well_formed("a\xc0\xaf"
                        "b"),
            "a\xef\xbf\xbd\xef\xbf\xbd"
            "b");
  EXPECT_EQ(utf8_sequence("\xed\xa0\x80"), 0u);      // a surrogate
  EXPECT_EQ(utf8_sequence("\xf4\x90\x80\x80"), 0u);  // beyond Unicode
  EXPECT_EQ(utf8_sequence("\xe0\x80\xaf"), 0u);      // overlong
}

TEST(Base64, agrees_with_the_rfc) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xfb\xff"), "+/8=");
  EXPECT_EQ(base64_url("\xfb\xff"), "-_8");
}

TEST(Base64, reads_both_alphabets_and_nothing_else) {
  EXPECT_EQ(from_base64("+/8="), "\xfb\xff");
  EXPECT_EQ(from_base64("-_8"), "\xfb\xff");
  EXPECT_EQ(from_base64(" Zm9v\r\nYmFy\n"), "foobar");
  EXPECT_EQ(from_base64("Zg"), "f");
  EXPECT_EQ(from_base64(""), "");
  for (const auto* text : {"Zg=", "Zg===", "Z", "Zg=a", "Zm9v!", "=", "====", "Zh=="})
    EXPECT_FALSE(from_base64(text)) << text;
}

TEST(Digest, agrees_with_published_values) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of(hmac_sha1("key", "The quick brown fox jumps over the lazy dog")),
            "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9");
  EXPECT_EQ(hex_of(hmac_sha256("key", "The quick brown fox jumps over the lazy dog")),
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
  EXPECT_EQ(hex_of(hmac_sha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Digest, compares_in_constant_time) {
  EXPECT_TRUE(same_in_constant_time("abc", "abc"));
  EXPECT_FALSE(same_in_constant_time("abc", "abd"));
  EXPECT_FALSE(same_in_constant_time("abc", "ab"));
  EXPECT_TRUE(same_in_constant_time("", ""));
}

}  // namespace welkin::net
