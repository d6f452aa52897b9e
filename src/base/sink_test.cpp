// What is written as JSON is JSON, whatever the texts and the names of maps hold.
#include "base/sink.hpp"

#include <gtest/gtest.h>

#include "base/described.hpp"

namespace welkin {
namespace {

TEST(JsonSink, names_from_outside_do_not_end_their_quotes) {
  const TextMap hostile = {{R"(a":"b","isadmin)", "yes"}, {"back\\", "x"}, {"line\nbreak", "x"}, {"na\xc3\xafve\xff", "x"}};
  const auto text = to_json(hostile);
  EXPECT_EQ(from_json<TextMap>(text).size(), hostile.size());
  EXPECT_EQ(from_json<TextMap>(text).at(R"(a":"b","isadmin)"), "yes");
  EXPECT_EQ(JsonDocument(text).root()["isadmin"].text(), "");
  EXPECT_EQ(to_json(TextMap{{"plain", "name"}}), R"({"plain":"name"})");
}

}  // namespace
}  // namespace welkin
