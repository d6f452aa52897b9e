// Server and agent over real TLS on the loopback, with hands that only count.
#include <gtest/gtest.h>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <set>
#include <thread>

#include "link/client.hpp"
#include "link/enrolment.hpp"
#include "link/fake_hands_test.hpp"
#include "link/files.hpp"
#include "link/images.hpp"
#include "link/memory.hpp"
#include "link/server.hpp"

namespace welkin::link {
namespace {

Uuid uuid(int n) { return *Uuid::parse(fmt::format("00000000-0000-7000-8000-{:012x}", n)); }

bool soon(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (std::chrono::steady_clock::now() < until) {
    if (holds()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

struct Folder {
  std::string path;
  Folder() {
    char name[] = "/tmp/link_test_XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string operator/(std::string_view name) const { return path + "/" + std::string(name); }
};

/// What a server knows of agents, as the database would.
struct Register {
  std::mutex mutex;
  std::map<std::string, Uuid> tokens;
  std::map<std::string, std::pair<std::string, Uuid>> spent;
  std::map<Uuid, std::set<Uuid>> hosts;
  std::set<Uuid> removed;
  std::set<std::string> revoked;  ///< certificates
  std::vector<std::string> news;
  std::vector<HostReport> reports;
  int heartbeats = 0;

  template <class F>
  auto locked(F f) {
    const std::lock_guard lock(mutex);
    return f();
  }
  std::size_t count(std::string_view what) {
    return locked([&] { return std::size_t(std::ranges::count(news, what)); });
  }
};

Task<std::optional<Uuid>> spend(Register& known, Secret token, std::string key) {
  const std::lock_guard lock(known.mutex);
  if (const auto spent = known.spent.find(token.reveal()); spent != known.spent.end())
    co_return spent->second.first == key ? std::optional(spent->second.second) : std::nullopt;
  const auto at = known.tokens.find(token.reveal());
  if (at == known.tokens.end()) co_return std::nullopt;
  const auto agent = at->second;
  known.spent[token.reveal()] = {key, agent};
  known.tokens.erase(at);
  co_return agent;
}

Task<Admission> admit(Register& known, AgentHello hello) {
  const std::lock_guard lock(known.mutex);
  Admission admission{!known.removed.contains(hello.agent) && !known.revoked.contains(hello.serial), {}};
  for (const auto& host : hello.hosts)
    if (known.hosts[hello.agent].contains(host)) admission.hosts.push_back(host);
  co_return admission;
}

LinkEvents events_of(Register& known) {
  LinkEvents events;
  events.enrol = [&known](Secret token, std::string key) {
    return spend(known, std::move(token), std::move(key));
  };
  events.admit = [&known](AgentHello hello) { return admit(known, std::move(hello)); };
  events.connected = [&known](const AgentHello& hello, const Admission&) {
    known.locked([&] { known.news.push_back("connected " + hello.agent.text()); });
  };
  events.disconnected = [&known](Uuid agent) {
    known.locked([&] { known.news.push_back("disconnected " + agent.text()); });
  };
  events.heartbeat = [&known](Uuid, const std::vector<HostBrief>& briefs) {
    known.locked([&] { known.heartbeats += int(briefs.size()); });
  };
  events.report = [&known](Uuid, const HostReport& report) {
    known.locked([&] { known.reports.push_back(report); });
  };
  events.read_image = [](Uuid, const std::string& image, const std::function<void(std::string_view)>& chunk) {
    if (image != "cirros") throw Error(Fault::missing, "There is no such image.", image);
    std::string piece(1 << 20, '\0');
    for (int i = 0; i < 50; ++i) {
      std::ranges::fill(piece, char('a' + i % 26));
      chunk(piece);
    }
  };
  return events;
}

struct Link : testing::Test {
  Folder folder;
  Register known;
  ThreadLoop loop;
  Authority authority = Authority::open(folder / "authority");
  LinkOptions options = [] {
    LinkOptions o;
    o.address = "127.0.0.1";
    return o;
  }();
  std::unique_ptr<LinkServer> server =
      std::make_unique<LinkServer>(loop, authority, events_of(known), options);
  FakeHands hands;
  Uuid journey = uuid(0xaa);

  std::string address() const { return fmt::format("127.0.0.1:{}", server->port()); }

  JoinToken token_for(Uuid agent, const std::string& secret) {
    known.locked([&] { known.tokens[secret] = agent; });
    return {Secret(secret), authority.fingerprint(), {address()}};
  }
  /// An agent's directory with a certificate, and its host known to the server.
  std::string enrolled(Uuid agent, Uuid host) {
    const auto directory = folder / agent.text();
    AgentFiles(directory).enrol(token_for(agent, "secret of " + agent.text()), {});
    known.locked([&] { known.hosts[agent].insert(host); });
    return directory;
  }
  std::unique_ptr<LinkClient> client(const std::string& directory, Uuid host, std::string at = {}) {
    ClientOptions o;
    o.servers = {at.empty() ? address() : at};
    o.directory = directory;
    o.hosts = {host};
    o.heartbeat = 50ms;
    o.retry_max = 500ms;
    ClientEvents e;
    e.serve = [this](Uuid, std::string_view verb, std::string_view body) {
      auto all = hands.hands();
      return serve(all, verb, body);
    };
    e.briefs = [host] { return std::vector{HostBrief{host, "{}"}}; };
    auto client = std::make_unique<LinkClient>(o, e);
    client->begin();
    return client;
  }

  std::future<Outcome> ask(Uuid host, std::string verb, std::string body, Operation operation) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    auto future = promise->get_future();
    loop.post([this, host, verb, body, operation, promise] {
      start(put(*server, host, verb, body, operation, promise), [](std::exception_ptr) {});
    });
    return future;
  }
  static Task<void> put(Agents& agents, Uuid host, std::string verb, std::string body, Operation operation,
                        std::shared_ptr<std::promise<Outcome>> promise) {
    try {
      promise->set_value(co_await agents.call(host, verb, std::move(body), operation));
    } catch (const Error& error) {
      promise->set_value(std::unexpected(error));
    }
  }
  Outcome start_instance(Uuid host, Operation operation) {
    return ask(host, "hypervisor.start", hands.start_order(), operation).get();
  }
  Operation effect(std::int64_t step, std::int64_t epoch = 1) const { return {journey, step, epoch, 10'000}; }
  void restart_server() {
    options.port = server->port();
    server.reset();
    server =
        std::make_unique<LinkServer>(loop, Authority::open(folder / "authority"), events_of(known), options);
  }
};

TEST_F(Link, carries_requests_to_an_enrolled_agent) {
  const auto agent = client(enrolled(uuid(1), uuid(101)), uuid(101));
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)); }));
  const auto outcome = ask(uuid(101), "hypervisor.probe", "{}", {}).get();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(from_json<hypervisor::HostFacts>(*outcome).hypervisor, "Fake");
  EXPECT_TRUE(soon([&] { return known.locked([&] { return known.heartbeats > 1; }); }));
}

TEST_F(Link, brings_a_hands_error_to_the_caller) {
  const auto agent = client(enrolled(uuid(1), uuid(101)), uuid(101));
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)); }));
  hands.driver.failures = 1;
  const auto outcome = start_instance(uuid(101), effect(1));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().fault, Fault::exhausted);
  EXPECT_EQ(outcome.error().message, "The host has no memory left.");
  EXPECT_EQ(outcome.error().subject, "memory");
  EXPECT_EQ(outcome.error().cause, "fake");
}

