// What a hostile caller may send as parameters: it is bound as what it says, or refused by its name.
#include <gtest/gtest.h>

#include "base/fault_of_test.hpp"
#include "commands/binder.hpp"

namespace welkin::commands {
namespace {
using namespace std::string_literals;
using Sent = std::vector<std::pair<std::string, std::string>>;

struct Item {
  FIELDS(Item, (std::string, name, "A name."), (std::optional<int>, size, "A size."))
};
struct Everything {
  FIELDS(Everything,
    (std::optional<std::string>, name, "A name."),
    (std::optional<std::string>, user_data, "Handed to the guest.", .length = 1 << 20),
    (std::optional<std::int64_t>, size, "Bytes."),
    (std::optional<int>, page, "Which page."),
    (std::optional<double>, factor, "A factor."),
    (std::vector<std::string>, words, "Words."),
    (TextMap, details, "Details.", .length = 4096),
    (TextMap, tags, "Tags."),
    (std::vector<Item>, items, "Items."))
};

Everything bound(const Sent& sent) {
  Everything out;
  bind(shape_of<Everything>(), &out, Parameters(sent), "try", true);
  return out;
}
bool refuses(const Sent& sent) {
  return fault_of([&] { bound(sent); }) == Fault::invalid;
}
std::string text_of(const Sent& sent) {
  try {
    bound(sent);
  } catch (const Error& error) {
    return error.message;
  }
  return {};
}
/// `name[0].key=K&name[0].value=V`
Sent entry(const std::string& name, const std::string& key, const std::string& value) {
  return {{name + "[0].key", key}, {name + "[0].value", value}};
}

TEST(BinderAttacks, a_name_is_one_line_and_user_data_may_have_several) {
  for (const std::string& bad : {"a\nb"s, "a\r\nSet-Cookie: x"s, "a\tb"s, "a\x1b[2J"s, "a\x7f"s, "a\0b"s})
    EXPECT_TRUE(refuses({{"name", bad}})) << bad;
  EXPECT_EQ(*bound({{"userdata", "a\n\tb\r\nc"}}).user_data, "a\n\tb\r\nc");
  EXPECT_TRUE(refuses({{"userdata", "a\rb"}}));
  EXPECT_TRUE(refuses({{"userdata", "a\x1b[2J"}}));
}

TEST(BinderAttacks, a_refusal_repeats_no_control_character) {
  for (const auto& text : {text_of({{"name", "x\nlevel=error forged"}}), text_of({{"a\nb", "x"}})})
    EXPECT_TRUE(!text.empty() && text.find('\n') == std::string::npos) << text;
  EXPECT_TRUE(text_of({{"name", "x\ny"}}).contains("name")) << text_of({{"name", "x\ny"}});
}

TEST(BinderAttacks, keys_and_values_of_maps_are_bounded) {
  EXPECT_EQ(bound(entry("details", "k", std::string(4096, 'v'))).details.size(), 1U);
  EXPECT_TRUE(refuses(entry("details", "k", std::string(4097, 'v'))));
  EXPECT_TRUE(refuses(entry("tags", "k", std::string(256, 'v'))));
  EXPECT_TRUE(refuses(entry("details", std::string(256, 'k'), "v")));
  EXPECT_TRUE(refuses(entry("details", "k\nk", "v")));
  EXPECT_TRUE(refuses(entry("tags", "k", "two\nlines")));
  EXPECT_EQ(bound(entry("details", "k", "two\nlines")).details.at("k"), "two\nlines");
  EXPECT_TRUE(refuses({{"details[0]." + std::string(256, 'k'), "v"}}));
}

TEST(BinderAttacks, entries_are_counted_however_they_are_sent) {
  Sent by_index, in_one;
  for (int i = 0; i <= 1000; ++i) {
    by_index.emplace_back(fmt::format("details[{}].key", i), fmt::format("k{}", i));
    in_one.emplace_back(fmt::format("details[0].k{}", i), "v");
  }
  EXPECT_TRUE(refuses(by_index));
  EXPECT_TRUE(refuses(in_one));
  by_index.pop_back();
  EXPECT_EQ(bound(by_index).details.size(), 1000U);
  std::string words;
  for (int i = 0; i < 1000; ++i) words += "w,";
  EXPECT_EQ(bound({{"words", words.substr(0, words.size() - 1)}}).words.size(), 1000U);
  EXPECT_TRUE(refuses({{"words", words + "w"}}));
  EXPECT_TRUE(refuses({{"words", "a," + std::string(256, 'w')}}));
}

TEST(BinderAttacks, nested_and_crooked_names_are_refused) {
  for (const auto* name : {"details[0][0].key", "details[0.key", "details[-1].key", "details[x].key", "details[].key",
                           "details[99999999999999999999].key", "details[0].key[1]", "items[[[[[[0]]]]]].name"})
    EXPECT_TRUE(refuses({{name, "v"}})) << name;
  const std::string deep(4000, '[');
  EXPECT_TRUE(refuses({{"details" + deep, "v"}}));
  EXPECT_TRUE(refuses({{"items[0].size", "1"}})) << "an item without a name";
  EXPECT_TRUE(refuses({{"items[0].name", "n"}, {"items[0].size", "4294967296"}}));
}

TEST(BinderAttacks, of_parameters_with_one_name_the_last_counts) {
  const auto out = bound({{"name", "first"}, {"NAME", "second"}, {"Name", "third"}});
  EXPECT_EQ(*out.name, "third");
}

TEST(BinderAttacks, numbers_are_what_they_say_or_refused) {
  for (const auto* bad : {"9223372036854775808", "-9223372036854775809", "1e3", "0x10", "NaN", "1.5", "1 ", "--1", "٣"})
    EXPECT_TRUE(refuses({{"size", bad}})) << bad;
  EXPECT_EQ(*bound({{"size", "9223372036854775807"}}).size, std::numeric_limits<std::int64_t>::max());
  EXPECT_TRUE(refuses({{"page", "2147483648"}}));
  EXPECT_TRUE(refuses({{"page", "-2147483649"}}));
  for (const auto* bad : {"NaN", "nan", "inf", "-Infinity", "1e999", ""}) {
    const auto sent = Sent{{"factor", bad}};
    if (*bad) EXPECT_TRUE(refuses(sent)) << bad;
    else EXPECT_FALSE(bound(sent).factor);
  }
}

}  // namespace
}  // namespace welkin::commands
