// CloudStack's commands, all of them, with the parameters and fields it documents for them.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include "base/json.hpp"
#include "commands/index.hpp"

namespace welkin::commands {

/// A file of tests/conformance; found from the root of the tree or from beneath it.
inline std::string conformance_file(std::string_view name) {
  std::stringstream text;
  for (auto folder = std::filesystem::current_path(); text.str().empty() && folder != folder.root_path();
       folder = folder.parent_path()) {
    std::ifstream file(folder / "tests/conformance" / name);
    text << file.rdbuf();
    text.clear();
  }
  return text.str();
}

/// As JSON.
inline std::string contract() { return conformance_file("contract.json"); }

/// Welkin's own commands, a name a line: CloudStack has none of these. docs/api.md tells of each.
inline std::set<std::string> own_commands() {
  std::istringstream names(conformance_file("own_commands"));
  return {std::istream_iterator<std::string>(names), {}};
}

/// All commands that are CloudStack's too. The test fails for one that is neither its nor in the list of our own.
inline std::vector<Command> commands_in(Json contract) {
  auto out = all_commands();
  const auto own = own_commands();
  std::erase_if(out, [&](const Command& command) {
    const bool is_own = own.contains(std::string(command.facts.name));
    EXPECT_NE(is_own, contract[command.facts.name].is_object()) << command.facts.name;
    return is_own;
  });
  return out;
}

}  // namespace welkin::commands
