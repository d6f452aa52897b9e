// Accepting connections, telling strangers from agents, and keeping the order of comings and goings.
#include "link/sessions.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>


namespace welkin::link {

namespace {

constexpr asio::use_awaitable_t<Executor> awaiting;
constexpr auto sweep_every = std::chrono::milliseconds(500);
wire::Frame refusal_of(const Error& error) {
  wire::Frame frame;
  // WHY without subject and cause: a stranger learns no more than that it was refused.
  *frame.mutable_refusal() = to_wire(Error(error.fault, error.message));
  return frame;
}

}  // namespace

Sessions::Sessions(SessionParts parts) : parts_(std::move(parts)) {
  renew_certificate();
  boost::system::error_code code;
  const auto address = asio::ip::make_address(parts_.options.address, code);
  if (code)
    throw Error(Fault::invalid, fmt::format("'{}' is not an address to listen on.", parts_.options.address));
  const asio::ip::tcp::endpoint end(address, parts_.options.port);
  try {
    acceptor_.open(end.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address(true));
    acceptor_.bind(end);
    acceptor_.listen();
  } catch (const boost::system::system_error& error) {
    throw Error(Fault::in_use,
                fmt::format("Cannot listen for agents on {} port {}: {}.", parts_.options.address,
                            parts_.options.port, error.code().message()));
  }
  port_ = acceptor_.local_endpoint().port();
}

Sessions::~Sessions() { must(!thread_.joinable(), "sessions are ended before they are destroyed"); }

void Sessions::begin() {
  asio::co_spawn(io_, accept(), asio::detached);
  asio::co_spawn(io_, sweep_for_ever(), asio::detached);
  thread_ = std::thread([this] { io_.run(); });
}

void Sessions::end() {
  asio::post(io_, [this] {
    ending_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    sweeping_.cancel();
    for (const auto& session : sessions_) session->wire->close();
    for (auto* alarm : alarms_) alarm->cancel();
    const std::lock_guard lock(fetching_mutex_);
    for (const int socket : fetching_) ::shutdown(socket, SHUT_RDWR);
  });
  if (thread_.joinable()) thread_.join();
}

Await<> Sessions::accept() {
  while (!ending_) {
    boost::system::error_code code;
    auto socket = co_await acceptor_.async_accept(asio::redirect_error(awaiting, code));
    if (ending_) co_return;
    if (code) {
      log::warning("an agent's connection was not accepted: {}", code.message());
      Timer pause(io_, std::chrono::milliseconds(100));  // out of descriptors, most likely
      co_await pause.async_wait(asio::redirect_error(awaiting, code));
      continue;
    }
    if (sessions_.size() >= parts_.options.connections_max || strangers_ >= parts_.options.strangers_max)
      continue;
    try {
      auto session = std::make_shared<Session>();
      session->wire = std::make_shared<Wire>(std::move(socket), *context_, true);
      asio::co_spawn(io_, serve(std::move(session)), asio::detached);
    } catch (const std::exception& error) {
      log::warning("an agent's connection was dropped: {}", error.what());
    }
  }
}

Await<> Sessions::sweep_for_ever() {
  while (!ending_) {
    try {
      sweep();
    } catch (const std::exception& error) {
      log::error("connections were not looked after: {}", error.what());
    }
    sweeping_.expires_after(sweep_every);
    boost::system::error_code code;
    co_await sweeping_.async_wait(asio::redirect_error(awaiting, code));
  }
}

void Sessions::sweep() {
  const auto now = std::chrono::steady_clock::now();
  const auto wall = parts_.loop.clock().now();
  for (const auto& session : sessions_) {
    if (!session->known && now - session->begun > parts_.options.greeting_max) session->wire->close();
    if (session->known && now - session->wire->last_heard() > parts_.options.silence_max) {
      log::warning("{} has been silent too long; its connection is closed", session->wire->other_end());
      session->wire->close();
    }
    if (session->expires && *session->expires < wall) session->wire->close();
  }
  if (wall > renew_certificate_at_) renew_certificate();
}

void Sessions::renew_certificate() {
  context_ = server_context(parts_.authority.server_credentials());
  renew_certificate_at_ = parts_.loop.clock().now() + Authority::certificate_lifetime * 2 / 3;
}

Await<> Sessions::serve(std::shared_ptr<Session> session) {
  const auto self = shared_from_this();
  const auto wire = session->wire;
  sessions_.insert(session);
  ++strangers_;
  std::optional<Error> refused;
  try {
    co_await greet(session);
  } catch (const Error& error) {
    refused = error;
  } catch (const std::exception& error) {
    refused = Error(Fault::internal, "The server failed.", {}, error.what());
  }
  if (refused && refused->fault != Fault::unreachable) {
    log::warning("{} was refused: {} ({})", wire->other_end(), refused->message, refused->cause);
    if (!ending_) wire->send(refusal_of(*refused));
    co_await wire->drained();
  } else if (refused) {
    log::info("{}: {} ({})", wire->other_end(), refused->message, refused->cause);
  }
  if (!session->known) --strangers_;
  wire->close();
  sessions_.erase(session);
}

Await<> Sessions::greet(std::shared_ptr<Session> session) {
  const auto wire = session->wire;
  co_await wire->handshake();
  const auto agent = agent_at_the_other_end(wire->tls());
  session->serial = serial_at_the_other_end(wire->tls());
  auto first = co_await wire->read();
  if (!agent) {
    if (!first.has_enrol())
      throw Error(Fault::unauthorized, "Without a certificate, an agent can only enrol.");
    co_await enrol(*wire, std::move(*first.mutable_enrol()));
  } else if (first.has_hello()) {
    co_await serve_agent(session, *agent, std::move(*first.mutable_hello()));
  } else if (first.has_fetch()) {
    co_await serve_image(session, *agent, std::move(*first.mutable_fetch()->mutable_image()));
  } else {
    throw Error(Fault::invalid, "A connection begins with Hello, Fetch or Enrol.");
  }
}

void Sessions::dismiss(const std::shared_ptr<Peer>& peer) {
  if (parts_.routes.remove(peer)) retire(peer);
}

void Sessions::send(std::shared_ptr<Peer> peer, std::string frame) {
  asio::post(io_, [peer = std::move(peer), frame = std::move(frame)]() mutable {
    if (peer->wire) peer->wire->send(std::move(frame));
  });
}

void Sessions::disconnect(Uuid agent) {
  asio::post(io_, [this, agent] {
    if (const auto peer = parts_.routes.of(agent); peer && peer->wire) peer->wire->close();
  });
}

void Sessions::disconnect_certificate(std::string serial) {
  asio::post(io_, [this, serial = std::move(serial)] {
    for (const auto& session : sessions_)
      if (session->serial == serial) session->wire->close();
  });
}

}  // namespace welkin::link
