// The server as its clients see it, over loopback sockets.
#include "net/server.hpp"

#include <atomic>
#include <future>

#include "base/error.hpp"
#include "net/talk_test.hpp"

namespace welkin::net {

TEST(HttpServer, answers_one_request_after_another_on_one_connection) {
  HttpServer server({}, echo);
  Talk talk(server.port());
  for (int i = 0; i < 5; ++i) {
    talk.say("POST /a?b=c HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello");
    const auto answer = talk.hear();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\nPOST /a?b=c hello\n")) << answer;
    EXPECT_FALSE(answer.contains("Connection"));
  }
}

TEST(HttpServer, answers_pipelined_requests_in_their_order) {
  std::vector<std::pair<std::string, Responder>> waiting;
  std::mutex mutex;
  HttpServer server({}, [&](HttpRequest request, Responder respond) {
    if (request.path() != "/late") return respond(text_response(200, request.target));
    const std::lock_guard lock(mutex);
    waiting.emplace_back(request.target, std::move(respond));
  });
  Talk talk(server.port());
  std::string many;
  for (const auto* path : {"/one", "/late", "/three"})
    many += std::string("GET ") + path + " HTTP/1.1\r\nHost: h\r\n\r\n";
  talk.say(many);
  EXPECT_TRUE(talk.hear().ends_with("/one\n"));
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return !waiting.empty();
  }));
  waiting[0].second(text_response(200, "late, from another thread"));
  EXPECT_TRUE(talk.hear().ends_with("another thread\n"));
  EXPECT_TRUE(talk.hear().ends_with("/three\n"));
}

TEST(HttpServer, serves_a_long_pipeline_to_its_end) {
  HttpServer server({}, echo);
  Talk talk(server.port());
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  std::thread talker([&] { talk.say(many); });
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(talk.hear().contains("GET /" + std::to_string(i) + " ")) << i;
  talker.join();
}

