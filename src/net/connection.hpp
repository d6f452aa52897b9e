// One connection of the HTTP server: requests in, responses out, in order.
#pragma once

#include <optional>

#include "net/request_parser.hpp"
#include "net/server_loop.hpp"
#include "net/transport.hpp"

namespace welkin::net {

/// Lives in its loop's thread, except for `answer`. A responder may keep it beyond its end; then it holds no
/// socket.
class Connection final : public ResponseSlot, public std::enable_shared_from_this<Connection> {
 public:
  Connection(ServerLoop& loop, Socket socket, const TlsContext& tls, std::string peer);
  ~Connection() override;

  /// `place`: where the loop keeps it.
  void begin(ServerLoop::Place place);
  /// Answers 503 and ends.
  void begin_refusal(ServerLoop::Place place);
  /// Acts when a deadline has passed.
  void sweep();
  /// Ends now when idle, else behind the present response.
  void drain();
  void close();
  /// From any thread.
  void answer(HttpResponse response) override;

 private:
  enum class Phase { handshake, reading, handling, writing, lingering, closed };
  enum class Step { again, wait };

  void proceed();
  Step step();
  Step shake_hands();
  Step read();
  Step write();
  Step linger();
  Step wait_for(Transport::Outcome outcome);

  void take_in(std::string_view bytes);
  void parse_rest();
  std::size_t feed(std::string_view bytes);
  Step hand_over();
  Step refuse(int status, std::string_view text);
  void accept_answer(HttpResponse response);
  void compose(HttpResponse response);
  Step end_response();
  void ask_for_body();
  void forget_body();
  void set_deadline(std::chrono::milliseconds span) { deadline_ = loop_->now() + span; }
  std::string_view body() const;
  const HttpServerOptions& options() const { return core_->options; }

  ServerLoop* loop_;  // good while not closed
  std::weak_ptr<ServerLoop> loop_from_afar_;
  std::shared_ptr<ServerCore> core_;  // null once closed
  ServerLoop::Place place_;
  std::optional<Descriptor> socket_;
  std::optional<Transport> transport_;
  std::string peer_;
  RequestParser parser_;
  std::string input_;         // read, and from parsed_ on not yet parsed
  std::size_t parsed_ = 0;
  std::string head_;
  std::string body_;
  std::shared_ptr<const std::string> shared_body_;
  std::size_t sent_ = 0;
  std::size_t weighed_ = 0;  // our part of the core's body_bytes
  std::size_t discarded_ = 0;
  int burst_ = 0;  // requests served without a wait
  ServerLoop::Instant deadline_;
  Phase phase_ = Phase::handshake;
  bool keep_alive_ = false;
  bool http_1_0_ = false;
  bool head_only_ = false;
  bool refused_ = false;  // the client may still be sending
  bool continued_ = false;
  bool in_handler_ = false;
  bool drained_ = false;
  bool likely_empty_ = false;  // the last read left nothing behind
};

}  // namespace welkin::net
