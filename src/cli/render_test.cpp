// Tables, CSV and JSON.
#include "cli/render.hpp"

#include <gtest/gtest.h>

#include "cli/answer.hpp"
#include "cli/width.hpp"

namespace welkin::cli {

namespace json = boost::json;

namespace {
Rows rows(const char* text) {
  Rows out;
  for (const auto& one : json::parse(text).as_array()) out.push_back(one.as_object());
  return out;
}
}  // namespace

TEST(Table, aligns_words_left_and_numbers_right) {
  EXPECT_EQ(table_text(rows(R"([{"name":"web","memory":128},{"name":"database","memory":4096}])"),
                       {"name", "memory"}, 0),
            "name      memory\nweb          128\ndatabase    4096\n");
}

TEST(Table, leaves_absent_values_empty) {
  EXPECT_EQ(table_text(rows(R"([{"a":"1","b":"2"},{"b":"3"}])"), {"a", "b"}, 0), "a  b\n1  2\n   3\n");
}

TEST(Table, cuts_what_would_break_a_line) {
  const auto text =
      table_text(rows(R"([{"name":"a-very-long-name-indeed","state":"Running"}])"), {"name", "state"}, 12);
  EXPECT_EQ(text, "name       …\na-very-long…\n");
}

TEST(Table, measures_wide_and_combining_letters) {
  EXPECT_EQ(width_of("雲"), 2u);
  EXPECT_EQ(width_of("e\u0301"), 1u);
  EXPECT_EQ(table_text(rows(R"([{"name":"雲","x":"1"},{"name":"abc","x":"2"}])"), {"name", "x"}, 0),
            "name  x\n雲    1\nabc   2\n");
}

TEST(Table, shows_control_characters_instead_of_obeying_them) {
  EXPECT_EQ(harmless("a\x1b[31mb\r\n\t\x7f"), "a\\x1b[31mb\\r\\n\\t\\x7f");
  EXPECT_EQ(harmless("\u009b\u202e"), "\\u009b\\u202e");
  EXPECT_EQ(harmless("\xff"), "\\xff");
  EXPECT_EQ(harmless("Übung 雲"), "Übung 雲");
}

TEST(Table, breaks_long_text_between_words) {
  EXPECT_EQ(wrapped("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrapped("unbreakable x", 4), (std::vector<std::string>{"unbreakable", "x"}));
  EXPECT_EQ(wrapped("", 4), std::vector<std::string>{""});
}

TEST(Columns, are_the_most_telling_that_fit) {
  const auto all = rows(
      R"([{"account":"admin","zoneid":"z","id":"1","nic":[],"state":"Running","displayname":"web","name":"web"}])");
  EXPECT_EQ(telling_columns(all, 80), (std::vector<std::string>{"id", "name", "state", "account", "zoneid"}));
  EXPECT_EQ(telling_columns(all, 14), (std::vector<std::string>{"id", "name"}));
  EXPECT_EQ(telling_columns(all, 1), std::vector<std::string>{"id"});
}

TEST(Columns, keep_the_order_of_the_answer_where_none_tells_more) {
  EXPECT_EQ(telling_columns(rows(R"([{"b":1,"a":2,"xid":3,"c":4}])"), 80),
            (std::vector<std::string>{"b", "a", "c", "xid"}));
}

TEST(Csv, quotes_as_rfc_4180_wants) {
  EXPECT_EQ(csv_text(rows(R"([{"a":"x,y","b":"say \"hi\"","c":"two\nlines","d":{"e":1}}])"),
                     {"a", "b", "c", "d"}, false),
            "a,b,c,d\r\n\"x,y\",\"say \"\"hi\"\"\",\"two\nlines\",\"{\"\"e\"\":1}\"\r\n");
}

/// Attack 24.
TEST(Csv, has_no_formulas) {
  const auto all = R"([{"a":"=LINK[\"x\"]","b":"@sum","c":"-1","d":-2.5,"e":"-1+cmd","f":"a=b","g":"+5","h":"+5+x"}])";
  EXPECT_EQ(csv_text(rows(all),
                     {"a", "b", "c", "d", "e", "f", "g", "h"}, false),
            "a,b,c,d,e,f,g,h\r\n\"'=LINK[\"\"x\"\"]\",'@sum,-1,-2.5,'-1+cmd,a=b,+5,'+5+x\r\n");
}

TEST(Csv, is_made_harmless_for_terminals_only) {
  const auto all = rows(R"([{"a":"\u001b[2J"}])");
  EXPECT_EQ(csv_text(all, {"a"}, true), "a\r\n\\x1b[2J\r\n");
  EXPECT_EQ(csv_text(all, {"a"}, false), "a\r\n\x1b[2J\r\n");
}

TEST(PrettyJson, indents_and_can_be_read_back) {
  const auto value =
      json::parse(R"({"count":1,"share":0.5,"zone":[{"name":"a\"b\u0007","empty":[],"none":{}}]})");
  const auto text = json_text(value);
  EXPECT_EQ(text.find("{\n  \"count\": 1,\n  \"share\": 0.5,\n  \"zone\": [\n    {\n      \"name\""), 0u);
  EXPECT_NE(text.find("\"empty\": [],"), std::string::npos);
  EXPECT_EQ(json::parse(text), value);
}

TEST(PrettyJson, escapes_what_a_terminal_would_obey) {
  const json::value value("\x7f\u009b\u202e\u2066 ä雲");
  const auto text = json_text(value);
  EXPECT_EQ(text, "\"\\u007f\\u009b\\u202e\\u2066 ä雲\"\n");
  EXPECT_EQ(json::parse(text), value);
}

TEST(Answer, is_a_list_by_its_shape) {
  const auto list = read_answer(json::parse(R"({"count":7,"zone":[{"id":"1"}]})").as_object(), true);
  EXPECT_TRUE(list.is_list);
  EXPECT_EQ(list.name, "zone");
  EXPECT_EQ(list.count, 7);
  EXPECT_EQ(list.rows.size(), 1u);
}

TEST(Answer, is_an_empty_list_where_a_list_was_asked_for) {
  EXPECT_TRUE(read_answer({}, true).is_list);
  EXPECT_FALSE(read_answer({}, false).is_list);
}

TEST(Answer, is_one_object_with_or_without_a_name) {
  const auto named = read_answer(json::parse(R"({"zone":{"id":"1"}})").as_object(), false);
  EXPECT_FALSE(named.is_list);
  EXPECT_EQ(cell(named.rows.at(0), "id"), "1");
  EXPECT_EQ(cell(read_answer(json::parse(R"({"success":true})").as_object(), false).rows.at(0), "success"),
            "true");
}

TEST(Answer, can_be_narrowed_to_some_fields) {
  const auto inside = json::parse(R"({"count":1,"zone":[{"id":"1","name":"n","x":2}]})").as_object();
  EXPECT_EQ(json::serialize(picked(inside, read_answer(inside, true), {"name", "id"})),
            R"({"count":1,"zone":[{"name":"n","id":"1"}]})");
}

TEST(Answer, shows_all_that_lies_deep_in_an_object) {
  const auto fields = flattened(json::parse(R"({"id":"1","nic":[{"ip":"10.0.0.1"}],"tags":[]})").as_object());
  EXPECT_EQ(record_text(fields, 0), "id         1\nnic[0].ip  10.0.0.1\n");
}

}  // namespace welkin::cli
