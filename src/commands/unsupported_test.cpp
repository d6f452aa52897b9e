// No parameter of CloudStack's commands is ignored: each is declared, or refused by its name.
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "commands/contract_for_tests.hpp"
#include "commands/index.hpp"
#include "commands/unsupported.hpp"

namespace welkin::commands {
namespace {

const Command& the(const std::vector<Command>& commands, std::string_view name) {
  for (const auto& command : commands)
    if (command.facts.name == name) return command;
  throw Error(Fault::missing, fmt::format("There is no command {}.", name));
}

void send(const Command& command, std::vector<std::pair<std::string, std::string>> parameters) {
  refuse_lacks(command, Parameters(parameters));
}

TEST(Unsupported, every_parameter_of_the_contract_is_declared_or_refused) {
  const auto text = contract();
  const JsonDocument document(text);
  for (const auto& command : commands_in(document.root())) {
    const auto parameters = document.root()[command.facts.name]["params"];
    ASSERT_TRUE(parameters.is_list()) << command.facts.name;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const auto name = parameters.at(i)["name"].text();
      EXPECT_TRUE(command.request().by_wire(name) || command.lacks.contains(name))
          << command.facts.name << " ignores " << name;
    }
  }
}

TEST(Unsupported, nothing_is_refused_that_is_declared_or_that_the_contract_lacks) {
  const auto text = contract();
  const JsonDocument document(text);
  for (const auto& command : commands_in(document.root())) {
    const auto parameters = document.root()[command.facts.name]["params"];
    for (const auto& [name, thing] : command.lacks) {
      bool known = false;
      for (std::size_t i = 0; i < parameters.size(); ++i) known = known || parameters.at(i)["name"].text() == name;
      EXPECT_TRUE(known) << command.facts.name << " has no " << name;
      EXPECT_FALSE(command.request().by_wire(name)) << command.facts.name << " has " << name;
    }
  }
}

TEST(Unsupported, what_asks_for_something_is_refused_by_name) {
  const auto commands = all_commands();
  const auto& deploy = the(commands, "deployVirtualMachine");
  try {
    send(deploy, {{"name", "one"}, {"SecurityGroupIds", "6b9b5a6e-0000-4000-8000-000000000000"}});
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault, Fault::unsupported);
    EXPECT_EQ(error.message,
              "securitygroupids is not supported here: Welkin has no security groups yet. Leave it out.");
  }
  EXPECT_THROW(send(deploy, {{"externaldetails[0].x", "y"}}), Error);
  EXPECT_THROW(send(the(commands, "listNetworks"), {{"vpcid", "6b9b5a6e-0000-4000-8000-000000000000"}}), Error);
}

TEST(Unsupported, what_asks_for_nothing_passes) {
  const auto commands = all_commands();
  EXPECT_NO_THROW(
      send(the(commands, "deployVirtualMachine"),
           {{"affinitygroupids", ""}, {"bootintosetup", "false"}, {"leaseduration", "-1"}, {"stranger", "true"}}));
  EXPECT_NO_THROW(send(the(commands, "listDiskOfferings"), {{"projectid", "-1"}}));
}

}  // namespace
}  // namespace welkin::commands
