// The metadata server among guests who mean ill.
#include "network/router/guest_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include "network/bridge/links.hpp"
#include "network/bridge/namespaces.hpp"
#include "network/router/fabric_ground_test.hpp"

namespace welkin::network {
namespace {

/// A server on a machine that calls itself: its own address is the guest's.
struct MetadataServer : testing::Test {
  void SetUp() override {
    if (const auto refusal = ground_refusal(); !refusal.empty()) GTEST_SKIP() << refusal;
    Netlink netlink;
    add_bridge(netlink, {"lonely", {}, {}, 1500});
    machine = std::make_unique<Machine>("one", "tap1", "lonely", mac_of_one);
    machine->use("10.1.1.1/24");
    machine->use("169.254.169.254/32");
    book = std::make_shared<GuestBook>("/run/confirmed");
    book->write({{.address = "10.1.1.1",
                  .metadata = {{"instance-id", "i-one"}},
                  .user_data = {},
                  .password = Secret("sesame")}});
    machine->inside([&] { server.open("r", GuestServer::listen("10.1.1.1"), book); });
  }
  void TearDown() override {
    machine.reset();
    Netlink netlink;
    remove_link(netlink, "lonely");
  }
  std::string say(const std::string& text) const {
    return machine->talk({"10.1.1.1", 80, text}).substr(0, 12);
  }
  Descriptor connection() const {
    Descriptor out;
    machine->inside([&] {
      out = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      sockaddr_in at{
          .sin_family = AF_INET, .sin_port = htons(80), .sin_addr = {htonl(0x0a010101)}, .sin_zero = {}};
      EXPECT_EQ(::connect(out.fd(), reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    });
    return out;
  }

  GuestServer server;
  std::shared_ptr<GuestBook> book;
  std::unique_ptr<Machine> machine;
};

TEST_F(MetadataServer, answers_what_is_asked_properly) {
  EXPECT_EQ(machine->get("10.1.1.1", "/latest/meta-data/instance-id"), "i-one");
  EXPECT_EQ(say("GET /latest/instance-id HTTP/1.0\r\n\r\n"), "HTTP/1.1 200");
  EXPECT_EQ(say("HEAD /latest/instance-id HTTP/1.0\r\n\r\n"), "HTTP/1.1 200");
  EXPECT_EQ(say("POST /latest/instance-id HTTP/1.0\r\n\r\n"), "HTTP/1.1 405");
  EXPECT_EQ(say("GET /latest/ HTTP/1.0\r\n\r\n"), "HTTP/1.1 404");
  EXPECT_EQ(say("GET / HTTP/1.0\r\n\r\n"), "HTTP/1.1 404");
  EXPECT_EQ(say("what?\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(say("GET /latest/instance-id HTTP/1.0\r\nX: " + std::string(9000, 'x') + "\r\n\r\n"),
            "HTTP/1.1 431");
}

TEST_F(MetadataServer, gives_no_guest_all_its_attention) {
  std::vector<Descriptor> idle;
  for (int i = 0; i < 16; ++i) idle.push_back(connection());
  EXPECT_EQ(machine->get("10.1.1.1", "/latest/instance-id"), "") << "this guest has had its share";
  idle.pop_back();
  EXPECT_TRUE(comes_true([&] { return machine->get("10.1.1.1", "/latest/instance-id") == "i-one"; }));
}

TEST_F(MetadataServer, ends_with_its_router) {
  server.close("r");
  EXPECT_FALSE(server.serves("r"));
  EXPECT_EQ(say("GET /latest/instance-id HTTP/1.0\r\n\r\n"), "");
  machine->inside([&] { server.open("r", GuestServer::listen("10.1.1.1"), book); });
  EXPECT_EQ(machine->get("10.1.1.1", "/latest/instance-id"), "i-one");
}

TEST(GuestBook, remembers_what_has_arrived) {
  const auto file = fmt::format("/tmp/welkin-guest-book-{}", ::getpid());
  ::unlink(file.c_str());
  GuestData data{.address = "10.1.1.1",
                 .metadata = {{"instance-id", "i-one"}},
                 .user_data = {},
                 .password = Secret("sesame")};
  net::HttpRequest request;
  request.peer = "10.1.1.1";
  const auto ask = [&](GuestBook& book, std::string_view wish) {
    request.headers = {{"DomU_Request", wish}};
    return book.password(request).body;
  };
  {
    GuestBook book(file);
    book.write({data});
    EXPECT_EQ(ask(book, "send_my_password"), "sesame");
    EXPECT_EQ(ask(book, "send_my_password"), "sesame") << "its answer may have been lost";
    EXPECT_EQ(ask(book, "saved_password"), "saved_password");
  }
  GuestBook book(file);
  book.write({data});
  EXPECT_EQ(ask(book, "send_my_password"), "saved_password");
  data.metadata["instance-id"] = "i-two";
  book.write({data});
  EXPECT_EQ(ask(book, "send_my_password"), "sesame") << "another instance at this address";
  request.peer = "10.1.1.2";
  EXPECT_EQ(ask(book, "send_my_password"), "saved_password");
  ::unlink(file.c_str());
}

}  // namespace
}  // namespace welkin::network
