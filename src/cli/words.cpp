// Edit distance by rows of the usual table.
#include "cli/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace welkin::cli {

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (auto& letter : out)
    if (letter >= 'A' && letter <= 'Z') letter = char(letter - 'A' + 'a');
  return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::size_t edit_distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> before, above(other.size() + 1), row(other.size() + 1);
  for (std::size_t j = 0; j <= other.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    before = std::exchange(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (one[i - 1] != other[j - 1])});
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row.back();
}

std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& known,
                                 std::size_t limit) {
  const auto wanted = lower_case(word.substr(0, 100));
  const auto mistakes_max = wanted.size() < 5 ? 1 : std::max<std::size_t>(2, wanted.size() / 4);
  auto best = mistakes_max;
  std::vector<std::string> spelled_alike, containing;
  for (const auto& name : known) {
    const auto candidate = lower_case(name);
    const auto distance = edit_distance(wanted, candidate);
    if (distance < best) spelled_alike.clear();
    best = std::min(best, distance);
    if (distance == best)
      spelled_alike.push_back(name);
    else if (wanted.size() >= 3 && candidate.contains(wanted))
      containing.push_back(name);
  }
  auto& out = spelled_alike.empty() ? containing : spelled_alike;
  std::ranges::sort(out, {}, [](const std::string& name) { return std::pair(name.size(), name); });
  out.erase(std::ranges::unique(out).begin(), out.end());
  if (out.size() > limit) out.resize(limit);
  return out;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const auto near = nearest(word, known);
  return near.empty() ? "" : fmt::format(" Did you mean '{}'?", fmt::join(near, "', '"));
}

}  // namespace welkin::cli