TEST_F(Link, carries_many_requests_at_once) {
  const auto agent = client(enrolled(uuid(1), uuid(101)), uuid(101));
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)); }));
  std::vector<std::future<Outcome>> answers;
  for (int i = 0; i < 500; ++i)
    answers.push_back(ask(uuid(101), "hypervisor.start", hands.start_order(), effect(i)));
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_EQ(hands.driver.starts, 500);
}

TEST_F(Link, refuses_requests_beyond_its_bound) {
  server.reset();
  options.outstanding_max = 2;
  server = std::make_unique<LinkServer>(loop, authority, events_of(known), options);
  const auto agent = client(enrolled(uuid(1), uuid(101)), uuid(101));
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)); }));
  hands.driver.hold(true);
  auto first = ask(uuid(101), "hypervisor.start", hands.start_order(), effect(1));
  auto second = ask(uuid(101), "hypervisor.start", hands.start_order(), effect(2));
  EXPECT_EQ(start_instance(uuid(101), effect(3)).error().fault, Fault::unreachable);
  hands.driver.hold(false);
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
}

TEST_F(Link, gives_up_at_the_deadline_and_joins_the_effect_that_still_runs) {
  const auto agent = client(enrolled(uuid(1), uuid(101)), uuid(101));
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)); }));
  hands.driver.hold(true);
  auto impatient = effect(1);
  impatient.deadline_ms = 50;
  const auto late = start_instance(uuid(101), impatient);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().fault, Fault::timeout);
  auto again = ask(uuid(101), "hypervisor.start", hands.start_order(), effect(1));
  auto undo = ask(uuid(101), "hypervisor.stop", "{}", effect(-1));
  EXPECT_TRUE(ask(uuid(101), "hypervisor.probe", "{}", {}).get()) << "looks do not wait";
  EXPECT_EQ(hands.driver.stops, 0) << "an undo waits for its act";
  hands.driver.hold(false);
  EXPECT_TRUE(again.get());
  EXPECT_TRUE(undo.get());
  EXPECT_EQ(hands.driver.starts, 1);
  EXPECT_EQ(hands.driver.stops, 1);
}

