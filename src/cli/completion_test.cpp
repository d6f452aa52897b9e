// What the Tab key offers.
#include "cli/completion.hpp"

#include <gtest/gtest.h>

#include "cli/catalogue_for_tests.hpp"
#include "cli/tab.hpp"

namespace welkin::cli {

namespace {
using Words = std::vector<std::string>;

Words offered(const Words& typed) {
  const auto list = [](const Api& listing) {
    return std::vector<Candidate>{{"1111", "web of " + listing.name}, {"2222", "Database"}};
  };
  Words out;
  for (const auto& one : complete_command(small_catalogue(), typed, list)) out.push_back(one.word);
  return out;
}
}  // namespace

TEST(Completion, offers_verbs) {
  EXPECT_EQ(offered({"s"}), (Words{"stop", "sync"}));
  EXPECT_EQ(offered({"help", "d"}), Words{"deploy"});
}

TEST(Completion, offers_the_nouns_of_a_verb) {
  EXPECT_EQ(offered({"list", "z"}), Words{"zones"});
  EXPECT_EQ(offered({"help", "deploy", ""}), Words{"virtualmachine"});
}

TEST(Completion, offers_parameters_that_are_not_given_yet) {
  EXPECT_EQ(offered({"deploy", "virtualmachine", "zoneid=1", ""}),
            (Words{"details[0].", "name=", "networkids=", "startvm=", "templateid="}));
  EXPECT_EQ(offered({"listVirtualMachines", "key"}), Words{"keyword="});
}

TEST(Completion, offers_true_and_false) {
  EXPECT_EQ(offered({"deploy", "virtualmachine", "startvm="}), (Words{"startvm=false", "startvm=true"}));
}

TEST(Completion, offers_ids_by_id_or_name) {
  EXPECT_EQ(offered({"deploy", "virtualmachine", "zoneid="}), (Words{"zoneid=1111", "zoneid=2222"}));
  EXPECT_EQ(offered({"deploy", "virtualmachine", "zoneid=22"}), Words{"zoneid=2222"});
  EXPECT_EQ(offered({"deploy", "virtualmachine", "zoneid=data"}), Words{"zoneid=2222"});
}

TEST(Completion, goes_on_behind_a_comma) {
  EXPECT_EQ(offered({"deploy", "virtualmachine", "networkids=9,2"}), Words{"networkids=9,2222"});
}

TEST(Completion, finds_the_command_that_lists_what_is_named) {
  const auto catalogue = small_catalogue();
  const auto listing = [&](const char* command, const char* parameter) {
    const auto* api = catalogue.find(command);
    const auto* found = listing_for(catalogue, *api, *api->find(parameter));
    return found ? found->name : "";
  };
  EXPECT_EQ(listing("stopvirtualmachine", "id"), "listVirtualMachines");
  EXPECT_EQ(listing("deployvirtualmachine", "zoneid"), "listZones");
  EXPECT_EQ(listing("stopvirtualmachine", "ipaddressid"), "listPublicIpAddresses");
  EXPECT_EQ(listing("deployvirtualmachine", "templateid"), "");
}

TEST(Completion, offers_nothing_for_words_nobody_knows) {
  EXPECT_TRUE(offered({"fly", "kite", "to="}).empty());
  EXPECT_TRUE(offered({"list", "zones", "nothing=x"}).empty());
}

TEST(Completion, takes_no_word_that_a_shell_would_obey) {
  for (const auto* word : {"id=$(reboot)", "id=a;b", "id=`x`", "id=a b", "id=a\nb", "id=\x1b[2J'"})
    EXPECT_FALSE(is_safe(word)) << word;
  EXPECT_TRUE(is_safe("networkids=01a206e4-9867,10.1.1.0/24"));
  EXPECT_TRUE(is_safe("details[0]."));
}

TEST(Completion, is_quiet_when_no_cloud_is_known) {
  const Environment nowhere = [](const char* name) {
    return std::string(name) == "HOME" ? "/nonexistent" : "";
  };
  EXPECT_EQ(complete({"list", ""}, nowhere), "");
  EXPECT_EQ(complete({"list", "zones", "-o", "j"}, nowhere), "json\n");
  EXPECT_EQ(complete({"list", "--no"}, nowhere),
            "--no-wait\tPrint the job's id instead of waiting for its end\n");
}

TEST(Completion, has_scripts_for_three_shells) {
  for (const auto* shell : {"bash", "zsh", "fish"})
    EXPECT_NE(completion_script(shell).find("complete --"), std::string::npos);
  EXPECT_NE(complaint_of([] { completion_script("csh"); }).find("bash, zsh or fish"), std::string::npos);
}

}  // namespace welkin::cli
