// Help, written from the catalogue.
#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/options.hpp"
#include "cli/render.hpp"
#include "cli/width.hpp"

namespace welkin::cli {

namespace {
constexpr std::size_t width_of_files = 120;
constexpr std::size_t narrowest_text = 20;

std::string indented(const std::string& text, std::size_t width) {
  std::string out;
  for (const auto& line : wrapped(harmless(text), width - 2)) out += "  " + line + "\n";
  return out;
}

/// A table whose last column is wrapped instead of cut: who asks for help wants all of it.
std::string parameters_of(const Api& api, std::size_t width) {
  std::size_t name = 9, type = 4;
  for (const auto& one : api.parameters)
    name = std::max(name, one.name.size()), type = std::max(type, one.type.size());
  const auto taken = name + type + 8 + 3 * 2;  // of `required`, and the gaps
  const auto left = std::max(narrowest_text, width > taken ? width - taken : 0);
  Rows rows;
  for (const auto& one : api.parameters) {
    const auto lines = wrapped(harmless(one.description), left);
    rows.push_back({{"parameter", one.name},
                    {"type", one.type},
                    {"required", one.required ? "yes" : ""},
                    {"description", lines.front()}});
    for (std::size_t i = 1; i < lines.size(); ++i) rows.push_back({{"description", lines[i]}});
  }
  return table_text(rows, {"parameter", "type", "required", "description"}, 0);
}
}  // namespace

std::string general_help() {
  return "The command line of Welkin clouds, and of others that speak CloudStack's API.\n\n" + options_help() +
         R"(
Words that are not of the cloud:
  help [VERB [NOUN]]                    explain
  api                                   list the cloud's commands
  sync                                  fetch the list of commands anew
  profile list|show [NAME]              which clouds are known, and as whom they are called
  profile set NAME key=value …          make or change a profile: endpoint, apikey, secretkey, username, password,
                                        domain, verify
  profile import NAME FILE              make a profile from a cloud's admin.json
  profile use NAME | remove NAME        which one is used without --profile
  audit verify [SERVER:SEQUENCE:DIGEST …]  whether the record of calls is whole, and goes on from where it ended once
  completion bash|zsh|fish              print a script that completes words by the Tab key

A value @FILE is the file's content, @- is standard input, @@x is @x.
Environment: WELKIN_PROFILE, WELKIN_ENDPOINT, WELKIN_APIKEY, WELKIN_SECRETKEY.
Exit status: 0 done, 1 the cloud said no, 2 wrong use, 3 the cloud does not answer, 130 interrupted.

Examples:
  welkin list virtualmachines keyword=web
  welkin help deploy virtualmachine
  welkin list zones --filter name,id -o csv
)";
}

std::string help_of(const Api& api, std::size_t width) {
  if (width == 0) width = width_of_files;
  auto out = fmt::format("{} ({}{})\n", api.spoken(), api.name, api.is_async ? ", by a job" : "");
  out += indented(api.description, width);
  out += api.parameters.empty() ? "\nIt has no parameters.\n" : "\n" + parameters_of(api, width);
  if (!api.fields.empty())
    out += "\nFields of the answer, for --filter:\n" +
           indented(fmt::format("{}", fmt::join(api.fields, ", ")), width);
  return out;
}

Rows rows_of(const std::vector<const Api*>& apis) {
  Rows out;
  for (const auto* api : apis)
    out.push_back({{"command", api->spoken()},
                   {"name", api->name},
                   {"async", api->is_async},
                   {"description", api->description}});
  return out;
}

std::string help_of_verb(const Catalogue& catalogue, const std::string& verb, std::size_t width) {
  return table_text(rows_of(catalogue.of_verb(verb)), {"command", "description"}, width);
}

}  // namespace welkin::cli
