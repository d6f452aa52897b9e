// The document says of each command what the command says of itself, and refers to nothing that it lacks.
#include "api/cloudstack/openapi.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/json.hpp"
#include "commands/index.hpp"

namespace welkin::api::cloudstack {
namespace {

const std::vector<commands::Command>& all() {
  static const auto commands = commands::all_commands();
  return commands;
}
const std::string& text() {
  static const auto text = openapi_of(all());
  return text;
}
/// The one operation that a command's path has.
Json operation_of(const JsonDocument& document, std::string_view name) {
  const auto path = document.root()["paths"][fmt::format("/client/api/{}", name)];
  return path.size() == 1 ? path["get"].is_null() ? path["post"] : path["get"] : Json();
}
void each_reference(Json node, const std::function<void(std::string_view)>& visit) {
  node.each_member([&](std::string_view key, Json value) {
    if (key == "$ref" && value.is_text()) visit(value.text());
    each_reference(value, visit);
  });
  if (node.is_list())
    for (std::size_t i = 0; i < node.size(); ++i) each_reference(node.at(i), visit);
}

TEST(OpenApi, every_command_has_a_path_and_login_and_logout_besides) {
  const JsonDocument document(text());
  EXPECT_EQ(document.root()["openapi"].text(), "3.1.0");
  EXPECT_EQ(document.root()["paths"].size(), all().size() + 2);
  for (const auto& command : all()) {
    const auto operation = operation_of(document, command.facts.name);
    EXPECT_EQ(operation["operationId"].text(), command.facts.name);
    EXPECT_EQ(operation["x-asynchronous"].boolean(), command.is_async()) << command.facts.name;
  }
}

TEST(OpenApi, all_that_is_referred_to_is_there) {
  const JsonDocument document(text());
  const auto components = document.root()["components"];
  int seen = 0;
  each_reference(document.root(), [&](std::string_view reference) {
    ++seen;
    const auto slash = reference.rfind('/');
    const auto kind = reference.substr(std::string_view("#/components/").size(), slash - 13);
    EXPECT_TRUE(components[kind][reference.substr(slash + 1)].is_object()) << reference;
  });
  EXPECT_GT(seen, 500);
}

TEST(OpenApi, answers_have_names_of_their_own) {
  std::map<std::string_view, const Shape*> known;
  const std::function<void(const Shape&)> visit = [&](const Shape& shape) {
    const auto [at, fresh] = known.emplace(shape.name, &shape);
    EXPECT_EQ(at->second, &shape) << "two answers are called " << shape.name;
    if (!fresh) return;
    for (const auto& field : shape.fields)
      if (field.type->shape) visit(field.type->shape());
  };
  for (const auto& command : all()) visit(command.answer());
}

TEST(OpenApi, parameters_say_what_they_take) {
  const JsonDocument document(text());
  const auto content = operation_of(document, "createAccount")["requestBody"]["content"];
  const auto form = content["application/x-www-form-urlencoded"]["schema"];
  EXPECT_EQ(form["properties"]["username"]["type"].text(), "string");
  EXPECT_EQ(form["properties"]["username"]["maxLength"].integer(), 255);
  EXPECT_EQ(form["properties"]["domainid"]["format"].text(), "uuid");
  EXPECT_EQ(form["properties"]["dryrun"]["type"].text(), "boolean");
  bool details = false;
  form["patternProperties"].each_member([&](std::string_view name, Json) { details |= name.starts_with("^accountdetails"); });
  EXPECT_TRUE(details);
  std::set<std::string_view> required;
  for (std::size_t i = 0; i < form["required"].size(); ++i) required.insert(form["required"].at(i).text());
  EXPECT_TRUE(required.contains("username") && required.contains("password") && !required.contains("domainid"));
}

TEST(OpenApi, nobody_fetches_twice_what_has_not_changed) {
  const Description description(all());
  net::HttpRequest request;
  const auto first = description.answer(request);
  ASSERT_TRUE(first.shared_body);
  EXPECT_EQ(*first.shared_body, text());
  net::HttpRequest thrifty;
  thrifty.headers.add("Accept-Encoding", "gzip, br");
  const auto small = description.answer(thrifty);
  EXPECT_EQ(small.headers.get("content-encoding"), "gzip");
  EXPECT_LT(small.shared_body->size(), text().size() / 5);
  request.headers.add("If-None-Match", first.headers.get("etag"));
  const auto second = description.answer(request);
  EXPECT_EQ(second.status, 304);
  EXPECT_FALSE(second.shared_body);
}

}  // namespace
}  // namespace welkin::api::cloudstack
