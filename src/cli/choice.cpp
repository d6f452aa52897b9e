// Chooses a profile.
#include "cli/choice.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "net/digest.hpp"
#include "net/web_address.hpp"

namespace welkin::cli {

namespace {
/// A name for what has none, so that each has a cache of its own.
std::string made_up_name(const Profile& profile) {
  return "." + net::sha256_hex(identity_of(profile)).substr(0, 16);
}

Profile from_file(const Options& options, const Environment& environment) {
  const auto wanted = options.profile.empty() ? environment("WELKIN_PROFILE") : options.profile;
  const Profiles profiles(profile_file(environment));
  const auto name = wanted.empty() ? profiles.current() : wanted;
  if (name.empty()) return {};
  if (profiles.is_open_to_others())
    fmt::print(stderr, "welkin: others can read '{}', which holds secrets; run `chmod 600` on it.\n",
               profiles.file());
  return profiles.get(name);
}

void override_by(const Environment& environment, Profile& profile) {
  const auto endpoint = environment("WELKIN_ENDPOINT"), key = environment("WELKIN_APIKEY"),
             secret = environment("WELKIN_SECRETKEY");
  if (!endpoint.empty()) profile.endpoint = endpoint;
  if (!key.empty()) profile.api_key = key;
  if (!secret.empty()) profile.secret_key = Secret(secret);
  if (!endpoint.empty() || !key.empty() || !secret.empty()) profile.name.clear();
}

void check(const Profile& profile) {
  if (profile.endpoint.empty())
    throw Error(Fault::invalid,
                "No cloud is named; give --admin-file, set WELKIN_ENDPOINT, or make a profile by `welkin "
                "profile set NAME "
                "endpoint=… apikey=… secretkey=…`.");
  const bool keys = !profile.api_key.empty() && !profile.secret_key.empty();
  if (!keys && (profile.username.empty() || profile.password.empty()))
    throw Error(Fault::unauthorized, fmt::format("Nothing says who is calling '{}'; give the profile apikey "
                                                 "and secretkey, or username and password.",
                                                 profile.endpoint));
}
}  // namespace

std::string profile_file(const Environment& environment) { return config_directory(environment) + "/config"; }

Profile choose_profile(const Options& options, const Environment& environment) {
  Profile out;
  if (options.admin_file.empty()) {
    out = from_file(options, environment);
    override_by(environment, out);
  } else {
    out = read_admin_file(options.admin_file);
    out.name.clear();
  }
  check(out);
  out.endpoint = full_endpoint(out.endpoint);
  if (out.name.empty()) out.name = made_up_name(out);
  return out;
}

std::string full_endpoint(const std::string& endpoint) {
  auto address = net::parse_web_address(endpoint.contains("://") ? endpoint : "http://" + endpoint);
  if (address.target.empty() || address.target == "/") address.target = "/client/api";
  return address.text();
}

std::string identity_of(const Profile& profile) {
  return fmt::format("{} {} {} {}", profile.endpoint, profile.api_key, profile.username, profile.domain);
}

}  // namespace welkin::cli
