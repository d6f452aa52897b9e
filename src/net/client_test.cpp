// The client against our own server, and against servers that misbehave.
#include "net/client.hpp"

#include <atomic>

#include "base/fault_of_test.hpp"
#include "net/talk_test.hpp"

namespace welkin::net {

namespace {
std::string at(const HttpServer& server, const std::string& path) {
  return "http://127.0.0.1:" + std::to_string(server.port()) + path;
}

HttpResponse redirect(int status, const std::string& location) {
  auto response = text_response(status, "elsewhere");
  response.headers.add("Location", location);
  return response;
}

/// A server of one connection that says what it is told, whatever it hears.
class Liar {
 public:
  explicit Liar(std::string words) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    EXPECT_EQ(::bind(socket_.fd(), reinterpret_cast<sockaddr*>(&where), size), 0);
    EXPECT_EQ(::listen(socket_.fd(), 1), 0);
    ::getsockname(socket_.fd(), reinterpret_cast<sockaddr*>(&where), &size);
    url = "http://127.0.0.1:" + std::to_string(ntohs(where.sin_port)) + "/";
    thread_ = std::jthread([this, words = std::move(words)] {
      Socket peer(::accept(socket_.fd(), nullptr, nullptr));
      char space[4096];
      if (::recv(peer.fd(), space, sizeof space, 0) <= 0) return;
      ::send(peer.fd(), words.data(), words.size(), MSG_NOSIGNAL);
      ::shutdown(peer.fd(), SHUT_WR);
      while (::recv(peer.fd(), space, sizeof space, 0) > 0) {
      }
    });
  }
  ~Liar() { ::shutdown(socket_.fd(), SHUT_RDWR); }
  std::string url;

 private:
  Socket socket_;
  std::jthread thread_;
};

HttpClient guarded(std::vector<std::string> allowed) {
  return HttpClient({.policy = std::make_shared<AddressPolicy>(std::vector<std::string>{}, allowed)});
}
}  // namespace

TEST(HttpClient, gets_and_posts) {
  HttpServer server({}, [](HttpRequest request, Responder respond) {
    auto response =
        text_response(request.path() == "/missing" ? 404 : 200, request.method + " " + request.body);
    response.headers.add("X-Host", request.headers.get("host"));
    response.headers.add("X-Sent", request.headers.get("x-sent"));
    respond(std::move(response));
  });
  const HttpClient client;
  const auto got = client.get(at(server, "/a?b"), {{"X-Sent", "yes"}});
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "GET \n");
  EXPECT_EQ(got.headers.get("x-host"), "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(got.headers.get("X-Sent"), "yes");
  EXPECT_EQ(client.post(at(server, "/"), "a=b", "application/x-www-form-urlencoded").body, "POST a=b\n");
  EXPECT_EQ(client.get(at(server, "/missing")).status, 404);
  EXPECT_EQ(client.send({.method = "HEAD", .url = at(server, "/")}).body, "");
}

TEST(HttpClient, streams_a_download) {
  HttpServer server(
      {}, [](HttpRequest, Responder respond) { respond(text_response(200, std::string(1 << 20, 'x'))); });
  std::uint64_t expected = 0, taken = 0;
  const HttpClient client;
  const auto answer =
      client.send({.url = at(server, "/")}, {.expect = [&](std::uint64_t bytes) { expected = bytes; },
                                             .take =
                                                 [&](std::string_view piece) {
                                                   taken += piece.size();
                                                   return true;
                                                 }});
  EXPECT_TRUE(answer.ok());
  EXPECT_FALSE(answer.gave_up);
  EXPECT_EQ(taken, (1u << 20) + 1);
  EXPECT_EQ(expected, taken);
  EXPECT_TRUE(answer.body.empty());
}

TEST(HttpClient, ends_a_download_that_is_not_wanted_any_more) {
  HttpServer server(
      {}, [](HttpRequest, Responder respond) { respond(text_response(200, std::string(8 << 20, 'x'))); });
  const HttpClient client;
  const auto answer = client.send({.url = at(server, "/")}, {.take = [](std::string_view) { return false; }});
  EXPECT_TRUE(answer.gave_up);
  struct Enough {};
  EXPECT_THROW(
      client.send({.url = at(server, "/")}, {.take = [](std::string_view) -> bool { throw Enough{}; }}),
      Enough);
}

TEST(HttpClient, keeps_the_body_of_an_error_from_the_download) {
  HttpServer server({}, [](HttpRequest, Responder respond) { respond(text_response(404, "no such image")); });
  bool taken = false;
  const HttpClient client;
  const auto answer =
      client.send({.url = at(server, "/")}, {.take = [&](std::string_view) { return taken = true; }});
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, "no such image\n");
  EXPECT_FALSE(taken);
}

