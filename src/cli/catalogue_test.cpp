// From words to commands.
#include <gtest/gtest.h>

#include "cli/catalogue_for_tests.hpp"

namespace welkin::cli {

using Words = std::vector<std::string>;

TEST(Catalogue, understands_verb_and_noun_in_any_case) {
  const auto catalogue = small_catalogue();
  EXPECT_EQ(understand(catalogue, {"List", "VirtualMachines"}).api->name, "listVirtualMachines");
  EXPECT_EQ(understand(catalogue, {"listVirtualMachines"}).api->name, "listVirtualMachines");
  EXPECT_EQ(understand(catalogue, {"list", "virtual", "machines"}).api->name, "listVirtualMachines");
}

TEST(Catalogue, understands_nouns_in_the_other_number) {
  const auto catalogue = small_catalogue();
  EXPECT_EQ(understand(catalogue, {"list", "zone"}).api->name, "listZones");
  EXPECT_EQ(understand(catalogue, {"deploy", "virtualmachines"}).api->name, "deployVirtualMachine");
  EXPECT_EQ(understand(catalogue, {"list", "publicipaddress"}).api->name, "listPublicIpAddresses");
  EXPECT_EQ(understand(catalogue, {"list", "oscategory"}).api->name, "listOsCategories");
}

TEST(Catalogue, hands_on_the_words_behind_the_command) {
  const auto catalogue = small_catalogue();
  EXPECT_EQ(understand(catalogue, {"list", "zones", "id=a=b", "x"}).rest, (Words{"id=a=b", "x"}));
  EXPECT_EQ(understand(catalogue, {"list", "zones", "stray"}).rest, Words{"stray"});
}

TEST(Catalogue, names_what_may_have_been_meant) {
  const auto catalogue = small_catalogue();
  const auto complaint =
      complaint_of([&] { understand(catalogue, {"list", "virtualmachnes", "keyword=x"}); });
  EXPECT_NE(complaint.find("no command 'list virtualmachnes'. Did you mean 'list virtualmachines'"),
            std::string::npos)
      << complaint;
}

TEST(Catalogue, asks_for_what_is_missing_of_a_command) {
  const auto catalogue = small_catalogue();
  EXPECT_NE(complaint_of([&] { understand(catalogue, {"LIST", "keyword=x"}); }).find("`welkin help list`"),
            std::string::npos);
  EXPECT_NE(complaint_of([&] { understand(catalogue, {"name=x"}); }).find("No command"), std::string::npos);
}

TEST(Catalogue, puts_required_parameters_first) {
  const auto catalogue = small_catalogue();
  const auto& parameters = catalogue.find("deployvirtualmachine")->parameters;
  EXPECT_EQ(parameters[0].name, "templateid");
  EXPECT_EQ(parameters[1].name, "zoneid");
  EXPECT_EQ(parameters[2].name, "details");
}

}  // namespace welkin::cli
