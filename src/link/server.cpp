// Calls: a number, a frame, a deadline, an answer.
#include "link/server.hpp"

#include <fmt/format.h>

#include "link/frame.hpp"
#include "link/sessions.hpp"

namespace welkin::link {

namespace {

constexpr auto deadline_by_default = 60s;

/// A request under way; when its caller gives up, nobody waits for the answer any more.
class Pending {
 public:
  Pending(Loop& loop, std::shared_ptr<Peer> peer, std::size_t outstanding_max)
      : loop_(loop), peer_(std::move(peer)), sequence_(peer_->begin(arrival, outstanding_max)) {}
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending() {
    if (timer_) loop_.cancel(timer_);
    peer_->end(sequence_);
  }

  void give_up_after(Duration span, const Error& error) {
    timer_ = loop_.after(span, [arrival = arrival, error] { arrival.fail(std::make_exception_ptr(error)); });
  }
  std::uint64_t sequence() const { return sequence_; }

  const Arrival<std::string> arrival;

 private:
  Loop& loop_;
  std::shared_ptr<Peer> peer_;
  std::uint64_t sequence_;
  std::uint64_t timer_ = 0;
};

Error too_late(const Request& request, std::chrono::milliseconds span) {
  return Error(Fault::timeout, fmt::format("Host {} did not answer {} within {} ms.", request.host.text(),
                                           request.verb, span.count()),
               request.host.text());
}

}  // namespace

struct LinkServer::Parts {
  Loop& loop;
  LinkOptions options;
  Authority authority;
  Routes routes;
  Workers image_readers;
  std::shared_ptr<Sessions> sessions;
};

LinkServer::LinkServer(Loop& loop, Authority authority, LinkEvents events, LinkOptions options)
    : parts_(new Parts{loop, options, authority, {}, Workers(options.image_readers), {}}) {
  parts_->sessions = std::make_shared<Sessions>(
      SessionParts{loop, std::move(authority), std::make_shared<const LinkEvents>(std::move(events)),
                   std::move(options), parts_->routes, parts_->image_readers});
  parts_->sessions->begin();
}

LinkServer::~LinkServer() { parts_->sessions->end(); }

std::uint16_t LinkServer::port() const { return parts_->sessions->port(); }
const Authority& LinkServer::authority() const { return parts_->authority; }
bool LinkServer::connected(Uuid host) const { return parts_->routes.to(host) != nullptr; }
void LinkServer::disconnect(Uuid agent) { parts_->sessions->disconnect(agent); }

void LinkServer::disconnect_certificate(const std::string& serial) { parts_->sessions->disconnect_certificate(serial); }

Task<std::string> LinkServer::call(Uuid host, std::string_view verb, std::string body, Operation operation) {
  const auto span =
      operation.deadline_ms > 0 ? std::chrono::milliseconds(operation.deadline_ms) : deadline_by_default;
  operation.deadline_ms = std::chrono::milliseconds(span).count();
  const Request request{host, std::string(verb), std::move(body), operation};
  const auto peer = parts_->routes.to(host);
  if (!peer)
    throw Error(Fault::unreachable, fmt::format("Host {} has no connection with this server.", host.text()),
                host.text());
  Pending pending(parts_->loop, peer, parts_->options.outstanding_max);
  pending.give_up_after(span, too_late(request, span));
  parts_->sessions->send(peer, encode_request(pending.sequence(), request));
  co_return co_await pending.arrival;
}

}  // namespace welkin::link
