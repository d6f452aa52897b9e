// Signs requests, and makes who sends them.
#include "door.hpp"

#include "api/cloudstack/signature.hpp"

namespace welkin::simulation {

Request signed_request(const Keys& keys, std::string_view command, Pairs parameters) {
  Request request;
  request.source = "192.0.2.7";
  request.parameters = std::move(parameters);
  request.parameters.emplace_back("command", command);
  request.parameters.emplace_back("response", "json");
  request.parameters.emplace_back("apikey", keys.api);
  const auto text = api::cloudstack::text_to_sign(request.parameters);
  request.parameters.emplace_back("signature", api::cloudstack::sign_sha1(Secret(keys.secret), text));
  return request;
}

Reply Door::signed_by(const Keys& keys, std::string_view command, Pairs parameters) {
  return ask(signed_request(keys, command, std::move(parameters)));
}

Request page_request(const Browser& browser, std::string_view command, Pairs parameters, bool post) {
  Request request;
  request.post = post;
  request.source = "192.0.2.7";
  request.host = "cloud.example.org";
  request.origin = browser.origin;
  request.agent = browser.agent;
  request.cookies = browser.cookies;
  request.parameters = std::move(parameters);
  request.parameters.emplace_back("command", command);
  request.parameters.emplace_back("response", "json");
  if (!browser.key.empty()) request.parameters.emplace_back("sessionkey", browser.key);
  return request;
}

Reply Door::by(const Browser& browser, std::string_view command, Pairs parameters, bool post) {
  return ask(page_request(browser, command, std::move(parameters), post));
}

Reply Door::login(Browser& browser, const Person& person, std::string_view password) {
  auto request = page_request(browser, "login", {{"username", person.name}, {"password", std::string(password)},
                                                 {"domainid", person.domain}});
  auto reply = ask(request);
  if (reply.status != 200) return reply;
  browser.cookies.clear();
  for (const auto& [name, value] : reply.headers) {
    if (name != "Set-Cookie") continue;
    const auto equal = value.find('=');
    browser.cookies.emplace_back(value.substr(0, equal), value.substr(equal + 1, value.find(';') - equal - 1));
  }
  const JsonDocument document(reply.body);
  browser.key = document.root()["loginresponse"]["sessionkey"].text();
  return reply;
}

namespace {
Pairs someone(const std::string& name) {
  return {{"username", name},     {"password", std::string(password_of_all)}, {"firstname", name},
          {"lastname", "Tester"}, {"email", name + "@example.org"}};
}
}  // namespace

Person make_person(World& world, const std::string& name, const std::string& type, const std::string& domain) {
  Person out;
  out.name = name;
  out.domain = domain.empty() && type != "1" ? world.made("createDomain", {{"name", name + "'s"}}) : domain;
  auto wish = someone(name);
  wish.emplace_back("accounttype", type);
  if (!out.domain.empty()) wish.emplace_back("domainid", out.domain);
  const auto text = world.call("createAccount", wish).text;
  const JsonDocument document(text);
  out.account = document.root()["id"].text();
  out.domain = document.root()["domainid"].text();
  out.user = Id<model::User>::parse(document.root()["user"].at(0)["id"].text()).value();
  return out;
}

Person make_fellow(World& world, const Person& person, const std::string& name) {
  auto out = person;
  out.name = name;
  auto wish = someone(name);
  wish.emplace_back("domainid", person.domain);
  wish.emplace_back("account", person.name);
  out.user = Id<model::User>::parse(world.made("createUser", wish)).value();
  return out;
}

Keys make_keys(World& world, const Id<model::User>& user, Pairs further) {
  further.emplace_back("id", user.text());
  const auto result = world.job(world.call("registerUserKeys", std::move(further)).job).result;
  const JsonDocument document(result);
  const auto keys = document.root()["userkeys"];
  return {std::string(keys["id"].text()), std::string(keys["apikey"].text()), std::string(keys["secretkey"].text())};
}

std::optional<Error> refusal_of(World& world, std::string_view command, const Pairs& parameters) {
  try {
    world.call(command, parameters);
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

}  // namespace welkin::simulation
