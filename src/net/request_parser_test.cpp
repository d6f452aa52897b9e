// Requests as they are and as attackers write them.
#include "net/request_parser.hpp"

#include <gtest/gtest.h>

namespace welkin::net {

namespace {
/// The parser's verdict on a text: 0 for a complete request, a status for a refusal, -1 when more is wanted.
int verdict(std::string_view text) {
  RequestParser parser({});
  std::string input(text);
  input.erase(0, parser.feed(input));
  if (parser.state() == RequestParser::State::failed) return parser.refusal();
  return parser.state() == RequestParser::State::complete ? 0 : -1;
}

int with(std::string_view fields) {
  return verdict("POST / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n");
}
}  // namespace

TEST(RequestParser, reads_a_request_that_comes_byte_by_byte) {
  const std::string text =
      "\r\nPOST /p%20q?x=1&y HTTP/1.1\r\nHost: here\r\nX-Empty:\r\nCookie: a=1; b = 2\r\nCookie: "
      "c=3\r\nContent-Length: 4\r\n\r\nbody";
  RequestParser parser({});
  std::string input;
  for (const char c : text) {
    ASSERT_NE(parser.state(), RequestParser::State::complete);
    input += c;
    input.erase(0, parser.feed(input));
  }
  ASSERT_EQ(parser.state(), RequestParser::State::complete);
  EXPECT_TRUE(parser.keeps_alive());
  const auto request = parser.take();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path(), "/p%20q");
  EXPECT_EQ(request.query(), "x=1&y");
  EXPECT_EQ(request.headers.get("HOST"), "here");
  EXPECT_TRUE(request.headers.has("x-empty"));
  EXPECT_EQ(request.cookies(), (TextPairs{{"a", "1"}, {"b", "2"}, {"c", "3"}}));
  EXPECT_EQ(request.body, "body");
  EXPECT_EQ(parser.state(), RequestParser::State::empty);
}

TEST(RequestParser, leaves_the_next_request_alone) {
  RequestParser parser({});
  const std::string_view two = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n";
  const auto used = parser.feed(two);
  EXPECT_EQ(parser.take().target, "/1");
  EXPECT_EQ(parser.feed(two.substr(used)), two.size() - used);
  EXPECT_EQ(parser.take().target, "/2");
}

TEST(RequestParser, understands_absolute_targets) {
  EXPECT_EQ(verdict("GET http://h/a?b HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
  HttpRequest request;
  request.target = "http://h/a?b";
  EXPECT_EQ(request.path(), "/a");
  request.target = "http://h?b";
  EXPECT_EQ(request.path(), "/");
  EXPECT_EQ(request.query(), "b");
  EXPECT_EQ(verdict("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
  EXPECT_EQ(verdict("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(verdict("GET etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
}

TEST(RequestParser, refuses_what_smuggles_a_second_request) {
  EXPECT_EQ(with("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(with("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n"), 400);
  EXPECT_EQ(with("Content-Length: 4\r\nContent-Length: 5\r\n"), 400);
  EXPECT_EQ(with("Content-Length: 4\r\nContent-Length: 4\r\n"), 400);
  EXPECT_EQ(with("Content-Length: 4, 4\r\n"), 400);
  EXPECT_EQ(with("Content-Length: +4\r\n"), 400);
  EXPECT_EQ(with("Content-Length: -1\r\n"), 400);
  EXPECT_EQ(with("Content-Length: 0x4\r\n"), 400);
  EXPECT_EQ(with("Content-Length: 4 4\r\n"), 400);
  EXPECT_EQ(with("Content-Length:\r\n"), 400);
  EXPECT_EQ(with("Content-Length: 99999999999999999999999\r\n"), 400);
  EXPECT_EQ(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400);
  for (const auto* coding :
       {"gzip", "gzip, chunked", "chunked, gzip", "xchunked", "chunked;q=1", "identity", ""})
    EXPECT_EQ(with("Transfer-Encoding: " + std::string(coding) + "\r\n"), 501) << coding;
  EXPECT_EQ(verdict("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(with("Transfer-Encoding : chunked\r\n"), 400);
  EXPECT_EQ(with("X: y\r\n folded: 1\r\n"), 400);
  EXPECT_EQ(with("X:\r\n y\r\n"), 400);
  EXPECT_EQ(with("X: y\r\n\tContent-Length: 5\r\n"), 400);
  EXPECT_GE(verdict("POST / HTTP/1.1\nHost: h\n\n"), 400);
  EXPECT_EQ(verdict("POST / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"), 400);
}

TEST(RequestParser, refuses_chunks_that_are_none) {
  const std::string head = "Transfer-Encoding: chunked\r\n\r\n";
  for (const auto* body : {"x\r\n", "-1\r\n", "5\r\nhelloXX0\r\n\r\n", "5 5\r\nhello\r\n", "0x5\r\nhello\r\n",
                           "fffffffffffffffff\r\n", "5\nhello\r\n0\r\n\r\n"})
    EXPECT_GE(with(head + body), 400) << body;
  EXPECT_EQ(with(head + "ffffffff\r\n"), 413);
}

TEST(RequestParser, ignores_trailers_that_pose_as_headers) {
  RequestParser parser({});
  parser.feed(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: forged\r\n\r\n");
  ASSERT_EQ(parser.state(), RequestParser::State::complete);
  EXPECT_FALSE(parser.take().headers.has("Authorization"));
}

TEST(RequestParser, refuses_bad_names_and_control_characters) {
  using namespace std::string_view_literals;
  EXPECT_EQ(with("Bad Name: x\r\n"), 400);
  EXPECT_EQ(with(": x\r\n"), 400);
  EXPECT_EQ(with("X\x80: x\r\n"), 400);
  EXPECT_EQ(with("X: a\0b\r\n"sv), 400);
  EXPECT_EQ(with("X\0: a\r\n"sv), 400);
  EXPECT_EQ(with("X: a\x01"
                 "b\r\n"),
            400);
  EXPECT_EQ(with("X: a\rb\r\n"), 400);
  EXPECT_EQ(verdict("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"sv), 400);
  EXPECT_EQ(verdict("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(verdict("G(T / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
}

TEST(RequestParser, wants_exactly_one_host) {
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(with("Host: other\r\n"), 400);
  EXPECT_EQ(verdict("GET / HTTP/1.0\r\n\r\n"), 0);
}

TEST(RequestParser, knows_the_versions_it_speaks) {
  EXPECT_EQ(verdict("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(verdict("GET / HTTP/1.2\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(verdict("\x16\x03\x01\x02\x00\x01\x00\x01\xfc"), 400);  // somebody speaks TLS to a plain port
}

}  // namespace welkin::net
