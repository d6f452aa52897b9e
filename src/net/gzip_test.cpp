// What is compressed can be read again, and is sent to those only who take it.
#include "net/gzip.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace welkin::net {
namespace {

std::string inflated(const std::string& small, std::size_t size) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(size, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(small.data()));
  stream.avail_in = uInt(small.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = uInt(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(Gzip, a_text_comes_back_as_it_was) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += std::to_string(i * i);
  const auto small = gzip(text);
  EXPECT_LT(small.size(), text.size());
  EXPECT_EQ(inflated(small, text.size() + 1), text);
  EXPECT_EQ(inflated(gzip(""), 1), "");
}

TEST(Gzip, only_who_takes_it_gets_it) {
  EXPECT_TRUE(takes_gzip("gzip"));
  EXPECT_TRUE(takes_gzip("br, gzip;q=0.5, deflate"));
  EXPECT_FALSE(takes_gzip(""));
  EXPECT_FALSE(takes_gzip("br, deflate"));
  EXPECT_FALSE(takes_gzip("gzip;q=0, br;q=1"));
  EXPECT_FALSE(takes_gzip("gzip;q=0.000"));
}

}  // namespace
}  // namespace welkin::net
