// The beat of refusals.
#include "api/cloudstack/http.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace welkin::api::cloudstack