TEST_F(Link, comes_back_after_the_server_restarts) {
  const auto agent = client(enrolled(uuid(1), uuid(101)), uuid(101));
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)); }));
  hands.driver.hold(true);
  auto cut = ask(uuid(101), "hypervisor.start", hands.start_order(), effect(1));
  ASSERT_TRUE(soon([&] { return hands.driver.starts == 1; }));
  restart_server();
  EXPECT_EQ(cut.get().error().fault, Fault::unreachable);
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)); }));
  hands.driver.hold(false);
  EXPECT_TRUE(start_instance(uuid(101), effect(1, 2)));
  EXPECT_EQ(hands.driver.starts, 1) << "the effect went on and was joined or remembered";
}

TEST_F(Link, remembers_answers_and_epochs_across_an_agents_restart) {
  const auto directory = enrolled(uuid(1), uuid(101));
  auto agent = client(directory, uuid(101));
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)); }));
  const auto first = start_instance(uuid(101), effect(1, 4));
  agent.reset();
  ASSERT_TRUE(soon([&] { return !server->connected(uuid(101)); }));
  agent = client(directory, uuid(101));
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)); }));
  EXPECT_EQ(start_instance(uuid(101), effect(1, 4)).value(), first.value());
  EXPECT_EQ(hands.driver.starts, 1);
  EXPECT_EQ(start_instance(uuid(101), effect(2, 3)).error().fault, Fault::conflict);
}

TEST_F(Link, refuses_a_token_used_twice_but_not_a_repetition_with_the_same_key) {
  const auto token = token_for(uuid(1), "once");
  AgentFiles agent(folder / "agent");
  agent.enrol(token, {});
  EXPECT_EQ(agent.agent(), uuid(1));
  EXPECT_THROW(AgentFiles(folder / "thief").enrol(token, {}), Error);
  EXPECT_FALSE(AgentFiles(folder / "thief").enrolled());
  EXPECT_THROW(
      AgentFiles(folder / "guess").enrol({Secret("guess"), authority.fingerprint(), {address()}}, {}), Error);
}

TEST_F(Link, does_not_enrol_with_a_server_of_another_authority) {
  auto token = token_for(uuid(1), "once");
  token.authority = Authority::make().fingerprint();
  EXPECT_THROW(AgentFiles(folder / "agent").enrol(token, {}), Error);
  EXPECT_TRUE(known.locked([&] { return known.tokens.contains("once"); })) << "the token was not shown to it";
}

/// An agent's directory with certificates of anybody's choice.
std::string forged(const Folder& folder, const Authority& signer, const Authority& believed, Uuid agent) {
  const auto directory = folder / ("forged " + agent.text());
  AgentFiles files(directory);
  const auto request = files.begin_renewal();
  write_file(directory + "/authority.pem", believed.certificate(), 0644);
  files.finish_renewal(signer.issue(agent, request));
  return directory;
}

TEST_F(Link, refuses_a_certificate_of_another_authority) {
  known.locked([&] { known.hosts[uuid(1)].insert(uuid(101)); });
  const auto directory = forged(folder, Authority::make(), authority, uuid(1));
  ImageFetcher fetcher(directory, {address()});
  EXPECT_THROW(fetcher.fetch("cirros", [](std::string_view) {}), Error);
  const auto agent = client(directory, uuid(101));
  EXPECT_FALSE(server->connected(uuid(101)));
  EXPECT_EQ(known.count("connected " + uuid(1).text()), 0u);
}

struct Yesteryear final : Clock {
  Time now() override { return machine_clock().now() - std::chrono::days(200); }
};

