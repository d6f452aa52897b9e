// From name=value words to parameters.
#include "cli/arguments.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/catalogue_for_tests.hpp"

namespace welkin::cli {

namespace {
net::TextPairs read(const std::vector<std::string>& words) {
  return read_arguments(*small_catalogue().find("deployvirtualmachine"), words);
}
}  // namespace

TEST(Arguments, take_names_in_any_case_and_keep_values) {
  EXPECT_EQ(read({"ZoneID=A=b", "name="}), (net::TextPairs{{"zoneid", "A=b"}, {"name", ""}}));
}

TEST(Arguments, let_maps_pass_and_keep_the_case_of_their_fields) {
  EXPECT_EQ(read({"Details[0].cpuNumber=2"}), (net::TextPairs{{"details[0].cpuNumber", "2"}}));
}

TEST(Arguments, name_the_nearest_for_an_unknown_one) {
  const auto complaint = complaint_of([] { read({"zonied=1"}); });
  EXPECT_EQ(complaint,
            "'deploy virtualmachine' has no parameter 'zonied'. Did you mean 'zoneid'? `welkin help deploy "
            "virtualmachine` describes them all.");
}

TEST(Arguments, refuse_a_word_without_a_name) {
  EXPECT_NE(complaint_of([] { read({"web"}); }).find("'web' is no parameter"), std::string::npos);
  EXPECT_NE(complaint_of([] { read({"=web"}); }), "");
}

TEST(Arguments, refuse_a_name_that_is_given_twice) {
  EXPECT_NE(complaint_of([] { read({"name=a", "NAME=b"}); }).find("twice"), std::string::npos);
}

TEST(Arguments, list_all_that_is_missing) {
  const auto catalogue = small_catalogue();
  const auto& api = *catalogue.find("deployvirtualmachine");
  EXPECT_NE(complaint_of([&] { check_required(api, {}); }).find("templateid=… zoneid=…"), std::string::npos);
  EXPECT_EQ(complaint_of([&] { check_required(api, {{"zoneid", "1"}, {"templateid", "2"}}); }), "");
}

TEST(Arguments, read_files_behind_an_at_sign) {
  const auto file =
      std::filesystem::temp_directory_path() / ("welkin-arguments-" + std::to_string(::getpid()));
  std::ofstream(file) << "from a file\n";
  EXPECT_EQ(value_of("@" + file.string()), "from a file\n");
  std::filesystem::remove(file);
  EXPECT_NE(complaint_of([&] { value_of("@" + file.string()); }).find("No such file"), std::string::npos);
}

TEST(Arguments, take_two_at_signs_for_one) { EXPECT_EQ(value_of("@@home"), "@home"); }

}  // namespace welkin::cli