TEST(HttpClient, refuses_answers_that_are_too_long) {
  HttpServer server(
      {}, [](HttpRequest, Responder respond) { respond(text_response(200, std::string(1001, 'x'))); });
  const HttpClient client({.answer_bytes_max = 1000});
  EXPECT_EQ(fault_of([&] { client.get(at(server, "/")); }), Fault::limited);
  Liar endless("HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'x'));
  EXPECT_EQ(fault_of([&] { client.get(endless.url); }), Fault::limited);
}

TEST(HttpClient, follows_redirects_a_few_times) {
  HttpServer server({}, [](HttpRequest request, Responder respond) {
    const auto path = request.path();
    if (path == "/loop") return respond(redirect(302, "/loop"));
    if (path == "/start") return respond(redirect(301, "next?x=1"));
    if (path == "/next")
      return respond(redirect(307, "http://" + std::string(request.headers.get("Host")) + "/end"));
    echo(std::move(request), std::move(respond));
  });
  const HttpClient client;
  const auto answer = client.get(at(server, "/start"));
  EXPECT_EQ(answer.body, "GET /end \n");
  EXPECT_EQ(answer.url, at(server, "/end"));
  EXPECT_EQ(client.post(at(server, "/next"), "kept", "text/plain").body, "POST /end kept\n");
  EXPECT_EQ(client.post(at(server, "/start"), "lost", "text/plain").body, "GET /end \n");
  EXPECT_EQ(fault_of([&] { client.get(at(server, "/loop")); }), Fault::limited);
  EXPECT_EQ(HttpClient({.redirects_max = 0}).get(at(server, "/start")).status, 301);
}

TEST(HttpClient, takes_no_credentials_along_to_another_origin) {
  HttpServer other({}, [](HttpRequest request, Responder respond) {
    respond(text_response(200, std::string(request.headers.get("Authorization")) + "|" +
                                   std::string(request.headers.get("X-Kept"))));
  });
  HttpServer first({}, [&](HttpRequest, Responder respond) { respond(redirect(302, at(other, "/"))); });
  EXPECT_EQ(HttpClient().get(at(first, "/"), {{"Authorization", "secret"}, {"X-Kept", "yes"}}).body,
            "|yes\n");
}

TEST(HttpClient, connects_only_where_the_policy_allows) {
  std::atomic<int> reached = 0;
  HttpServer server({}, [&](HttpRequest, Responder respond) {
    ++reached;
    respond(redirect(302, "http://127.0.0.2:1/secret"));
  });
  EXPECT_EQ(fault_of([&] { guarded({}).get(at(server, "/")); }), Fault::invalid);
  EXPECT_EQ(fault_of([&] { guarded({}).get("http://localhost:" + std::to_string(server.port()) + "/"); }),
            Fault::invalid);
  EXPECT_EQ(reached, 0);
  EXPECT_EQ(fault_of([&] { guarded({"127.0.0.1"}).get(at(server, "/")); }), Fault::invalid);
  EXPECT_EQ(reached, 1);
}

TEST(HttpClient, does_not_follow_a_redirect_to_loopback_under_another_guise) {
  for (const auto* location :
       {"http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0177.0.0.1/",
        "http://0x7f.1/", "//169.254.169.254/latest/meta-data", "http://0/", "file:///etc/passwd",
        "gopher://127.0.0.1:1/", "http://user@127.0.0.1/"}) {
    HttpServer server({}, [&](HttpRequest, Responder respond) { respond(redirect(302, location)); });
    EXPECT_EQ(fault_of([&] { guarded({"127.0.0.1/32"}).get(at(server, "/")); }), Fault::invalid) << location;
  }
}

TEST(HttpClient, gives_up_on_a_silent_server) {
  HttpServer server({}, [kept = std::make_shared<std::vector<Responder>>()](HttpRequest, Responder respond) {
    kept->push_back(std::move(respond));
  });
  EXPECT_EQ(
      fault_of([&] { HttpClient({.silence_max = std::chrono::milliseconds(50)}).get(at(server, "/")); }),
      Fault::timeout);
  EXPECT_EQ(fault_of([&] { HttpClient({.total_max = std::chrono::milliseconds(50)}).get(at(server, "/")); }),
            Fault::timeout);
}

TEST(HttpClient, says_when_nobody_answers) {
  std::uint16_t port = 0;
  {
    HttpServer server({}, echo);
    port = server.port();
  }
  EXPECT_EQ(fault_of([&] { HttpClient().get("http://127.0.0.1:" + std::to_string(port) + "/"); }),
            Fault::unreachable);
}

TEST(HttpClient, reads_chunks_interim_answers_and_bodies_without_length) {
  Liar chunks(
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(HttpClient().get(chunks.url).body, "abc");
  Liar to_the_end("HTTP/1.0 200 OK\r\n\r\nall of it");
  EXPECT_EQ(HttpClient().get(to_the_end.url).body, "all of it");
}

TEST(HttpClient, refuses_answers_that_are_not_http) {
  for (const auto* words :
       {"SSH-2.0-OpenSSH\r\n", "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx", "HTTP/1.1 101 Switching\r\n\r\n"}) {
    Liar liar(words);
    EXPECT_EQ(fault_of([&] { HttpClient().get(liar.url); }), Fault::unreachable) << words;
  }
  std::string endless = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 1000; ++i) endless += "X: " + std::string(100, 'x') + "\r\n";
  Liar liar(endless + "\r\n");
  EXPECT_EQ(fault_of([&] { HttpClient().get(liar.url); }), Fault::unreachable);
}

}  // namespace welkin::net
