// listApis's answer as structs, and the way from words to a command.
#include "cli/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "cli/words.hpp"

namespace welkin::cli {

namespace json = boost::json;

namespace {
std::string text(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

bool flag(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  return value && value->is_bool() && value->get_bool();
}

template <class Visit>
void each_object(const json::object& from, std::string_view key, Visit visit) {
  const auto* list = from.if_contains(key);
  if (!list || !list->is_array()) return;
  for (const auto& one : list->get_array())
    if (one.is_object()) visit(one.get_object());
}

Api read(const json::object& from) {
  Api out{text(from, "name"),
          text(from, "description"),
          flag(from, "isasync"),
          split(text(from, "related"), ','),
          {},
          {}};
  each_object(from, "params", [&](const json::object& one) {
    out.parameters.push_back(
        {lower_case(text(one, "name")), text(one, "type"), text(one, "description"), flag(one, "required")});
  });
  each_object(from, "response", [&](const json::object& one) {
    if (!text(one, "description").starts_with("Not answered yet: ")) out.fields.push_back(text(one, "name"));
  });
  // WHY sorted: clouds list parameters in any order; what must be given is of most interest.
  std::ranges::sort(out.parameters, {},
                    [](const Parameter& one) { return std::pair(!one.required, one.name); });
  return out;
}

/// The other grammatical numbers of a name.
std::vector<std::string> other_numbers(const std::string& name) {
  std::vector<std::string> out{name + "s", name + "es"};
  if (name.ends_with('y')) out.push_back(name.substr(0, name.size() - 1) + "ies");
  if (name.ends_with("ies")) out.push_back(name.substr(0, name.size() - 3) + "y");
  if (name.ends_with("es")) out.push_back(name.substr(0, name.size() - 2));
  if (name.ends_with('s')) out.push_back(name.substr(0, name.size() - 1));
  return out;
}

[[noreturn]] void fail(const Catalogue& catalogue, const std::vector<std::string>& words) {
  if (words.empty())
    throw Error(Fault::invalid, "No command is named; say verb and noun first, such as `welkin list zones`.");
  if (words.size() == 1 && !catalogue.of_verb(words[0]).empty())
    throw Error(Fault::invalid,
                fmt::format("'{0}' needs a noun; `welkin help {0}` lists them.", lower_case(words[0])));
  std::string joined;
  for (const auto& word : words) joined += word;
  std::vector<std::string> names;
  for (const auto& api : catalogue.all()) names.push_back(api.name);
  std::vector<std::string> near;
  for (const auto& name : nearest(joined, names)) near.push_back(catalogue.find(name)->spoken());
  throw Error(
      Fault::invalid,
      fmt::format(
          "There is no command '{}'.{} `welkin api` lists all, and `welkin sync` fetches the list anew.",
          fmt::join(words, " "),
          near.empty() ? "" : fmt::format(" Did you mean '{}'?", fmt::join(near, "', '"))));
}
}  // namespace

std::string Api::verb() const {
  const auto end = std::ranges::find_if(name, [](char letter) { return letter >= 'A' && letter <= 'Z'; });
  return {name.begin(), end};
}
std::string Api::noun() const { return lower_case(std::string_view(name).substr(verb().size())); }
std::string Api::spoken() const { return noun().empty() ? name : verb() + " " + noun(); }

const Parameter* Api::find(std::string_view wanted) const {
  const auto at = std::ranges::find(parameters, wanted, &Parameter::name);
  return at == parameters.end() ? nullptr : &*at;
}

Catalogue::Catalogue(const json::array& apis) {
  for (const auto& one : apis)
    if (one.is_object() && !text(one.get_object(), "name").empty()) apis_.push_back(read(one.get_object()));
  std::ranges::sort(apis_, {}, &Api::name);
  for (std::size_t i = 0; i < apis_.size(); ++i) by_name_.emplace(lower_case(apis_[i].name), i);
}

const Api* Catalogue::exactly(const std::string& name) const {
  const auto at = by_name_.find(name);
  return at == by_name_.end() ? nullptr : &apis_[at->second];
}

const Api* Catalogue::find(std::string_view words) const {
  const auto name = lower_case(words);
  if (const auto* api = exactly(name)) return api;
  for (const auto& other : other_numbers(name))
    if (const auto* api = exactly(other)) return api;
  return nullptr;
}

std::vector<std::string> Catalogue::verbs() const {
  std::vector<std::string> out;
  for (const auto& api : apis_) out.push_back(api.verb());
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

std::vector<const Api*> Catalogue::of_verb(std::string_view verb) const {
  std::vector<const Api*> out;
  for (const auto& api : apis_)
    if (api.verb() == lower_case(verb)) out.push_back(&api);
  return out;
}

Spoken understand(const Catalogue& catalogue, const std::vector<std::string>& words) {
  const auto end = std::ranges::find_if(words, [](const std::string& word) { return word.contains('='); });
  for (auto last = end; last != words.begin(); --last) {
    std::string joined;
    for (auto word = words.begin(); word != last; ++word) joined += *word;
    if (const auto* api = catalogue.find(joined)) return {api, {last, words.end()}};
  }
  fail(catalogue, {words.begin(), end});
}

}  // namespace welkin::cli