TEST_F(Link, refuses_an_expired_certificate) {
  Yesteryear past;
  const auto old = Authority::of(authority.certificate(), authority.key(), past);
  ImageFetcher good(forged(folder, authority, authority, uuid(2)), {address()});
  EXPECT_NO_THROW(good.fetch("cirros", [](std::string_view) {}));
  ImageFetcher bad(forged(folder, old, authority, uuid(1)), {address()});
  EXPECT_THROW(bad.fetch("cirros", [](std::string_view) {}), Error);
}

TEST_F(Link, does_not_take_an_agent_for_a_server) {
  const auto directory = enrolled(uuid(1), uuid(101));
  const auto credentials = AgentFiles(directory).credentials();
  const auto posing = server_context(credentials);
  const auto asking = agent_context(credentials);
  const Owned<SSL, SSL_free> there(SSL_new(posing.get()));
  const Owned<SSL, SSL_free> here(SSL_new(asking.get()));
  BIO* one = nullptr;
  BIO* other = nullptr;
  ASSERT_EQ(BIO_new_bio_pair(&one, 0, &other, 0), 1);
  SSL_set_bio(there.get(), one, one);
  SSL_set_bio(here.get(), other, other);
  SSL_set_accept_state(there.get());
  SSL_set_connect_state(here.get());
  int result = 0;
  for (int i = 0; i < 10; ++i) {
    result = SSL_do_handshake(here.get());
    SSL_do_handshake(there.get());
  }
  EXPECT_NE(result, 1);
  openssl_errors();
}

TEST_F(Link, refuses_a_removed_agent_and_cuts_it_off) {
  const auto agent = client(enrolled(uuid(1), uuid(101)), uuid(101));
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)); }));
  known.locked([&] { known.removed.insert(uuid(1)); });
  server->disconnect(uuid(1));
  ASSERT_TRUE(soon([&] { return !server->connected(uuid(101)); }));
  ImageFetcher fetcher(folder / uuid(1).text(), {address()});
  try {
    fetcher.fetch("cirros", [](std::string_view) {});
    ADD_FAILURE() << "a removed agent got an image";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault, Fault::forbidden);
  }
  EXPECT_FALSE(server->connected(uuid(101)));
}

TEST_F(Link, cuts_off_a_revoked_certificate_and_knows_it_again) {
  const auto agent = client(enrolled(uuid(1), uuid(101)), uuid(101));
  const auto other = client(enrolled(uuid(2), uuid(102)), uuid(102));
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)) && server->connected(uuid(102)); }));
  const auto serial = serial_of(AgentFiles(folder / uuid(1).text()).credentials().certificate);
  known.locked([&] { known.revoked.insert(serial); });
  server->disconnect_certificate(serial);
  ASSERT_TRUE(soon([&] { return !server->connected(uuid(101)); }));
  ImageFetcher fetcher(folder / uuid(1).text(), {address()});
  EXPECT_THROW(fetcher.fetch("cirros", [](std::string_view) {}), Error);
  EXPECT_FALSE(server->connected(uuid(101)));
  EXPECT_EQ(known.count("disconnected " + uuid(2).text()), 0u);
  // With a fresh certificate it is let in again.
  AgentFiles files(folder / uuid(1).text());
  files.finish_renewal(authority.issue(uuid(1), files.begin_renewal()));
  EXPECT_TRUE(soon([&] { return server->connected(uuid(101)); }));
}

TEST_F(Link, connects_anew_when_it_is_asked_to) {
  const auto agent = client(enrolled(uuid(1), uuid(101)), uuid(101));
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)); }));
  agent->reconnect();
  EXPECT_TRUE(soon([&] { return known.count("connected " + uuid(1).text()) == 2; }));
}

TEST_F(Link, does_not_let_an_agent_speak_for_anothers_host) {
  const auto honest = client(enrolled(uuid(1), uuid(101)), uuid(101));
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)); }));
  const auto liar = client(enrolled(uuid(2), uuid(102)), uuid(101));  // claims the other's host
  ASSERT_TRUE(soon([&] { return known.count("connected " + uuid(2).text()) > 0; }));
  EXPECT_TRUE(soon([&] { return liar->report({uuid(101), "sightings", "{}"}); }));
  EXPECT_TRUE(soon([&] { return honest->report({uuid(101), "sightings", "true"}); }));
  ASSERT_TRUE(soon([&] { return known.locked([&] { return !known.reports.empty(); }); }));
  EXPECT_TRUE(start_instance(uuid(101), effect(1)));
  known.locked([&] {
    EXPECT_EQ(known.reports.size(), 1u);
    EXPECT_EQ(known.reports[0].body, "true");
  });
}

