// Reads name=value words.
#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/error.hpp"
#include "cli/words.hpp"

namespace welkin::cli {

namespace {
constexpr std::size_t file_bytes_max = 4 << 20;

std::string base_of(std::string_view name) { return std::string(name.substr(0, name.find('['))); }

/// WHY up to the bracket: what follows it keeps its case on the server.
std::string wire_name(std::string_view name) {
  const auto bracket = std::min(name.find('['), name.size());
  return lower_case(name.substr(0, bracket)) + std::string(name.substr(bracket));
}

void check_known(const Api& api, const std::string& name) {
  if (api.find(base_of(name))) return;
  std::vector<std::string> names;
  for (const auto& one : api.parameters) names.push_back(one.name);
  throw Error(Fault::invalid,
              fmt::format("'{}' has no parameter '{}'.{} `welkin help {}` describes them all.", api.spoken(),
                          base_of(name), suggestion(base_of(name), names), api.spoken()),
              name);
}

std::string read_all(std::FILE* from, const std::string& name) {
  std::string out;
  char piece[1 << 16];
  while (const auto got = std::fread(piece, 1, sizeof piece, from)) {
    out.append(piece, got);
    if (out.size() > file_bytes_max)
      throw Error(Fault::invalid,
                  fmt::format("'{}' is longer than the {} MiB a value may have.", name, file_bytes_max >> 20),
                  name);
  }
  if (std::ferror(from))
    throw Error(Fault::missing, fmt::format("'{}' cannot be read: {}.", name, std::strerror(errno)), name);
  return out;
}
}  // namespace

std::string read_whole_file(const std::string& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(std::fopen(file.c_str(), "rbe"), &std::fclose);
  if (!opened)
    throw Error(Fault::missing, fmt::format("'{}' cannot be read: {}.", file, std::strerror(errno)), file);
  return read_all(opened.get(), file);
}

std::string value_of(const std::string& text) {
  if (!text.starts_with('@')) return text;
  if (text.starts_with("@@")) return text.substr(1);
  return text == "@-" ? read_all(stdin, "standard input") : read_whole_file(text.substr(1));
}

net::TextPairs read_arguments(const Api& api, const std::vector<std::string>& words) {
  net::TextPairs out;
  for (const auto& word : words) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(Fault::invalid,
                  fmt::format("'{}' is no parameter of '{}': write name=value.", word, api.spoken()), word);
    const auto name = wire_name(std::string_view(word).substr(0, equals));
    check_known(api, name);
    if (std::ranges::find(out, name, &net::TextPairs::value_type::first) != out.end())
      throw Error(Fault::invalid, fmt::format("The parameter '{}' is given twice; give it once.", name),
                  name);
    out.emplace_back(name, value_of(word.substr(equals + 1)));
  }
  return out;
}

void check_required(const Api& api, const net::TextPairs& parameters) {
  std::vector<std::string> absent;
  for (const auto& one : api.parameters)
    if (one.required &&
        std::ranges::none_of(parameters, [&](const auto& given) { return base_of(given.first) == one.name; }))
      absent.push_back(one.name + "=…");
  if (absent.empty()) return;
  throw Error(Fault::invalid, fmt::format("'{}' also needs {}. `welkin help {}` describes them.",
                                          api.spoken(), fmt::join(absent, " "), api.spoken()));
}

}  // namespace welkin::cli
