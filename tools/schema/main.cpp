// Writes the next migration: what the row structs have and the migrations so far do not make.
//
//   schema migrations > migrations/0007_what_it_is_about.sql
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "model/tables.hpp"
#include "sql/schema.hpp"

namespace {
using namespace welkin;

/// The texts of the folder's .sql files, by name.
std::vector<std::string> migrations_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".sql") paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<std::string> out;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    out.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    if (!file) throw Error(Fault::invalid, fmt::format("{} cannot be read.", path.string()));
  }
  return out;
}
}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::fputs("Say where the migrations are: schema FOLDER\n", stderr);
    return 2;
  }
  try {
    const auto texts = migrations_in(words[1]);
    const auto database = sql::open_sqlite({});
    database->migrate(std::vector<std::string_view>(texts.begin(), texts.end()));
    std::fputs(sql::migration(*database, model::tables()).c_str(), stdout);
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "%s %s\n", error.message.c_str(), error.cause.c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  return 1;
}
