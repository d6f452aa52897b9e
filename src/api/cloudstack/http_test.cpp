// Paths that name commands, requests that cannot be read, and the beat of refusals.
#include "api/cloudstack/http.hpp"

#include <gtest/gtest.h>

#include "api/cloudstack/signature.hpp"
#include "base/fault_of_test.hpp"

namespace welkin::api::cloudstack {
namespace {

TEST(Http, refusals_are_given_on_a_beat_and_answers_at_once) {
  Request request;
  Reply reply;
  EXPECT_EQ(held_back(request, reply, 3ms), Duration::zero());
  reply.status = 431;
  EXPECT_EQ(held_back(request, reply, 1ms), 4ms);
  EXPECT_EQ(held_back(request, reply, 12ms), 3ms);
  request.parameters = {{"command", "login"}};
  EXPECT_EQ(held_back(request, reply, 60ms), 190ms);
}

net::HttpRequest get(std::string target) {
  net::HttpRequest request;
  request.method = "GET";
  request.target = std::move(target);
  return request;
}

TEST(Http, a_path_may_name_the_command) {
  const auto request = request_of(get("/client/api/listZones?name=x"));
  EXPECT_TRUE(request.named_by_path);
  EXPECT_EQ(*find(request.parameters, "command"), "listZones");
  EXPECT_EQ(*find(request.parameters, "name"), "x");
  EXPECT_FALSE(request_of(get("/client/api?command=listZones")).named_by_path);
  EXPECT_FALSE(request_of(get("/client/api/?command=listZones")).named_by_path);
}

TEST(Http, a_path_and_its_parameters_do_not_name_two_commands) {
  EXPECT_EQ(fault_of([] { request_of(get("/client/api/listZones?command=deleteZone")); }), Fault::invalid);
  EXPECT_EQ(request_of(get("/client/api/listZones?command=listZones")).parameters.size(), 1U);
}

TEST(Http, of_parameters_with_one_name_the_last_stays_and_the_query_is_last) {
  auto post = get("/client/api?b=query&c=1&c=2");
  post.method = "POST";
  post.headers.add("Content-Type", "application/x-www-form-urlencoded");
  post.body = "a=body&b=body&a=again";
  const net::TextPairs wanted = {{"a", "again"}, {"b", "query"}, {"c", "2"}};
  EXPECT_EQ(request_of(post).parameters, wanted);
}

TEST(Http, a_million_parameters_are_refused) {
  auto post = get("/client/api");
  post.method = "POST";
  post.headers.add("Content-Type", "application/x-www-form-urlencoded");
  for (int i = 0; i < 1'000'000; ++i) post.body += "a&";
  EXPECT_TRUE(request_of(post).parameters.empty()) << "names without a value are none";
  for (int i = 0; i < 1'000'000; ++i) post.body += "a=&";
  EXPECT_EQ(fault_of([&] { request_of(post); }), Fault::invalid);
}

TEST(Http, what_cannot_be_read_is_refused_in_the_form_that_was_asked_for) {
  const Error error(Fault::invalid, "Too much.");
  EXPECT_TRUE(unreadable(get("/client/api?a=%zz&response=json"), error).body.starts_with("{\"errorresponse\":{"));
  EXPECT_TRUE(unreadable(get("/client/api/listZones?a=%zz"), error).body.starts_with("{"));
  EXPECT_TRUE(unreadable(get("/client/api?a=%zz"), error).body.starts_with("<?xml"));
  EXPECT_EQ(unreadable(get("/client/api?a=%zz"), error).status, 431);
}

}  // namespace
}  // namespace welkin::api::cloudstack