TEST_F(Link, lets_the_newer_connection_of_an_agent_take_over) {
  const auto directory = enrolled(uuid(1), uuid(101));
  std::filesystem::copy(directory, folder / "copy");
  const auto first = client(directory, uuid(101));
  ASSERT_TRUE(soon([&] { return server->connected(uuid(101)); }));
  const auto second = client(folder / "copy", uuid(101));
  ASSERT_TRUE(soon([&] { return known.count("connected " + uuid(1).text()) >= 2; }));
  known.locked([&] {
    EXPECT_EQ(known.news[0], "connected " + uuid(1).text());
    EXPECT_EQ(known.news[1], "disconnected " + uuid(1).text());
    EXPECT_EQ(known.news[2], "connected " + uuid(1).text());
  });
}

TEST_F(Link, brings_an_image_of_fifty_megabytes_in_order) {
  ImageFetcher fetcher(enrolled(uuid(1), uuid(101)), {address()});
  std::size_t bytes = 0;
  bool right = true;
  fetcher.fetch("cirros", [&](std::string_view chunk) {
    const char expected = char('a' + (bytes >> 20) % 26);
    right = right && chunk.front() == expected && chunk.back() == expected;
    bytes += chunk.size();
  });
  EXPECT_EQ(bytes, std::size_t(50) << 20);
  EXPECT_TRUE(right);
  try {
    fetcher.fetch("absent", [](std::string_view) {});
    ADD_FAILURE() << "an absent image was fetched";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault, Fault::missing);
  }
}

TEST_F(Link, renews_a_certificate_over_the_connection) {
  struct MonthsAgo final : Clock {
    Time now() override { return machine_clock().now() - std::chrono::days(70); }
  } past;
  const auto directory =
      forged(folder, Authority::of(authority.certificate(), authority.key(), past), authority, uuid(1));
  known.locked([&] { known.hosts[uuid(1)].insert(uuid(101)); });
  const auto before = AgentFiles(directory).credentials().certificate;
  const auto agent = client(directory, uuid(101));
  ASSERT_TRUE(soon([&] { return AgentFiles(directory).credentials().certificate != before; }));
  EXPECT_EQ(AgentFiles(directory).agent(), uuid(1));
  ImageFetcher fetcher(directory, {address()});
  EXPECT_NO_THROW(fetcher.fetch("cirros", [](std::string_view) {}));
}

TEST_F(Link, closes_a_connection_that_announces_too_long_a_frame) {
  const auto context = agent_context(AgentFiles(enrolled(uuid(1), uuid(101))).credentials());
  auto stream = Stream::dial({address()}, *context);
  const std::string huge = "\xff\xff\xff\xff and then some";
  ASSERT_GT(SSL_write(&stream.tls(), huge.data(), int(huge.size())), 0);
  const auto answer = stream.read();
  EXPECT_TRUE(answer.has_refusal());
  EXPECT_THROW(stream.read(), Error);
}

TEST_F(Link, lets_a_stranger_do_nothing_but_enrol) {
  const auto context = newcomer_context(authority.fingerprint());
  auto stream = Stream::dial({address()}, *context);
  wire::Frame frame;
  frame.mutable_hello()->add_hosts(to_wire(uuid(101)));
  stream.send(frame);
  EXPECT_EQ(fault_named(stream.read().refusal().fault()), Fault::unauthorized);
}

TEST_F(Link, speaks_nothing_older_than_tls_13) {
  const Owned<SSL_CTX, SSL_CTX_free> old(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_max_proto_version(old.get(), TLS1_2_VERSION);
  EXPECT_THROW(Stream::dial({address()}, *old), Error);
}

TEST_F(Link, closes_connections_that_say_nothing) {
  server.reset();
  options.greeting_max = 100ms;
  server = std::make_unique<LinkServer>(loop, authority, events_of(known), options);
  const auto context = newcomer_context(authority.fingerprint());
  auto stream = Stream::dial({address()}, *context);
  EXPECT_THROW(stream.read(), Error);
}

TEST(Token, is_one_word_and_comes_back_whole) {
  const JoinToken token{Secret("s3cret"), "00ff", {"cloud.example:8250"}};
  const auto text = token_text(token);
  EXPECT_EQ(text.reveal().find_first_of("+/= \n"), std::string::npos);
  EXPECT_EQ(read_token(text), token);
  EXPECT_THROW(read_token(Secret(text.reveal().substr(0, 20))), Error);
  EXPECT_THROW(read_token(Secret("nonsense!")), Error);
}

}  // namespace
}  // namespace welkin::link
