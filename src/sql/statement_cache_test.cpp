// The cache of prepared statements.
#include "sql/statement_cache.hpp"

#include <gtest/gtest.h>

namespace welkin::sql {
namespace {

TEST(StatementCache, lets_the_least_used_go) {
  StatementCache<int> cache(2);
  EXPECT_FALSE(cache.keep("a", 1));
  EXPECT_FALSE(cache.keep("b", 2));
  EXPECT_EQ(*cache.find("a"), 1);
  EXPECT_EQ(cache.keep("c", 3), 2);
  EXPECT_EQ(cache.find("b"), nullptr);
  EXPECT_EQ(*cache.find("a"), 1);
  EXPECT_EQ(*cache.find("c"), 3);
}

TEST(StatementCache, forgets_what_it_is_told_to) {
  StatementCache<int> cache(2);
  cache.keep("a", 1);
  cache.forget("a");
  cache.forget("never kept");
  EXPECT_EQ(cache.find("a"), nullptr);
  EXPECT_EQ(cache.size(), 0U);
}

}  // namespace
}  // namespace welkin::sql
