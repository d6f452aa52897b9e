// What a cloud can be asked, as its listApis tells.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace welkin::cli {

struct Parameter {
  std::string name, type, description;
  bool required = false;
};

struct Api {
  std::string name, description;
  bool is_async = false;
  std::vector<std::string> related;  ///< commands with the same answer
  std::vector<Parameter> parameters;
  std::vector<std::string> fields;  ///< of the answer

  std::string verb() const;
  std::string noun() const;  ///< lower case
  /// As it is typed: `list virtualmachines`.
  std::string spoken() const;
  /// Null when there is none. `name` in lower case.
  const Parameter* find(std::string_view name) const;
};

class Catalogue final {
 public:
  /// Reads the `api` list of listApis's answer; what has no name is left out.
  explicit Catalogue(const boost::json::array& apis);

  /// By verb and noun without a blank, any case, the noun in singular or plural. Null when there is none.
  const Api* find(std::string_view words) const;
  /// By name.
  const std::vector<Api>& all() const { return apis_; }
  std::vector<std::string> verbs() const;
  std::vector<const Api*> of_verb(std::string_view verb) const;

 private:
  const Api* exactly(const std::string& name) const;

  std::vector<Api> apis_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

/// A command, and the words behind it.
struct Spoken {
  const Api* api;
  std::vector<std::string> rest;
};
/// Throws `invalid` with the nearest names when the words name no command.
Spoken understand(const Catalogue& catalogue, const std::vector<std::string>& words);

}  // namespace welkin::cli
