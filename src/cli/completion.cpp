// Completes from the catalogue.
#include "cli/completion.hpp"

#include <algorithm>

#include "cli/words.hpp"

namespace welkin::cli {

namespace {
using Words = std::vector<std::string>;
using Candidates = std::vector<Candidate>;

bool begins(std::string_view text, std::string_view prefix) {
  return lower_case(text).starts_with(lower_case(prefix));
}

Candidates sorted(Candidates found) {
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found, {}, &Candidate::word).begin(), found.end());
  return found;
}

Candidates verbs(const Catalogue& catalogue, const std::string& typed) {
  Candidates out;
  const Words own{"help", "api", "sync", "profile", "audit", "completion"};
  for (const auto& verb : own)
    if (begins(verb, typed)) out.push_back({verb, "of welkin itself"});
  for (const auto& verb : catalogue.verbs())
    if (begins(verb, typed)) out.push_back({verb, ""});
  return sorted(out);
}

Candidates nouns(const Catalogue& catalogue, const std::string& verb, const std::string& typed) {
  Candidates out;
  for (const auto* api : catalogue.of_verb(verb))
    if (!api->noun().empty() && begins(api->noun(), typed)) out.push_back({api->noun(), api->description});
  return sorted(out);
}

Candidates parameters(const Api& api, const Words& given, const std::string& typed) {
  Candidates out;
  for (const auto& one : api.parameters) {
    const auto start = one.name + "=";
    const bool there = std::ranges::any_of(given, [&](const auto& word) { return begins(word, start); });
    if (!there && begins(one.name, typed))
      out.push_back({one.type == "map" ? one.name + "[0]." : start,
                     (one.required ? "required: " : "") + one.description});
  }
  return sorted(out);
}

bool names_ids(const Parameter& parameter) {
  return parameter.type == "uuid" || parameter.name == "id" || parameter.name.ends_with("id") ||
         parameter.name.ends_with("ids");
}

Candidates values(const Catalogue& catalogue, const Api& api, const std::string& word, const Lister& list) {
  const auto equals = word.find('=');
  const auto* parameter = api.find(lower_case(std::string_view(word).substr(0, equals)));
  if (!parameter) return {};
  // Of a list, the last item is being typed; what precedes it stays.
  const auto comma = word.rfind(',');
  const auto start =
      std::max(equals + 1, comma == std::string::npos || parameter->type != "list" ? 0 : comma + 1);
  const auto kept = word.substr(0, start), typed = word.substr(start);
  Candidates out;
  if (parameter->type == "boolean")
    for (const auto* value : {"false", "true"})
      if (begins(value, typed)) out.push_back({kept + value, ""});
  if (!names_ids(*parameter)) return out;
  if (const auto* listing = listing_for(catalogue, api, *parameter))
    for (const auto& one : list(*listing))
      if (begins(one.word, typed) || begins(one.note, typed)) out.push_back({kept + one.word, one.note});
  return sorted(out);
}

std::string without_id(const std::string& name) {
  const auto tail = name.ends_with("ids") ? 3 : name.ends_with("id") ? 2 : 0;
  return name.substr(0, name.size() - std::size_t(tail));
}

/// The shortest list command whose noun ends so: `ipaddress` leads to listPublicIpAddresses.
const Api* list_ending_with(const Catalogue& catalogue, const std::string& noun) {
  const Api* best = nullptr;
  if (noun.size() < 3) return nullptr;
  for (const auto* api : catalogue.of_verb("list"))
    if ((api->noun().ends_with(noun + "s") || api->noun().ends_with(noun + "es")) &&
        (!best || api->name.size() < best->name.size()))
      best = api;
  return best;
}
}  // namespace

const Api* listing_for(const Catalogue& catalogue, const Api& api, const Parameter& parameter) {
  auto noun = without_id(parameter.name);
  if (noun.empty()) {
    const Api* best = api.verb() == "list" ? &api : nullptr;
    for (const auto& name : api.related)
      if (const auto* other = name.starts_with("list") ? catalogue.find(name) : nullptr;
          other && (!best || other->name.size() < best->name.size()))
        best = other;
    if (best) return best;
    noun = api.noun();
  }
  if (noun == "vm") noun = "virtualmachine";
  if (const auto* exact = catalogue.find("list" + noun)) return exact;
  return list_ending_with(catalogue, noun);
}

bool is_safe(std::string_view word) {
  return std::ranges::all_of(word, [](unsigned char letter) {
    return std::isalnum(letter) || std::string_view("._:/,=@[]+-").contains(char(letter));
  });
}

Candidates complete_command(const Catalogue& catalogue, const Words& words, const Lister& list) {
  if (words.empty()) return verbs(catalogue, "");
  auto earlier = Words(words.begin(), words.end() - 1);
  const auto& typed = words.back();
  const bool help = !earlier.empty() && earlier.front() == "help";
  if (help) earlier.erase(earlier.begin());
  if (earlier.empty()) return verbs(catalogue, typed);
  const auto own = [&](const Words& choices) {
    Candidates out;
    for (const auto& one : choices)
      if (earlier.size() == 1 && begins(one, typed)) out.push_back({one, ""});
    return out;
  };
  if (earlier.front() == "profile") return own({"import", "list", "remove", "set", "show", "use"});
  if (earlier.front() == "completion") return own({"bash", "fish", "zsh"});
  const auto* api = catalogue.find(earlier.front());
  if (!api && earlier.size() >= 2 && !earlier[1].contains('=')) api = catalogue.find(earlier[0] + earlier[1]);
  if (!api) return earlier.size() == 1 ? nouns(catalogue, earlier.front(), typed) : Candidates{};
  if (help) return {};
  return typed.contains('=') ? values(catalogue, *api, typed, list) : parameters(*api, earlier, typed);
}

}  // namespace welkin::cli