TEST(HttpServer, reads_bodies_in_chunks) {
  HttpServer server({}, echo);
  Talk talk(server.port());
  talk.say("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
      .say("lo\r\n6;a=b\r\n world\r\n0\r\n")
      .say("X-Trailer: 1\r\n\r\n")
      .say(get_root);
  EXPECT_TRUE(talk.hear().ends_with("POST / hello world\n"));
  EXPECT_EQ(talk.status(), 200);
}

TEST(HttpServer, asks_for_the_body_when_the_client_waits_for_that) {
  HttpServer server({}, echo);
  Talk talk(server.port());
  talk.say("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(talk.hear(), "HTTP/1.1 100 Continue\r\n\r\n");
  talk.say("ok");
  EXPECT_TRUE(talk.hear().ends_with("POST / ok\n"));
  talk.say("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: a miracle\r\n\r\n");
  EXPECT_EQ(talk.status(), 417);
}

TEST(HttpServer, sends_no_body_after_head) {
  HttpServer server({}, echo);
  Talk talk(server.port());
  talk.say("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(talk.hear(true).contains("Content-Length: 9\r\n"));
  talk.say(get_root);
  EXPECT_TRUE(talk.hear().starts_with("HTTP/1.1 200"));
}

TEST(HttpServer, closes_when_the_client_asks_for_it) {
  HttpServer server({}, echo);
  Talk talk(server.port());
  talk.say("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(talk.hear().contains("Connection: close\r\n"));
  EXPECT_TRUE(talk.hears_the_end());
}

TEST(HttpServer, speaks_http_1_0) {
  HttpServer server({}, echo);
  Talk closing(server.port());
  closing.say("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(closing.hear().contains("Connection: close\r\n"));
  EXPECT_TRUE(closing.hears_the_end());
  Talk staying(server.port());
  staying.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(staying.hear().contains("Connection: keep-alive\r\n"));
  staying.say(get_root);
  EXPECT_EQ(staying.status(), 200);
}

TEST(HttpServer, tells_the_handler_who_calls) {
  HttpServer server({}, [](HttpRequest request, Responder respond) {
    respond(text_response(200, request.peer + (request.secure ? " secure" : " plain")));
  });
  Talk talk(server.port());
  talk.say(get_root);
  EXPECT_TRUE(talk.hear().ends_with("127.0.0.1 plain\n"));
}

TEST(HttpServer, sends_a_long_shared_body_whole) {
  const auto body = std::make_shared<const std::string>(8 << 20, 'x');
  HttpServer server({}, [&](HttpRequest, Responder respond) {
    HttpResponse response;
    response.shared_body = body;
    respond(std::move(response));
  });
  Talk talk(server.port());
  for (int i = 0; i < 2; ++i) {
    talk.say(get_root);
    EXPECT_TRUE(talk.hear().ends_with("\r\n\r\n" + *body));
  }
}

TEST(HttpServer, does_not_let_header_values_forge_lines) {
  HttpServer server({}, [](HttpRequest, Responder respond) {
    auto response = text_response(200, "ok");
    response.headers.add("X-Description", "a\r\nSet-Cookie: forged=1");
    response.headers.add("Bad name", "x");
    response.headers.add("Content-Length", "7");
    respond(std::move(response));
  });
  Talk talk(server.port());
  const auto answer = talk.say(get_root).hear();
  EXPECT_TRUE(answer.contains("X-Description: a  Set-Cookie: forged=1\r\n"));
  EXPECT_FALSE(answer.contains("Bad name"));
  EXPECT_TRUE(answer.contains("Content-Length: 3\r\n"));
  EXPECT_FALSE(answer.contains("Content-Length: 7"));
}

TEST(HttpServer, answers_500_when_the_handler_throws_or_forgets) {
  HttpServer server({}, [](HttpRequest request, Responder) {
    if (request.path() == "/throw") throw std::runtime_error("on purpose");
  });
  Talk talk(server.port());
  EXPECT_EQ(talk.say("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n").status(), 500);
  EXPECT_EQ(talk.say(get_root).status(), 500);
}

TEST(HttpServer, spreads_connections_over_its_threads) {
  std::mutex mutex;
  std::vector<std::thread::id> threads;
  HttpServer server({.threads = 2}, [&](HttpRequest request, Responder respond) {
    {
      const std::lock_guard lock(mutex);
      threads.push_back(std::this_thread::get_id());
    }
    echo(std::move(request), std::move(respond));
  });
  Talk one(server.port()), other(server.port());
  EXPECT_EQ(one.say(get_root).status(), 200);
  EXPECT_EQ(other.say(get_root).status(), 200);
  ASSERT_EQ(threads.size(), 2u);
  EXPECT_NE(threads[0], threads[1]);
}

TEST(HttpServer, refuses_an_address_it_cannot_listen_on) {
  HttpServer server({}, echo);
  EXPECT_THROW(HttpServer({.port = server.port()}, echo), Error);
  EXPECT_THROW(HttpServer({.address = "localhost"}, echo), Error);
}

TEST(HttpServer, lets_requests_under_way_finish_when_it_stops) {
  std::promise<Responder> arrived;
  HttpServer server({}, [&](HttpRequest, Responder respond) { arrived.set_value(std::move(respond)); });
  Talk idle(server.port()), busy(server.port());
  busy.say(get_root);
  auto respond = arrived.get_future().get();
  std::thread stopper([&] { server.stop(std::chrono::seconds(10)); });
  EXPECT_TRUE(idle.hears_the_end());
  respond(text_response(200, "just in time"));
  const auto answer = busy.hear();
  EXPECT_TRUE(answer.ends_with("just in time\n"));
  EXPECT_TRUE(answer.contains("Connection: close\r\n"));
  EXPECT_TRUE(busy.hears_the_end());
  stopper.join();
}

TEST(HttpServer, cuts_requests_that_outlast_its_end) {
  std::promise<Responder> arrived;
  auto server = std::make_unique<HttpServer>(
      HttpServerOptions{}, [&](HttpRequest, Responder respond) { arrived.set_value(std::move(respond)); });
  Talk talk(server->port());
  talk.say(get_root);
  auto respond = arrived.get_future().get();
  server->stop(std::chrono::milliseconds(1));
  EXPECT_TRUE(talk.hears_the_end());
  server.reset();
  respond(text_response(200, "nobody hears this"));
}

TEST(HttpServer, stops_under_load) {
  auto server = std::make_unique<HttpServer>(
      HttpServerOptions{.threads = 2}, [](HttpRequest request, Responder respond) {
        std::thread([request = std::move(request), respond = std::move(respond)]() mutable {
          echo(std::move(request), std::move(respond));
        }).detach();
      });
  std::atomic<int> answered = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&, port = server->port()] {
      Talk talk(port);
      while (talk.say(get_root).status() == 200) ++answered;
    });
  EXPECT_TRUE(eventually([&] { return answered > 200; }));
  server->stop(std::chrono::seconds(5));
  server.reset();
  for (auto& client : clients) client.join();
}

}  // namespace welkin::net
