// CloudStack's commands, all of them, with the parameters and fields it documents for them.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/json.hpp"
#include "commands/index.hpp"

namespace welkin::commands {

/// Welkin's own commands: CloudStack has none of these names. docs/api.md tells of each.
inline constexpr std::string_view own_commands[] = {"listAuditRecords", "listAuditChains"};

/// As JSON; found from the root of the tree or from beneath it.
inline std::string contract() {
  std::stringstream text;
  for (auto folder = std::filesystem::current_path(); text.str().empty() && folder != folder.root_path();
       folder = folder.parent_path()) {
    std::ifstream file(folder / "tests/conformance/contract.json");
    text << file.rdbuf();
    text.clear();
  }
  return text.str();
}

/// All commands that are CloudStack's too. The test fails for one that is neither its nor in the list of our own.
inline std::vector<Command> commands_in(Json contract) {
  auto out = all_commands();
  std::erase_if(out, [&](const Command& command) {
    const bool own = std::ranges::find(own_commands, command.facts.name) != std::end(own_commands);
    EXPECT_NE(own, contract[command.facts.name].is_object()) << command.facts.name;
    return own;
  });
  return out;
}

}  // namespace welkin::commands
