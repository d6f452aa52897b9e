// Completion with options set apart and ids fetched from the cloud.
#include "cli/tab.hpp"

#include "cli/answer.hpp"
#include "cli/cache.hpp"
#include "cli/choice.hpp"
#include "cli/completion.hpp"
#include "cli/width.hpp"

namespace welkin::cli {

namespace {
using Words = std::vector<std::string>;
constexpr Patience short_patience{std::chrono::milliseconds(1000), std::chrono::milliseconds(2500)};
constexpr std::size_t note_columns = 60;

bool takes_value(const std::string& word) {
  for (const auto* option :
       {"-o", "--output", "-f", "--filter", "-p", "--profile", "--admin-file", "--timeout"})
    if (word == option) return true;
  return false;
}

/// The typed line: its options apart from its words.
struct Line {
  Words words;
  std::string pending;  ///< the option whose value is being typed
  Options options;
};

Line read(const Words& typed) {
  Line out;
  for (std::size_t i = 0; i < typed.size(); ++i) {
    const bool last = i + 1 == typed.size();
    if (!last && takes_value(typed[i])) {
      if (i + 2 == typed.size()) out.pending = typed[i];
      const auto& value = typed[++i];
      if (typed[i - 1] == "-p" || typed[i - 1] == "--profile") out.options.profile = value;
      if (typed[i - 1] == "--admin-file") out.options.admin_file = value;
      if (i + 1 == typed.size()) out.words.push_back(value);
    } else if (last || !typed[i].starts_with('-')) {
      out.words.push_back(typed[i]);
    }
  }
  return out;
}

std::vector<Candidate> option_values(const Line& line, const Environment& environment) {
  std::vector<Candidate> all, out;
  if (line.pending == "-o" || line.pending == "--output") all = {{"csv", ""}, {"json", ""}, {"table", ""}};
  if (line.pending == "-p" || line.pending == "--profile")
    for (const auto& name : Profiles(profile_file(environment)).names()) all.push_back({name, ""});
  for (const auto& one : all)
    if (one.word.starts_with(line.words.back())) out.push_back(one);
  return out;
}

std::vector<Candidate> options_like(const std::string& typed) {
  std::vector<Candidate> out;
  for (const auto& [name, note] : option_names())
    if (name.starts_with(typed)) out.push_back({name, note});
  return out;
}

std::string name_in(const boost::json::object& row) {
  for (const auto* field : {"displayname", "name", "ipaddress", "username", "path", "description"})
    if (auto text = cell(row, field); !text.empty()) return text;
  return "";
}

/// The first page of what there is; what a listing insists on is given where it is known.
std::vector<Candidate> listed(Cloud& cloud, const Api& listing) {
  net::TextPairs parameters;
  if (listing.find("page") && listing.find("pagesize")) parameters = {{"page", "1"}, {"pagesize", "100"}};
  if (listing.find("listall")) parameters.emplace_back("listall", "true");
  for (const auto* filter : {"templatefilter", "isofilter"})
    if (listing.find(filter)) parameters.emplace_back(filter, "executable");
  std::vector<Candidate> out;
  for (const auto& row : read_answer(cloud.call(listing.name, parameters), true).rows)
    if (const auto id = cell(row, "id"); !id.empty()) out.push_back({id, name_in(row)});
  return out;
}

std::vector<Candidate> candidates(const Words& typed, const Environment& environment) {
  const auto line = read(typed);
  if (!line.pending.empty()) return option_values(line, environment);
  if (!line.words.empty() && line.words.back().starts_with('-')) return options_like(line.words.back());
  const auto& words = line.words;
  if (words.size() == 3 && words[0] == "profile" && words[1] != "import" && words[1] != "list") {
    Line names{{words[2]}, "--profile", {}};
    return option_values(names, environment);
  }
  Cloud cloud(choose_profile(line.options, environment), short_patience);
  return complete_command(catalogue_of(cloud, environment), words,
                          [&](const Api& listing) { return listed(cloud, listing); });
}
}  // namespace

std::string complete(const Words& words, const Environment& environment) {
  std::string out;
  try {
    for (const auto& one : candidates(words, environment))
      if (is_safe(one.word))
        out += one.word + (one.note.empty() ? "" : "\t" + cut(harmless(one.note), note_columns)) + "\n";
  } catch (const std::exception&) {
    // The line that is being typed is no place for complaints.
  }
  return out;
}

}  // namespace welkin::cli
