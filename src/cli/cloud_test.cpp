// Calls, sessions, pages and jobs against a server that says what it is told.
#include "cli/cloud.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "base/fault_of_test.hpp"
#include "cli/call.hpp"
#include "cli/catalogue_for_tests.hpp"
#include "cli/interrupt.hpp"
#include "cli/job.hpp"
#include "cli/pretender_for_tests.hpp"
#include "net/certificate_test.hpp"

namespace welkin::cli {

TEST(Cloud, answers_what_is_in_the_envelope) {
  Pretender server([](const auto&) { return says(R"({"listzonesresponse":{"count":0}})"); });
  EXPECT_EQ(Cloud(server.profile()).call("listZones").size(), 1u);
}

TEST(Cloud, puts_nothing_into_the_url) {
  Pretender server([](const auto&) { return says(R"({"r":{}})"); });
  Cloud(server.profile()).call("listZones", {{"name", "x"}});
  const auto request = server.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/client/api");
  EXPECT_NE(request.body.find("signature="), std::string::npos);
  EXPECT_EQ(request.body.find("secret"), std::string::npos);
}

TEST(Cloud, tells_what_the_api_refuses) {
  Pretender server([](const auto&) {
    return says(R"({"r":{"uuidList":[],"errorcode":431,"errortext":"no such zone"}})", 431);
  });
  try {
    Cloud(server.profile()).call("listZones");
    FAIL();
  } catch (const Refused& refused) {
    EXPECT_EQ(refused.code, 431);
    EXPECT_EQ(refused.message, "listZones failed with 431: no such zone");
  }
}

TEST(Cloud, knows_what_is_no_api) {
  for (const auto* body : {"<html>", "{}", "[]", R"({"a":1})", R"({"a":{},"b":{}})"}) {
    Pretender server([&](const auto&) { return says(body); });
    EXPECT_EQ(fault_of([&] { Cloud(server.profile()).call("listZones"); }), Fault::unreachable) << body;
  }
}

TEST(Cloud, does_not_follow_a_redirect_with_what_it_signed) {
  Pretender server([](const auto&) {
    auto out = says("", 307);
    out.headers.add("Location", "http://127.0.0.1:1/");
    return out;
  });
  EXPECT_NE(complaint_of([&] {
              Cloud(server.profile()).call("listZones");
            }).find("sends on to 'http://127.0.0.1:1/'"),
            std::string::npos);
}

TEST(Cloud, logs_in_and_out_where_there_are_no_keys) {
  Pretender server([](const Pretender::Parameters& parameters) {
    auto out = says(R"({"r":{"sessionkey":"S"}})");
    if (parameters.at("command") == "login")
      out.headers.add("Set-Cookie", "JSESSIONID=J; Path=/client; HttpOnly"),
          out.headers.add("Set-Cookie", "sessionkey=S; HttpOnly");
    return out;
  });
  Cloud(server.profile(false)).call("listZones");
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_NE(requests[0].body.find("command=login"), std::string::npos);
  EXPECT_EQ(requests[1].headers.get("Cookie"), "JSESSIONID=J; sessionkey=S");
  EXPECT_NE(requests[1].body.find("sessionkey=S"), std::string::npos);
  EXPECT_NE(requests[2].body.find("command=logout"), std::string::npos);
}

TEST(Cloud, believes_an_unknown_certificate_only_when_told_to) {
  const auto certificate = net::make_certificate("IP:127.0.0.1");
  Pretender server([](const auto&) { return says(R"({"r":{}})"); },
                   net::tls_server(certificate.pem, certificate.key_pem));
  auto profile = server.profile();
  EXPECT_NE(complaint_of([&] { Cloud(profile).call("listZones"); }).find("verify=false"), std::string::npos);
  profile.verify = false;
  EXPECT_TRUE(Cloud(profile).call("listZones").empty());
}

TEST(Pages, are_fetched_until_one_is_not_full) {
  Pretender server([](const Pretender::Parameters& parameters) {
    boost::json::array rows;
    for (int i = 0; i < (parameters.at("page") == "3" ? 7 : 500); ++i)
      rows.push_back(boost::json::object{{"id", i}});
    EXPECT_EQ(parameters.at("pagesize"), "500");
    return says(boost::json::serialize(
        boost::json::object{{"r", boost::json::object{{"count", 1007}, {"zone", rows}}}}));
  });
  Cloud cloud(server.profile());
  const auto catalogue = small_catalogue();
  const auto all = all_pages(cloud, *catalogue.find("listvirtualmachines"), {});
  EXPECT_EQ(all.at("count").to_number<int>(), 1007);
  EXPECT_EQ(all.at("zone").as_array().size(), 1007u);
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST(Job, ends_with_its_result) {
  int asked = 0;
  Pretender server([&](const auto&) {
    return says(++asked < 3 ? R"({"r":{"jobstatus":0}})"
                            : R"({"r":{"jobstatus":1,"jobresult":{"zone":{"id":"1"}}}})");
  });
  Cloud cloud(server.profile());
  EXPECT_TRUE(wait_for_job(cloud, "createZone", "J", std::nullopt).contains("zone"));
  EXPECT_EQ(asked, 3);
}

TEST(Job, fails_with_its_text) {
  Pretender server([](const auto&) {
    return says(R"({"r":{"jobstatus":2,"jobresult":{"errorcode":533,"errortext":"no place"}}})");
  });
  Cloud cloud(server.profile());
  EXPECT_EQ(complaint_of([&] { wait_for_job(cloud, "deployVirtualMachine", "J", std::nullopt); }),
            "deployVirtualMachine failed with 533: no place");
}

TEST(Job, is_left_alone_when_the_time_is_over) {
  Pretender server([](const auto&) { return says(R"({"r":{"jobstatus":0}})"); });
  Cloud cloud(server.profile());
  try {
    wait_for_job(cloud, "createZone", "J-1", std::chrono::duration<double>(0.1));
    FAIL();
  } catch (const LeftAlone& left) {
    EXPECT_EQ(left.status, 1);
    EXPECT_NE(left.message.find("The job J-1 goes on"), std::string::npos);
  }
}

TEST(Job, is_left_alone_at_an_interrupt) {
  Pretender server([](const auto&) { return says(R"({"r":{"jobstatus":0}})"); });
  Cloud cloud(server.profile());
  catch_interrupt();
  const std::jthread user([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    std::raise(SIGINT);
  });
  try {
    wait_for_job(cloud, "createZone", "J-1", std::nullopt);
    FAIL();
  } catch (const LeftAlone& left) {
    EXPECT_EQ(left.status, interrupted_status);
    EXPECT_NE(left.message.find("The job J-1 goes on"), std::string::npos);
  }
}

}  // namespace welkin::cli
