// The catalogue's file.
#include "cli/cache.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "cli/arguments.hpp"
#include "cli/choice.hpp"
#include "net/digest.hpp"

namespace welkin::cli {

namespace json = boost::json;

namespace {
std::string file_of(const Profile& profile, const Environment& environment) {
  return cache_directory(environment) + "/" + profile.name + ".json";
}
std::string stamp_of(const Profile& profile) { return net::sha256_hex(identity_of(profile)); }

/// The kept list; empty when it is absent, damaged or somebody else's.
json::array kept(const Profile& profile, const Environment& environment) {
  try {
    const auto whole = json::parse(read_whole_file(file_of(profile, environment))).as_object();
    if (whole.at("for").as_string() == stamp_of(profile)) return whole.at("api").as_array();
  } catch (const std::exception&) {
    // A cache that cannot be used is made anew.
  }
  return {};
}

void keep(const Profile& profile, const Environment& environment, const json::array& apis) {
  try {
    replace_file(file_of(profile, environment),
                 json::serialize(json::object{{"for", stamp_of(profile)}, {"api", apis}}));
  } catch (const Error& error) {
    fmt::print(stderr, "welkin: {} The list of commands will be fetched again.\n", error.message);
  }
}
}  // namespace

Catalogue fetch_catalogue(Cloud& cloud, const Environment& environment) {
  const auto answer = cloud.call("listApis");
  const auto* apis = answer.if_contains("api");
  if (!apis || !apis->is_array())
    throw Error(Fault::unreachable,
                fmt::format("'{}' lists no commands for this caller.", cloud.profile().endpoint));
  keep(cloud.profile(), environment, apis->get_array());
  return Catalogue(apis->get_array());
}

Catalogue catalogue_of(Cloud& cloud, const Environment& environment) {
  const auto apis = kept(cloud.profile(), environment);
  return apis.empty() ? fetch_catalogue(cloud, environment) : Catalogue(apis);
}

}  // namespace welkin::cli
