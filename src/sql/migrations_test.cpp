// Migrations: once each, in order, under a lock, and never over somebody else's schema.
#include <gtest/gtest.h>

#include <thread>

#include "sql/parameters.hpp"
#include "sql/rows.hpp"
#include "sql/trial.hpp"

namespace welkin::sql {
namespace {

constexpr std::string_view first =
    "-- first; with a semicolon in a comment\n"
    "create table a (id text primary key, words text not null default 'one; two');\n"
    "/* ; */ insert into a (id) values ('it''s;');\n\n;";
constexpr std::string_view second = "alter table a add column more bigint not null default 7";
constexpr std::string_view other_second = "alter table a add column more bigint not null default 8";
constexpr std::string_view broken =
    "create table b (id text primary key); insert into nowhere (id) values (1);";

void migrate(Database& db, std::vector<std::string_view> texts) { db.migrate(texts); }

Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(Fault::internal, "nothing was thrown");
}

std::int64_t number(Database& db, std::string_view statement) {
  return read(db, [&](Transaction& tx) { return count(tx, statement); });
}

TEST(Migrations, are_applied_once_each) {
  for_each_database([](Database& db) {
    migrate(db, {});
    migrate(db, {first});
    migrate(db, {first});
    EXPECT_EQ(number(db, "select count(*) from a"), 1);
    migrate(db, {first, second});
    migrate(db, {first, second});
    EXPECT_EQ(number(db, "select more from a"), 7);
    EXPECT_EQ(number(db, "select max(version) from schema_version"), 2);
  });
}

TEST(Migrations, refuse_a_schema_that_is_newer) {
  for_each_database([](Database& db) {
    migrate(db, {first, second});
    const auto error = error_of([&] { migrate(db, {first}); });
    EXPECT_EQ(error.fault, Fault::unsupported);
    EXPECT_NE(error.message.find("schema 2"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("knows 1"), std::string::npos) << error.message;
  });
}

TEST(Migrations, refuse_a_schema_made_from_another_text) {
  for_each_database([](Database& db) {
    migrate(db, {first, second});
    const auto error = error_of([&] { migrate(db, {first, other_second}); });
    EXPECT_EQ(error.fault, Fault::unsupported);
    EXPECT_NE(error.message.find("Migration 2"), std::string::npos) << error.message;
  });
}

TEST(Migrations, leave_nothing_behind_when_one_fails) {
  for_each_database([](Database& db) {
    EXPECT_EQ(error_of([&] { migrate(db, {first, broken}); }).fault, Fault::internal);
    EXPECT_EQ(number(db, "select count(*) from schema_version"), 0);
    EXPECT_THROW(number(db, "select count(*) from a"), Error);
    migrate(db, {first});
    EXPECT_EQ(number(db, "select count(*) from a"), 1);
  });
}

TEST(Migrations, are_applied_once_when_many_start_together) {
  for_each_database([](Database& db) {
    std::vector<std::thread> servers;
    for (int i = 0; i < 6; ++i) servers.emplace_back([&] { migrate(db, {first, second}); });
    for (auto& server : servers) server.join();
    EXPECT_EQ(number(db, "select count(*) from a"), 1);
  });
}

TEST(SplitStatements, leaves_quoted_text_and_comments_alone) {
  const auto split = split_statements("a 'x;y' ; ;; -- c;\n b \"q;\" /* ; */ c;\n-- the end;");
  ASSERT_EQ(split.size(), 2U);
  EXPECT_EQ(split[0], "a 'x;y' ");
  EXPECT_EQ(split[1], " -- c;\n b \"q;\" /* ; */ c");
}

TEST(NumberParameters, leaves_no_holes) {
  const auto numbered = number_parameters("set a = $3, b = $1 where c = $3 and d = '$2' -- $4\n and e = $12");
  EXPECT_EQ(numbered.text, "set a = $1, b = $2 where c = $1 and d = '$2' -- $4\n and e = $3");
  EXPECT_EQ(numbered.from, (std::vector<int>{3, 1, 12}));
  EXPECT_EQ(number_parameters("'unclosed $1").text, "'unclosed $1");
  EXPECT_EQ(number_parameters("$").text, "$");
}

}  // namespace
}  // namespace welkin::sql
