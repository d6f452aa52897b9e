// Dialling a server, noticing that it has gone, and dialling again.
#include "link/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "link/client_parts.hpp"
#include "link/stream.hpp"

namespace welkin::link {

namespace {
constexpr asio::use_awaitable_t<Executor> awaiting;
constexpr auto dial_max = std::chrono::seconds(10);
constexpr auto look_every = std::chrono::milliseconds(200);
}  // namespace

LinkClient::Parts::Parts(ClientOptions options, ClientEvents events, Clock& clock)
    : options_(std::move(options)), events_(std::move(events)), clock_(clock), files_(options_.directory),
      memory_(Memory::make(clock, std::make_unique<Notebook>(options_.directory + "/answers"))),
      pause_(options_.retry_min) {
  if (options_.servers.empty()) throw Error(Fault::invalid, "No server is named to dial.", "server");
  for (const auto& server : options_.servers) server_address(server);
  next_server_ = machine_random().below(options_.servers.size());
}

void LinkClient::Parts::begin() {
  asio::co_spawn(io_, live(), asio::detached);
  asio::co_spawn(io_, watch(), asio::detached);
  thread_ = std::thread([this] { io_.run(); });
}

void LinkClient::Parts::stop() {
  asio::post(io_, [this] {
    stopping_ = true;
    if (wire_) wire_->close();
    boost::system::error_code ignored;
    dialling_.close(ignored);
    resting_.cancel();
    watching_.cancel();
    resolver_.cancel();
  });
  if (thread_.joinable()) thread_.join();
}

Await<> LinkClient::Parts::live() {
  while (!stopping_) {
    try {
      co_await connect_once();
    } catch (const Error& error) {
      if (!stopping_) log::warning("{} {}", error.message, error.cause);
    } catch (const std::exception& error) {
      if (!stopping_) log::warning("No connection: {}", error.what());
    }
    if (wire_) wire_->close();
    wire_.reset();
    if (welcome_.exchange(false) && events_.disconnected && !stopping_) events_.disconnected();
    if (!stopping_) co_await rest();
  }
}

Await<> LinkClient::Parts::rest() {
  // WHY by chance: ten thousand agents lose the same server at the same moment.
  const auto half = std::uint64_t(pause_.count()) / 2;
  resting_.expires_after(Duration(std::int64_t(half + machine_random().below(half + 1))));
  pause_ = std::min<Duration>(pause_ * 2, options_.retry_max);
  boost::system::error_code code;
  co_await resting_.async_wait(asio::redirect_error(awaiting, code));
}

Await<> LinkClient::Parts::connect_once() {
  const auto& server = options_.servers[next_server_++ % options_.servers.size()];
  dialled_ = std::chrono::steady_clock::now();
  auto socket = co_await dial(server);
  const auto credentials = files_.credentials();
  const auto validity = validity_of(credentials.certificate);
  renew_at_ = validity.from + (validity.until - validity.from) * 2 / 3;
  const auto context = agent_context(credentials);
  wire_ = std::make_shared<Wire>(std::move(socket), *context, false);
  const auto wire = wire_;
  co_await wire->handshake();
  must_be_a_server(wire->tls());
  wire->allow(frame_bytes_max);
  send_hello(*wire);
  co_await converse(wire);
}

Await<Socket> LinkClient::Parts::dial(std::string server) {
  const auto address = server_address(server);
  boost::system::error_code code;
  std::vector<asio::ip::tcp::endpoint> ends;
  if (const auto numeric = asio::ip::make_address(address.host, code); !code) {
    ends.emplace_back(numeric, std::uint16_t(std::stoul(address.port)));
  } else {
    const auto found = co_await resolver_.async_resolve(address.host, address.port, awaiting);
    for (const auto& entry : found) ends.push_back(entry.endpoint());
  }
  for (const auto& end : ends) {
    dialling_ = Socket(io_);
    co_await dialling_.async_connect(end, asio::redirect_error(awaiting, code));
    if (!code) co_return std::move(dialling_);
    if (stopping_) break;
  }
  throw Error(Fault::unreachable, fmt::format("Server {} cannot be reached: {}.", server, code.message()),
              server);
}

Await<> LinkClient::Parts::watch() {
  while (!stopping_) {
    look_after_connection();
    watching_.expires_after(look_every);
    boost::system::error_code code;
    co_await watching_.async_wait(asio::redirect_error(awaiting, code));
  }
}

void LinkClient::Parts::look_after_connection() {
  const auto now = std::chrono::steady_clock::now();
  if (!welcome_ && now - dialled_ > dial_max) {
    resolver_.cancel();
    boost::system::error_code ignored;
    dialling_.close(ignored);
    if (wire_) wire_->close();
  }
  if (!welcome_ || !wire_) return;
  // Not at once, so that the answer to whoever asked for it goes out before.
  if (leaving_.exchange(false)) return wire_->close();
  if (now - wire_->last_heard() > options_.silence_max) {
    log::warning("{} has been silent too long", wire_->other_end());
    return wire_->close();
  }
  if (now - beat_ < options_.heartbeat) return;
  beat_ = now;
  send_heartbeat();
  renew_when_due();
}

LinkClient::LinkClient(ClientOptions options, ClientEvents events, Clock& clock)
    : parts_(std::make_unique<Parts>(std::move(options), std::move(events), clock)) {}

LinkClient::~LinkClient() { parts_->stop(); }

void LinkClient::begin() { parts_->begin(); }
void LinkClient::reconnect() { parts_->reconnect(); }
void LinkClient::stop() { parts_->stop(); }
bool LinkClient::connected() const { return parts_->connected(); }
bool LinkClient::report(const HostReport& said) { return parts_->report(said); }

}  // namespace welkin::link
