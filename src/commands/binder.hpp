// From a request's names and texts to a described request struct: types, lengths, lists, maps, required parameters, and
// references fetched and authorized.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "access/reference.hpp"
#include "base/described.hpp"
#include "sql/database.hpp"

namespace welkin::commands {

/// A request's parameters. Names are lower-cased up to a bracket; of several with one name the last counts.
class Parameters {
 public:
  explicit Parameters(const std::vector<std::pair<std::string, std::string>>& pairs);

  /// Null when absent.
  const std::string* find(std::string_view wire) const;
  /// Entries of `name[index].field=value`, by index. Throws `invalid` for a malformed name.
  std::map<int, std::vector<std::pair<std::string, std::string>>> entries(std::string_view wire) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// A malformed array name; dialects answer it with a code of its own.
inline constexpr std::string_view malformed_name = "malformed parameter name";

/// True for parameters of the way a call is carried, not of what is asked.
bool is_carriage(std::string_view wire);
/// Parameters that every command takes which changes something, besides its own. Nothing declares them elsewhere.
struct Extra {
  std::string_view wire, type, documentation;
};
inline constexpr Extra of_every_change[] = {
    {"idempotencytoken", "string",
     "Any text of the caller's: the same call with the same token is done once in a day, and answered the same each time."},
    {"dryrun", "boolean", "Everything is checked and nothing is done; the answer is what it would be."}};
inline bool is_of_every_change(std::string_view wire) {
  return std::ranges::find(of_every_change, wire, &Extra::wire) != std::end(of_every_change);
}

/// True for a field that a request must have.
bool is_required(const Field& field);
/// Fills `request`. Throws `invalid` with the parameter as subject.
void bind(const Shape& shape, void* request, const Parameters& parameters, std::string_view command, bool root);
/// Fetches and authorizes all references of a bound request. Answers whose the first thing is that will be changed.
access::Owner resolve(const Shape& shape, void* request, sql::Transaction& tx, const access::Caller& caller);

}  // namespace welkin::commands
