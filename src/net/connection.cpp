// The connection as a small machine of phases that goes on until it has to wait.
#include "net/connection.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "net/response_head.hpp"

namespace welkin::net {

namespace {
using Outcome = Transport::Outcome;

constexpr std::chrono::milliseconds linger_max{2'000};
constexpr std::size_t linger_bytes_max = 1 << 20;
constexpr int burst_max = 32;
constexpr std::size_t tls_record_bytes = 16 << 10;
constexpr std::size_t slowest_bytes_per_second = 16 << 10;  // a reader slower than this is cut in the end
}  // namespace

Connection::Connection(ServerLoop& loop, Socket socket, const TlsContext& tls, std::string peer)
    : loop_(&loop),
      loop_from_afar_(loop.weak_from_this()),
      core_(loop.core()),
      peer_(std::move(peer)),
      parser_({core_->options.header_bytes_max, core_->options.body_bytes_max}) {
  socket_.emplace(loop.events(), std::move(socket));
  transport_.emplace(tls ? Transport::accepting(socket_->fd(), tls) : Transport(socket_->fd()));
  if (!tls) phase_ = Phase::reading;
}

Connection::~Connection() = default;

void Connection::begin(ServerLoop::Place place) {
  place_ = place;
  set_deadline(options().request_max);
  proceed();
}

void Connection::begin_refusal(ServerLoop::Place place) {
  place_ = place;
  if (transport_->secure()) return close();
  refuse(503, "Too many connections are open; try again later.");
  proceed();
}

void Connection::proceed() {
  const auto self = shared_from_this();  // a phase may close us
  try {
    while (step() == Step::again) {
    }
  } catch (const std::exception& error) {
    log::error("A connection of {} has failed: {}", peer_, error.what());
    close();
  }
}

Connection::Step Connection::step() {
  switch (phase_) {
    case Phase::handshake:
      return shake_hands();
    case Phase::reading:
      return read();
    case Phase::writing:
      return write();
    case Phase::lingering:
      return linger();
    case Phase::handling:
    case Phase::closed:
      return Step::wait;
  }
  return Step::wait;
}

Connection::Step Connection::wait_for(Outcome outcome) {
  burst_ = 0;
  if (outcome == Outcome::needs_input)
    socket_->when_readable([self = shared_from_this()] { self->proceed(); });
  else if (outcome == Outcome::needs_output)
    socket_->when_writable([self = shared_from_this()] { self->proceed(); });
  else
    close();
  return Step::wait;
}

Connection::Step Connection::shake_hands() {
  const auto progress = transport_->handshake();
  if (progress.outcome != Outcome::done) return wait_for(progress.outcome);
  phase_ = Phase::reading;
  return Step::again;
}

Connection::Step Connection::read() {
  parse_rest();
  for (;;) {
    if (parser_.state() == RequestParser::State::complete) return hand_over();
    if (parser_.state() == RequestParser::State::failed)
      return refuse(parser_.refusal(), reason_of(parser_.refusal()));
    if (parser_.wants_continue() && !continued_) ask_for_body();
    if (std::exchange(likely_empty_, false)) return wait_for(Outcome::needs_input);
    const auto space = loop_->scratch();
    const auto progress = transport_->read(space);
    if (progress.outcome != Outcome::done) return wait_for(progress.outcome);
    likely_empty_ = !transport_->secure() && progress.bytes < space.size();
    take_in({space.data(), progress.bytes});
    if (weighed_ > 0 && core_->body_bytes > options().bodies_bytes_max)
      return refuse(503, "Too much is being sent at once; try again later.");
  }
}

void Connection::take_in(std::string_view bytes) {
  const bool was_idle = parser_.state() == RequestParser::State::empty;
  if (input_.empty()) {
    input_.append(bytes.substr(feed(bytes)));
  } else {
    input_.erase(0, std::exchange(parsed_, 0));
    input_ += bytes;
    parse_rest();
  }
  if (was_idle && parser_.state() != RequestParser::State::empty) set_deadline(options().request_max);
}

void Connection::parse_rest() {
  if (input_.empty()) return;
  parsed_ += feed(std::string_view(input_).substr(parsed_));
  if (parsed_ < input_.size()) return;
  input_.clear();
  parsed_ = 0;
}

std::size_t Connection::feed(std::string_view bytes) {
  const auto used = parser_.feed(bytes);
  const auto body = parser_.body_bytes();
  if (body > weighed_) {
    core_->body_bytes += body - weighed_;
    weighed_ = body;
  }
  return used;
}

void Connection::forget_body() { core_->body_bytes -= std::exchange(weighed_, 0); }

void Connection::ask_for_body() {
  continued_ = true;
  // 25 bytes on a connection that has nothing else under way fit its send buffer, or the client is of no use.
  transport_->write("HTTP/1.1 100 Continue\r\n\r\n", {});
}

Connection::Step Connection::hand_over() {
  keep_alive_ = parser_.keeps_alive();
  http_1_0_ = parser_.is_http_1_0();
  continued_ = false;
  auto request = parser_.take();
  forget_body();
  request.peer = peer_;
  request.secure = transport_->secure();
  head_only_ = request.method == "HEAD";
  phase_ = Phase::handling;
  set_deadline(options().answer_max);
  in_handler_ = true;
  try {
    core_->handler(std::move(request), Responder(shared_from_this()));
  } catch (const std::exception& error) {
    log::error("The handler of an HTTP request has failed: {}", error.what());
  }
  in_handler_ = false;
  return phase_ == Phase::handling ? Step::wait : Step::again;
}

void Connection::answer(HttpResponse response) {
  if (const auto loop = loop_from_afar_.lock(); loop && loop->is_here()) {
    accept_answer(std::move(response));
  } else if (loop) {
    loop->events().post([self = shared_from_this(), response = std::move(response)]() mutable {
      self->accept_answer(std::move(response));
    });
  }
}

void Connection::accept_answer(HttpResponse response) {
  if (phase_ != Phase::handling) return;  // cut, or overdue and already answered
  compose(std::move(response));
  if (!in_handler_) proceed();
}

Connection::Step Connection::refuse(int status, std::string_view text) {
  keep_alive_ = false;
  head_only_ = head_only_ && phase_ == Phase::handling;
  refused_ = true;
  forget_body();
  compose(text_response(status, text));
  return Step::again;
}

void Connection::compose(HttpResponse response) {
  if (response.status < 200 || response.status > 999)
    response = text_response(500, "The answer has no proper status.");
  if (drained_ || core_->stopping) keep_alive_ = false;
  body_ = std::move(response.body);
  shared_body_ = std::move(response.shared_body);
  head_.clear();
  sent_ = 0;
  append_response_head(head_, response, {loop_->date(), http_1_0_, !keep_alive_, body().size()});
  if (head_only_ || !may_have_body(response.status)) {
    body_.clear();
    shared_body_.reset();
  }
  if (transport_->secure() &&
      head_.size() + body().size() <= tls_record_bytes) {  // one record instead of two
    head_ += body();
    body_.clear();
    shared_body_.reset();
  }
  phase_ = Phase::writing;
  set_deadline(options().request_max + std::chrono::seconds(body().size() / slowest_bytes_per_second));
}

std::string_view Connection::body() const {
  return shared_body_ ? std::string_view(*shared_body_) : std::string_view(body_);
}

Connection::Step Connection::write() {
  const std::string_view head = head_;
  while (sent_ < head.size() + body().size()) {
    const auto from_body = sent_ - std::min(sent_, head.size());
    const auto progress =
        transport_->write(head.substr(std::min(sent_, head.size())), body().substr(from_body));
    if (progress.outcome != Outcome::done) return wait_for(progress.outcome);
    sent_ += progress.bytes;
  }
  return end_response();
}

Connection::Step Connection::end_response() {
  shared_body_.reset();
  if (body_.capacity() > tls_record_bytes) body_ = {};
  if (keep_alive_ && !drained_) {
    phase_ = Phase::reading;
    set_deadline(input_.empty() ? options().idle_max : options().request_max);
    if (++burst_ < burst_max) return Step::again;
    burst_ = 0;  // others want their turn
    loop_->events().post([self = shared_from_this()] { self->proceed(); });
    return Step::wait;
  }
  transport_->finish();
  if (!refused_ && input_.empty() && !transport_->secure()) {
    close();
    return Step::wait;
  }
  // Closing before the other end is silent would reset the connection, and it might never see the response.
  phase_ = Phase::lingering;
  set_deadline(linger_max);
  return Step::again;
}

Connection::Step Connection::linger() {
  while (discarded_ < linger_bytes_max) {
    const auto progress = transport_->discard();
    if (progress.outcome != Outcome::done) return wait_for(progress.outcome);
    discarded_ += progress.bytes;
  }
  close();
  return Step::wait;
}

void Connection::sweep() {
  if (phase_ == Phase::closed || loop_->now() < deadline_) return;
  if (phase_ == Phase::reading && parser_.state() != RequestParser::State::empty) {
    refuse(408, "The request did not arrive in time.");
    return proceed();
  }
  if (phase_ == Phase::handling) {
    refuse(503, "The answer takes too long.");
    return proceed();
  }
  close();
}

void Connection::drain() {
  drained_ = true;
  const bool idle =
      phase_ == Phase::handshake || phase_ == Phase::lingering ||
      (phase_ == Phase::reading && parser_.state() == RequestParser::State::empty && input_.empty());
  if (idle) close();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  forget_body();
  transport_.reset();
  socket_.reset();
  input_ = {};
  body_ = {};
  shared_body_.reset();
  core_->count_out();
  core_.reset();  // the handler in it may hold a responder that holds us
  loop_->forget(place_);
}

}  // namespace welkin::net
