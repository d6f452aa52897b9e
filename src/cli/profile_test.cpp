// The profile file.
#include "cli/profile.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "cli/catalogue_for_tests.hpp"
#include "cli/choice.hpp"
#include "cli/profile_commands.hpp"

namespace welkin::cli {

namespace {
class ProfileFile : public testing::Test {
 protected:
  ~ProfileFile() override { std::filesystem::remove_all(folder); }
  static std::filesystem::path made() {
    auto text = (std::filesystem::temp_directory_path() / "welkin-profiles-XXXXXX").string();
    return ::mkdtemp(text.data());
  }
  std::string say(std::vector<std::string> words) { return profile_command({}, words, environment, 0); }

  const std::filesystem::path folder = made();
  const std::string file = folder / "welkin" / "config";
  std::map<std::string, std::string> variables{{"XDG_CONFIG_HOME", folder.string()}};
  const Environment environment = [this](const char* name) {
    return variables.contains(name) ? variables.at(name) : "";
  };
};
}  // namespace

TEST_F(ProfileFile, keeps_what_is_set) {
  say({"set", "lab", "endpoint=cloud.example.org:8080", "apikey=key", "secretkey=a=b;c#d", "verify=false"});
  const auto found = Profiles(file).get("lab");
  EXPECT_EQ(found.endpoint, "http://cloud.example.org:8080/client/api");
  EXPECT_EQ(found.api_key, "key");
  EXPECT_EQ(found.secret_key.reveal(), "a=b;c#d");
  EXPECT_FALSE(found.verify);
}

TEST_F(ProfileFile, is_for_its_owner_only) {
  say({"set", "lab", "apikey=key"});
  struct stat found{};
  ASSERT_EQ(::stat(file.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  ::chmod(file.c_str(), 0644);
  EXPECT_TRUE(Profiles(file).is_open_to_others());
  say({"set", "lab", "apikey=other"});
  EXPECT_FALSE(Profiles(file).is_open_to_others());
}

TEST_F(ProfileFile, never_shows_a_secret) {
  say({"set", "lab", "endpoint=http://c/client/api", "apikey=0123456789abcdef", "secretkey=hush-hush",
       "password=hush-hush"});
  for (const auto& shown : {say({"show", "lab"}), say({"list"})}) {
    EXPECT_NE(shown.find("lab"), std::string::npos);
    EXPECT_EQ(shown.find("hush"), std::string::npos);
    EXPECT_EQ(shown.find("0123456789abcdef"), std::string::npos);
  }
}

TEST_F(ProfileFile, uses_the_only_profile_or_the_chosen_one) {
  EXPECT_EQ(Profiles(file).current(), "");
  say({"set", "one", "apikey=1"});
  EXPECT_EQ(Profiles(file).current(), "one");
  say({"set", "two", "apikey=2"});
  EXPECT_EQ(Profiles(file).current(), "");
  say({"use", "two"});
  EXPECT_EQ(Profiles(file).current(), "two");
  say({"remove", "two"});
  EXPECT_EQ(Profiles(file).current(), "one");
}

TEST_F(ProfileFile, names_the_nearest_profile_and_key) {
  say({"set", "staging", "apikey=1"});
  EXPECT_NE(complaint_of([&] { say({"use", "stagign"}); }).find("Did you mean 'staging'?"),
            std::string::npos);
  EXPECT_NE(complaint_of([&] { say({"set", "staging", "endpiont=x"}); }).find("Did you mean 'endpoint'?"),
            std::string::npos);
}

TEST_F(ProfileFile, refuses_names_and_values_that_would_break_it) {
  for (const auto* name : {"", "a b", "../x", "a]", "profile"})
    EXPECT_NE(complaint_of([&] { say({"set", name, "apikey=1"}); }), "") << name;
  EXPECT_NE(complaint_of([&] { say({"set", "lab", "apikey=a\nsecretkey=b"}); }), "");
  EXPECT_NE(complaint_of([&] { say({"set", "lab", "verify=maybe"}); }), "");
}

TEST_F(ProfileFile, says_where_it_cannot_be_understood) {
  say({"set", "lab", "apikey=1"});
  std::ofstream(file, std::ios::app) << "no key here\n";
  EXPECT_NE(complaint_of([&] { Profiles{file}; }).find("at line 3"), std::string::npos);
}

TEST_F(ProfileFile, yields_to_the_environment) {
  say({"set", "lab", "endpoint=http://a/client/api", "apikey=1", "secretkey=2"});
  variables["WELKIN_ENDPOINT"] = "https://b.example.org/other/api";
  const auto chosen = choose_profile({}, environment);
  EXPECT_EQ(chosen.endpoint, "https://b.example.org/other/api");
  EXPECT_EQ(chosen.api_key, "1");
  EXPECT_NE(chosen.name, "lab");
}

TEST_F(ProfileFile, is_not_needed_beside_an_admin_file) {
  const auto admin = folder / "admin.json";
  std::ofstream(admin) << R"({"endpoint":"http://127.0.0.1:1/client/api","apikey":"k","secretkey":"s"})";
  Options options;
  options.admin_file = admin;
  EXPECT_EQ(choose_profile(options, environment).api_key, "k");
  say({"import", "own", admin});
  EXPECT_EQ(Profiles(file).get("own").secret_key.reveal(), "s");
}

TEST_F(ProfileFile, is_asked_for_when_nothing_names_a_cloud) {
  EXPECT_NE(complaint_of([&] { choose_profile({}, environment); }).find("No cloud is named"),
            std::string::npos);
  variables["WELKIN_ENDPOINT"] = "http://a";
  EXPECT_NE(complaint_of([&] { choose_profile({}, environment); }).find("Nothing says who"),
            std::string::npos);
}

}  // namespace welkin::cli
