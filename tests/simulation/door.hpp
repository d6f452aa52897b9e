// The API's door: requests as they come over HTTP, answered by the dialect of a world's server.
#pragma once

#include "api/cloudstack/dialect.hpp"
#include "user.hpp"

namespace welkin::simulation {

using api::cloudstack::Reply;
using api::cloudstack::Request;

struct Keys {
  std::string id, api, secret;
};

/// Somebody with an account; the password is `password_of_all`.
struct Person {
  Id<model::User> user;
  std::string account, domain, name;
};
inline constexpr std::string_view password_of_all = "kept secret";

/// A browser that keeps its cookies, and the key that its page has got.
struct Browser {
  std::vector<std::pair<std::string, std::string>> cookies;
  std::string key;
  std::string origin = "https://cloud.example.org";
  std::string agent = "Mozilla/5.0";
};

class Door {
 public:
  explicit Door(World& world) : dialect_(world.cloud(), world.dispatcher()) {}

  Reply ask(const Request& request) { return dialect_.handle(request); }
  /// Signed with these keys, by GET.
  Reply signed_by(const Keys& keys, std::string_view command, Pairs parameters = {});
  int status(const Keys& keys, std::string_view command, Pairs parameters = {}) {
    return signed_by(keys, command, std::move(parameters)).status;
  }
  /// Logs in; what the browser has of a session before is sent along.
  Reply login(Browser& browser, const Person& person, std::string_view password = password_of_all);
  Reply by(const Browser& browser, std::string_view command, Pairs parameters = {}, bool post = true);

 private:
  api::cloudstack::Dialect dialect_;
};

/// A browser's request, ready to be tampered with.
Request page_request(const Browser& browser, std::string_view command, Pairs parameters = {}, bool post = true);
/// The request of a signed call, ready to be tampered with.
Request signed_request(const Keys& keys, std::string_view command, Pairs parameters);

/// Made by the world's caller. `type` is the account's: 0 user, 1 root, 2 domain administrator. In a domain of its own,
/// unless one is named.
Person make_person(World& world, const std::string& name, const std::string& type, const std::string& domain = {});
/// A further user of the person's account.
Person make_fellow(World& world, const Person& person, const std::string& name);
/// A pair registered by the world's caller.
Keys make_keys(World& world, const Id<model::User>& user, Pairs further = {});

/// What the call is refused with; nothing when it is not.
std::optional<Error> refusal_of(World& world, std::string_view command, const Pairs& parameters);

}  // namespace welkin::simulation
