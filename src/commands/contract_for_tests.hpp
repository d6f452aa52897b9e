// CloudStack's commands, all of them, with the parameters and fields it documents for them.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace welkin::commands {

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

}  // namespace welkin::commands
