// What the server refuses, and what it does to those who are slow.
#include <atomic>

#include "base/error.hpp"
#include "net/talk_test.hpp"

namespace welkin::net {

namespace {
HttpServerOptions impatient() {
  HttpServerOptions options;
  options.request_max = std::chrono::milliseconds(60);
  options.idle_max = std::chrono::milliseconds(120);
  options.answer_max = std::chrono::milliseconds(60);
  options.sweep_every = std::chrono::milliseconds(10);
  return options;
}

std::string post(std::size_t length) {
  return "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}
}  // namespace

TEST(HttpServerLimits, refuses_too_long_a_header) {
  HttpServer server({}, echo);
  Talk one_line(server.port());
  EXPECT_EQ(one_line.say("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(20'000, 'x')).status(), 431);
  EXPECT_TRUE(one_line.hears_the_end());
  Talk many_lines(server.port());
  std::string lines;
  for (int i = 0; i < 150; ++i) lines += "X-" + std::to_string(i) + ": " + std::string(150, 'x') + "\r\n";
  EXPECT_EQ(many_lines.say("GET / HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n").status(), 431);
  Talk target(server.port());
  EXPECT_EQ(target.say("GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n").status(), 431);
}

TEST(HttpServerLimits, refuses_too_many_fields) {
  HttpServer server({}, echo);
  std::string lines;
  for (int i = 0; i < 300; ++i) lines += "X: y\r\n";
  EXPECT_EQ(Talk(server.port()).say("GET / HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n").status(), 431);
}

TEST(HttpServerLimits, refuses_too_long_a_body_before_it_comes) {
  HttpServer server({.body_bytes_max = 1000}, echo);
  Talk announced(server.port());
  EXPECT_EQ(announced.say(post(1001)).status(), 413);
  EXPECT_TRUE(announced.hears_the_end());
  Talk chunked(server.port());
  chunked.say("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n200\r\n" +
              std::string(0x200, 'x') + "\r\n200\r\n");
  EXPECT_EQ(chunked.status(), 413);
  EXPECT_EQ(Talk(server.port()).say(post(1000) + std::string(1000, 'x')).status(), 200);
}

TEST(HttpServerLimits, lets_a_client_read_the_refusal_of_a_body_it_is_still_sending) {
  HttpServer server({.body_bytes_max = 1000}, echo);
  Talk talk(server.port());
  EXPECT_EQ(talk.say(post(500'000) + std::string(500'000, 'x')).status(), 413);
}

TEST(HttpServerLimits, refuses_endless_chunk_lines) {
  HttpServer server({}, echo);
  Talk talk(server.port());
  talk.say("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(40'000, 'x'));
  EXPECT_EQ(talk.status(), 431);
}

TEST(HttpServerLimits, refuses_bodies_beyond_what_all_may_hold) {
  HttpServer server({.bodies_bytes_max = 10'000}, echo);
  Talk holding(server.port()), second(server.port());
  holding.say(post(9'000) + std::string(8'000, 'x'));
  int status = 0;
  EXPECT_TRUE(eventually([&] {
    return (status = Talk(server.port()).say(post(5'000) + std::string(4'999, 'x')).status()) != 0;
  }));
  EXPECT_EQ(status, 503);
  holding.say(std::string(1'000, 'x'));
  EXPECT_EQ(holding.status(), 200);
  EXPECT_EQ(second.say(post(5'000) + std::string(5'000, 'x')).status(), 200);
}

TEST(HttpServerLimits, cuts_a_client_that_dawdles_over_its_request) {
  HttpServer server(impatient(), echo);
  Talk header(server.port());
  EXPECT_EQ(header.say("GET / HT").status(), 408);
  EXPECT_TRUE(header.hears_the_end());
  Talk body(server.port());
  EXPECT_EQ(body.say(post(10) + "12345").status(), 408);
}

TEST(HttpServerLimits, trickling_does_not_win_time) {
  HttpServer server(impatient(), echo);
  Talk talk(server.port());
  std::atomic<bool> over = false;
  std::thread trickler([&] {
    talk.say("GET / HTTP/1.1\r\n");
    while (!over) {
      talk.say("X: y\r\n");
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  EXPECT_TRUE(talk.hears_the_end());
  over = true;
  trickler.join();
}

TEST(HttpServerLimits, closes_idle_connections_silently) {
  HttpServer server(impatient(), echo);
  Talk talk(server.port());
  EXPECT_EQ(talk.say(get_root).status(), 200);
  EXPECT_EQ(talk.hear(), "");
}

TEST(HttpServerLimits, answers_503_when_the_handler_takes_too_long) {
  std::optional<Responder> kept;
  HttpServer server(impatient(), [&](HttpRequest, Responder respond) { kept.emplace(std::move(respond)); });
  Talk talk(server.port());
  EXPECT_EQ(talk.say(get_root).status(), 503);
  (*kept)(text_response(200, "too late"));
  EXPECT_TRUE(talk.hears_the_end());
}

TEST(HttpServerLimits, refuses_connections_beyond_its_number) {
  HttpServer server({.connections_max = 2}, echo);
  Talk one(server.port()), two(server.port());
  EXPECT_EQ(one.say(get_root).status(), 200);
  EXPECT_EQ(two.say(get_root).status(), 200);
  Talk three(server.port());
  EXPECT_EQ(three.status(), 503);
  EXPECT_EQ(one.say(get_root).status(), 200);
}

TEST(HttpServerLimits, gives_a_place_free_again) {
  HttpServer server({.connections_max = 1}, echo);
  {
    Talk first(server.port());
    EXPECT_EQ(first.say(get_root).status(), 200);
  }
  EXPECT_TRUE(eventually([&] { return Talk(server.port()).say(get_root).status() == 200; }));
}

}  // namespace welkin::net
