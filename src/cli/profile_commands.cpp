// The verbs of profiles.
#include "cli/profile_commands.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/arguments.hpp"
#include "cli/render.hpp"
#include "cli/words.hpp"

namespace welkin::cli {

namespace {
using Words = std::vector<std::string>;

boost::json::object row_of(const Profile& profile, bool used) {
  const bool keys = !profile.api_key.empty();
  return {{"name", profile.name},
          {"used", used ? "yes" : ""},
          {"endpoint", profile.endpoint},
          {"as", keys ? "API key " + profile.api_key.substr(0, 8) + "…" : profile.username},
          {"verify", profile.verify ? "true" : "false"}};
}

std::string shown(const Options& options, const Rows& rows, std::size_t width) {
  if (options.format == Format::json) return json_text(boost::json::array(rows.begin(), rows.end()));
  const auto columns =
      options.columns.empty() ? Words{"name", "used", "endpoint", "as", "verify"} : options.columns;
  return options.format == Format::csv ? csv_text(rows, columns, width > 0)
                                       : table_text(rows, columns, width);
}

std::string list(const Options& options, const Profiles& profiles, std::size_t width) {
  Rows rows;
  for (const auto& name : profiles.names())
    rows.push_back(row_of(profiles.get(name), name == profiles.current()));
  return shown(options, rows, width);
}

const std::string& name_in(const Words& words) {
  if (words.size() < 2)
    throw Error(Fault::invalid,
                fmt::format("`welkin profile {0}` wants a name: `welkin profile {0} NAME`.", words[0]));
  return words[1];
}

void set(Profiles& profiles, const Words& words) {
  const auto& name = name_in(words);
  if (words.size() < 3)
    throw Error(Fault::invalid,
                "`welkin profile set NAME` wants key=value words, such as "
                "endpoint=https://cloud.example.org/client/api.");
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string::npos)
      throw Error(Fault::invalid, fmt::format("'{}' is not key=value.", words[i]), words[i]);
    auto value = value_of(words[i].substr(equals + 1));
    while (value.ends_with('\n')) value.pop_back();  // of a file that holds nothing but a key
    const auto key = lower_case(words[i].substr(0, equals));
    profiles.set(name, key, key == "endpoint" && !value.empty() ? full_endpoint(value) : value);
  }
  profiles.save();
}

void import(Profiles& profiles, const Words& words) {
  const auto& name = name_in(words);
  if (words.size() != 3)
    throw Error(Fault::invalid, "`welkin profile import NAME FILE` wants the cloud's admin.json.");
  const auto found = read_admin_file(words[2]);
  profiles.set(name, "endpoint", full_endpoint(found.endpoint));
  profiles.set(name, "apikey", found.api_key);
  profiles.set(name, "secretkey", found.secret_key.reveal());
  if (found.api_key.empty()) {  // WHY not both: keys need no session, and a password not kept cannot leak
    profiles.set(name, "username", found.username);
    profiles.set(name, "password", found.password.reveal());
  }
  profiles.save();
}

void warn_when_open(const Profiles& profiles) {
  if (profiles.is_open_to_others())
    fmt::print(stderr, "welkin: others can read '{}', which holds secrets; run `chmod 600` on it.\n",
               profiles.file());
}
}  // namespace

std::string profile_command(const Options& options, const Words& words, const Environment& environment,
                            std::size_t width) {
  const Words verbs{"list", "show", "set", "use", "remove", "import"};
  const auto verb = words.empty() ? "list" : lower_case(words[0]);
  Profiles profiles(profile_file(environment));
  if (verb == "list") return warn_when_open(profiles), list(options, profiles, width);
  if (verb == "show") {
    warn_when_open(profiles);
    const auto name = words.size() > 1          ? words[1]
                      : options.profile.empty() ? profiles.current()
                                                : options.profile;
    if (name.empty())
      throw Error(Fault::missing, "No profile is in use; `welkin profile use NAME` chooses one.");
    return shown(options, {row_of(profiles.get(name), name == profiles.current())}, width);
  }
  if (verb == "set") return set(profiles, words), "";
  if (verb == "import") return import(profiles, words), "";
  if (verb != "use" && verb != "remove")
    throw Error(Fault::invalid,
                fmt::format("`welkin profile` cannot '{}'; it can {}.{}", words[0], fmt::join(verbs, ", "),
                            suggestion(verb, verbs)),
                verb);
  verb == "use" ? profiles.use(name_in(words)) : profiles.remove(name_in(words));
  profiles.save();
  return "";
}

}  // namespace welkin::cli
