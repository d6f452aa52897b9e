// How near words are.
#include "cli/words.hpp"

#include <gtest/gtest.h>

namespace welkin::cli {

TEST(Words, count_a_swap_of_neighbours_as_one_mistake) {
  EXPECT_EQ(edit_distance("zoneid", "zonied"), 1u);
  EXPECT_EQ(edit_distance("zone", "zones"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
}

TEST(Words, find_the_nearest_and_none_that_is_far) {
  EXPECT_EQ(nearest("ZonID", {"account", "zoneids", "zoneid"}), std::vector<std::string>{"zoneid"});
  EXPECT_TRUE(nearest("colour", {"zoneid", "name"}).empty());
}

TEST(Words, find_what_contains_the_word_when_none_is_spelled_alike) {
  EXPECT_EQ(nearest("volume", {"rootvolumesize", "volumestate", "name"}),
            (std::vector<std::string>{"volumestate", "rootvolumesize"}));
}

TEST(Words, suggest_each_name_once) {
  EXPECT_EQ(suggestion("nmae", {"name", "name"}), " Did you mean 'name'?");
  EXPECT_EQ(suggestion("colour", {"name"}), "");
}

TEST(Words, leave_out_what_is_empty_between_separators) {
  EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(split("", ',').empty());
}

}  // namespace welkin::cli
