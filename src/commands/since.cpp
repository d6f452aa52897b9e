// The versions of CloudStack that brought commands and parameters: a line of data/since.txt for each command that has some,
// such as `listZones - available=2.2`.
#include "commands/since.hpp"

#include "commands/words.hpp"

namespace welkin::embedded {
extern const std::string_view since;
}

namespace welkin::commands {

namespace {
void note(Command& command, std::string_view words) {
  each_word(words, [&](std::string_view word) {
    const auto equals = word.find('=');
    if (equals != std::string_view::npos)
      command.since.emplace(word.substr(0, equals), word.substr(equals + 1));
    else if (word != "-")
      command.facts.since = word;
  });
}
}  // namespace

void note_since(std::vector<Command>& commands) {
  std::unordered_map<std::string_view, std::string_view> lines;
  each_word(embedded::since, [&](std::string_view line) {
    const auto end = std::min(line.find(' '), line.size());
    lines.emplace(line.substr(0, end), line.substr(std::min(end + 1, line.size())));
  }, '\n');
  for (auto& command : commands)
    if (const auto at = lines.find(command.facts.name); at != lines.end()) note(command, at->second);
}

}  // namespace welkin::commands
