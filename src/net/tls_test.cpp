// HTTPS between our own client and server, with certificates made here.
#include "net/tls.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "net/certificate_test.hpp"
#include "net/client.hpp"
#include "net/talk_test.hpp"

namespace welkin::net {

namespace {
struct Site {
  explicit Site(const TestCertificate& certificate, HttpHandler handler = echo)
      : server({.tls = tls_server(certificate.pem, certificate.key_pem)}, std::move(handler)) {}
  std::string url(const std::string& host = "127.0.0.1") const {
    return "https://" + host + ":" + std::to_string(server.port()) + "/x";
  }
  HttpServer server;
};

HttpClient believing(const std::string& pem) { return HttpClient({.tls = tls_client(pem)}); }

Fault fault_of(const HttpClient& client, const std::string& url) {
  try {
    client.get(url);
  } catch (const Error& error) {
    return error.fault;
  }
  return Fault::internal;
}
}  // namespace

TEST(Tls, carries_requests_and_long_answers) {
  const auto certificate = make_certificate("IP:127.0.0.1");
  Site site(certificate, [](HttpRequest request, Responder respond) {
    EXPECT_TRUE(request.secure);
    respond(text_response(200, request.body + std::string(3 << 20, 'x')));
  });
  const auto client = believing(certificate.pem);
  const std::string sent(500'000, 'y');
  const auto answer = client.post(site.url(), sent, "text/plain");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.size(), sent.size() + (3 << 20) + 1);
  EXPECT_TRUE(answer.body.starts_with(sent));
}

TEST(Tls, answers_later_over_tls_too) {
  const auto certificate = make_certificate("IP:127.0.0.1");
  std::vector<std::jthread> workers;
  Site site(certificate, [&](HttpRequest request, Responder respond) {
    workers.emplace_back([request = std::move(request), respond = std::move(respond)]() mutable {
      echo(std::move(request), std::move(respond));
    });
  });
  EXPECT_EQ(believing(certificate.pem).get(site.url()).body, "GET /x \n");
}

TEST(Tls, believes_only_the_given_authorities) {
  const auto certificate = make_certificate("IP:127.0.0.1"), other = make_certificate("IP:127.0.0.1");
  Site site(certificate);
  EXPECT_EQ(fault_of(believing(other.pem), site.url()), Fault::unreachable);
  EXPECT_EQ(fault_of(HttpClient(), site.url()), Fault::unreachable);
  EXPECT_EQ(HttpClient({.tls = tls_client_unverified()}).get(site.url()).status, 200);
}

TEST(Tls, wants_the_certificate_to_bear_the_hosts_name) {
  const auto certificate = make_certificate("DNS:localhost");
  Site site(certificate);
  EXPECT_EQ(believing(certificate.pem).get(site.url("localhost")).status, 200);
  EXPECT_EQ(fault_of(believing(certificate.pem), site.url()), Fault::unreachable);
}

TEST(Tls, shows_a_renewed_certificate_to_new_connections) {
  const auto old = make_certificate("IP:127.0.0.1"), fresh = make_certificate("IP:127.0.0.1");
  Site site(old);
  site.server.renew(tls_server(fresh.pem, fresh.key_pem));
  EXPECT_EQ(believing(fresh.pem).get(site.url()).status, 200);
  EXPECT_EQ(fault_of(believing(old.pem), site.url()), Fault::unreachable);
}

TEST(Tls, cuts_a_client_that_never_shakes_hands) {
  const auto certificate = make_certificate("IP:127.0.0.1");
  HttpServer server({.tls = tls_server(certificate.pem, certificate.key_pem),
                     .request_max = std::chrono::milliseconds(50),
                     .sweep_every = std::chrono::milliseconds(10)},
                    echo);
  Talk silent(server.port());
  EXPECT_TRUE(silent.hears_the_end());
  Talk plain(server.port());
  plain.say(get_root);
  EXPECT_TRUE(plain.hears_the_end());
}

TEST(Tls, refuses_keys_and_certificates_that_are_none) {
  const auto one = make_certificate("IP:127.0.0.1"), other = make_certificate("IP:127.0.0.1");
  EXPECT_THROW(tls_server(one.pem, other.key_pem), Error);
  EXPECT_THROW(tls_server("no certificate", one.key_pem), Error);
  EXPECT_THROW(tls_client("no certificate"), Error);
  EXPECT_THROW(tls_server_from("/nonexistent", "/nonexistent"), Error);
}

}  // namespace welkin::net
