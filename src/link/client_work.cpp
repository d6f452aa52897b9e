// What an agent says to its server, and how it serves what it is asked.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "link/client_parts.hpp"

namespace welkin::link {

namespace {

std::string answer_frame(std::uint64_t sequence, const Outcome& outcome) {
  try {
    return encode_answer(sequence, outcome);
  } catch (const Error& error) {
    return encode_answer(
        sequence,
        std::unexpected(Error(Fault::internal, "The answer is too long to be sent.", {}, error.message)));
  }
}

std::string heartbeat_frame(std::vector<HostBrief> briefs) {
  wire::Frame frame;
  auto& beat = *frame.mutable_heartbeat();
  for (auto& brief : briefs) {
    auto& out = *beat.add_hosts();
    out.set_host(to_wire(brief.host));
    out.set_facts(std::move(brief.facts));
  }
  return encode(frame);
}

Outcome outcome_of(const ClientEvents& events, const Request& request) {
  try {
    return events.serve(request.host, request.verb, request.body);
  } catch (const Error& error) {
    return std::unexpected(error);
  } catch (const std::exception& error) {
    return std::unexpected(Error(Fault::internal, "The host failed; its log says more.", {}, error.what()));
  }
}

}  // namespace

void LinkClient::Parts::send_hello(Wire& wire) {
  wire::Frame frame;
  auto& hello = *frame.mutable_hello();
  hello.set_version(options_.version);
  hello.set_machine(options_.machine);
  for (const auto& host : options_.hosts) hello.add_hosts(to_wire(host));
  wire.send(frame);
}

Await<> LinkClient::Parts::converse(std::shared_ptr<Wire> wire) {
  while (true) {
    auto frame = co_await wire->read();
    switch (frame.kind_case()) {
      case wire::Frame::kWelcome: {
        std::vector<Uuid> hosts;
        for (const auto& host : frame.welcome().hosts()) hosts.push_back(uuid_from_wire(host));
        log::info("connected with {}", wire->other_end());
        pause_ = options_.retry_min;
        welcome_ = true;
        if (events_.connected) events_.connected(hosts);
        break;
      }
      case wire::Frame::kRequest: take_request(wire, std::move(*frame.mutable_request())); break;
      case wire::Frame::kHeartbeat: break;
      case wire::Frame::kCertificate: take_certificate(frame.certificate()); break;
      case wire::Frame::kRefusal: throw error_from_wire(frame.refusal());
      default: throw Error(Fault::invalid, "The server sent what a server does not send.");
    }
  }
}

void LinkClient::Parts::take_request(const std::shared_ptr<Wire>& wire, wire::Request asked) {
  const auto sequence = asked.sequence();
  const auto request = request_from_wire(asked);
  const auto until = std::chrono::steady_clock::now() +
                     std::chrono::milliseconds(std::max<std::int64_t>(request.operation.deadline_ms, 1));
  auto reply = [this, weak = std::weak_ptr(wire), sequence](const Outcome& outcome) {
    asio::post(io_, [weak, frame = answer_frame(sequence, outcome)]() mutable {
      if (const auto still = weak.lock()) still->send(std::move(frame));
    });
  };
  if (busy_ >= options_.queue_max)
    return reply(std::unexpected(Error(Fault::unreachable, "The host has too much to do; try again later.")));
  memory_->ask(
      request, [this, request, until](Memory::Turn turn) { do_request(request, until, std::move(turn)); },
      reply);
}

void LinkClient::Parts::do_request(Request request, std::chrono::steady_clock::time_point until,
                                   Memory::Turn turn) {
  auto& crew = request.operation.journey ? workers_ : lookers_;
  ++busy_;
  crew.post([this, request = std::move(request), until, turn = std::move(turn)]() mutable {
    const log::Scope scope(request.operation.journey ? request.operation.journey.text() : std::string());
    if (stopping_)
      turn.settle(std::unexpected(Error(Fault::unreachable, "The agent is ending.")));
    else if (std::chrono::steady_clock::now() > until)
      turn.settle(std::unexpected(Error(Fault::timeout, "The request waited too long for its turn.")));
    else
      turn.settle(outcome_of(events_, request));
    --busy_;
  });
}

bool LinkClient::Parts::report(const HostReport& said) {
  if (!welcome_) return false;
  wire::Frame frame;
  frame.mutable_report()->set_host(to_wire(said.host));
  frame.mutable_report()->set_kind(said.kind);
  frame.mutable_report()->set_body(said.body);
  asio::post(io_, [this, bytes = encode(frame)]() mutable {
    if (wire_ && welcome_) wire_->send(std::move(bytes));
  });
  return true;
}

void LinkClient::Parts::send_heartbeat() {
  if (briefing_.exchange(true)) return;  // the last one still asks the hypervisor
  lookers_.post([this] {
    std::string bytes;
    try {
      bytes = heartbeat_frame(events_.briefs ? events_.briefs() : std::vector<HostBrief>());
    } catch (const std::exception& error) {
      log::warning("a heartbeat says nothing of its hosts: {}", error.what());
      bytes = heartbeat_frame({});
    }
    asio::post(io_, [this, bytes = std::move(bytes)]() mutable {
      briefing_ = false;
      if (wire_ && welcome_) wire_->send(std::move(bytes));
    });
  });
}

void LinkClient::Parts::renew_when_due() {
  const auto now = clock_.now();
  if (now < renew_at_) return;
  renew_at_ = now + 1h;  // when this attempt comes to nothing
  wire::Frame frame;
  frame.mutable_enrol()->set_request(files_.begin_renewal());
  wire_->send(frame);
}

void LinkClient::Parts::take_certificate(const wire::Certificate& certificate) {
  files_.finish_renewal(certificate.pem());
  const auto validity = validity_of(certificate.pem());
  renew_at_ = validity.from + (validity.until - validity.from) * 2 / 3;
  log::info("the certificate is renewed until {}", exact_time(validity.until));
}

}  // namespace welkin::link
