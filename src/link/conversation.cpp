// What is said on a connection: enrolments, greetings, answers, heartbeats, reports and images.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <unordered_set>

#include "link/images.hpp"
#include "link/on_loop.hpp"
#include "link/sessions.hpp"

namespace welkin::link {

namespace {

constexpr asio::use_awaitable_t<Executor> awaiting;
constexpr std::size_t hosts_max = 100'000;
constexpr int renewals_max = 16;  ///< of one connection

std::vector<Uuid> uuids_of(const auto& texts) {
  std::vector<Uuid> out;
  for (const auto& text : texts)
    if (const auto id = uuid_from_wire(text)) out.push_back(id);
  return out;
}

template <class Call>
void tell(Loop& loop, std::shared_ptr<const LinkEvents> events, Call call) {
  loop.post([events = std::move(events), call = std::move(call)] {
    try {
      call(*events);
    } catch (const std::exception& error) {
      log::error("news of an agent was not taken in: {}", error.what());
    }
  });
}

Task<bool> take_heartbeat(const LinkEvents& events, Uuid agent, std::vector<HostBrief> briefs) {
  if (events.heartbeat) events.heartbeat(agent, briefs);
  co_return true;
}

Task<bool> take_report(const LinkEvents& events, Uuid agent, HostReport report) {
  if (events.report) events.report(agent, report);
  co_return true;
}

Task<Admission> take_hello(const LinkEvents& events, AgentHello hello) {
  if (!events.admit) co_return Admission{};
  co_return co_await events.admit(std::move(hello));
}

Task<std::optional<Uuid>> take_token(const LinkEvents& events, Secret token, std::string key) {
  if (!events.enrol) co_return std::nullopt;
  co_return co_await events.enrol(std::move(token), std::move(key));
}

}  // namespace

template <class T, class Make>
Await<T> Sessions::on_loop(Make make) {
  if (ending_) throw Error(Fault::unreachable, "The server is ending.");
  const auto answer = std::make_shared<LoopAnswer<T>>();
  const auto alarm = std::make_shared<Timer>(io_, std::chrono::seconds(30));
  const std::weak_ptr<Timer> weak_alarm = alarm;
  auto wake = [weak = weak_from_this(), weak_alarm] {
    if (const auto self = weak.lock())
      asio::post(self->io_, [weak_alarm] {
        if (const auto waiting = weak_alarm.lock()) waiting->cancel();
      });
  };
  ask_loop(parts_.loop, answer, parts_.events, std::move(make), std::move(wake));
  alarms_.insert(alarm.get());
  boost::system::error_code code;
  co_await alarm->async_wait(asio::redirect_error(awaiting, code));
  alarms_.erase(alarm.get());
  co_return answer->take();
}

Await<> Sessions::enrol(Wire& wire, wire::Enrol asked) {
  const auto key = request_key_fingerprint(asked.request());
  const auto token = Secret(asked.token());
  const auto agent = co_await on_loop<std::optional<Uuid>>(
      [token, key](const LinkEvents& events) { return take_token(events, token, key); });
  if (!agent || !*agent)
    throw Error(Fault::unauthorized, "The token is not known or has been used; ask the server for another.");
  renew(wire, *agent, asked);
  log::info("agent {} has enrolled from {}", agent->text(), wire.other_end());
  co_await wire.drained();
}

void Sessions::renew(Wire& wire, Uuid agent, const wire::Enrol& asked) {
  wire::Frame frame;
  frame.mutable_certificate()->set_pem(parts_.authority.issue(agent, asked.request()));
  frame.mutable_certificate()->set_authority(parts_.authority.certificate());
  wire.send(frame);
}

Await<> Sessions::admit(std::shared_ptr<Wire> wire, std::shared_ptr<Peer> peer, wire::Hello hello) {
  if (hello.hosts_size() > int(hosts_max))
    throw Error(Fault::invalid, fmt::format("One agent speaks for at most {} hosts.", hosts_max));
  const AgentHello said{peer->agent, serial_at_the_other_end(wire->tls()), hello.version(), hello.machine(),
                        uuids_of(hello.hosts())};
  auto admission =
      co_await on_loop<Admission>([said](const LinkEvents& events) { return take_hello(events, said); });
  if (!admission.admitted)
    throw Error(Fault::forbidden,
                fmt::format("Agent {} may not connect; it has been removed.", peer->agent.text()));
  const std::unordered_set<Uuid> claimed(said.hosts.begin(), said.hosts.end());
  std::erase_if(admission.hosts, [&](Uuid host) { return !claimed.contains(host); });
  if (wire->closed()) throw Error(Fault::unreachable, "The agent has gone.");
  if (const auto earlier = parts_.routes.put(peer, admission.hosts)) retire(earlier);
  wire::Frame frame;
  frame.mutable_welcome()->set_version(parts_.options.version);
  for (const auto& host : admission.hosts) frame.mutable_welcome()->add_hosts(to_wire(host));
  wire->send(frame);
  tell(parts_.loop, parts_.events, [said, admission](const LinkEvents& events) {
    if (events.connected) events.connected(said, admission);
  });
}

Await<> Sessions::serve_agent(std::shared_ptr<Session> session, Uuid agent, wire::Hello hello) {
  const auto peer = std::make_shared<Peer>(agent, session->wire);
  std::exception_ptr error;
  try {
    co_await admit(session->wire, peer, std::move(hello));
    session->known = true;
    --strangers_;
    session->expires = expiry_at_the_other_end(session->wire->tls());
    session->wire->allow(frame_bytes_max);
    co_await listen(session->wire, peer);
  } catch (...) {
    error = std::current_exception();
  }
  dismiss(peer);
  if (error) std::rethrow_exception(error);
}

Await<> Sessions::listen(std::shared_ptr<Wire> wire, std::shared_ptr<Peer> peer) {
  int renewals = 0;
  while (true) {
    auto frame = co_await wire->read();
    switch (frame.kind_case()) {
      case wire::Frame::kAnswer: hear_answer(*peer, std::move(*frame.mutable_answer())); break;
      case wire::Frame::kHeartbeat:
        co_await hear_beat(*wire, *peer, std::move(*frame.mutable_heartbeat()));
        break;
      case wire::Frame::kReport:
        co_await hear_report(*wire, *peer, std::move(*frame.mutable_report()));
        break;
      case wire::Frame::kHello: co_await admit(wire, peer, std::move(*frame.mutable_hello())); break;
      case wire::Frame::kEnrol:
        if (++renewals > renewals_max)
          throw Error(Fault::limited, "The agent renews its certificate too often.");
        renew(*wire, peer->agent, frame.enrol());
        break;
      default: throw Error(Fault::invalid, "An agent sends answers, heartbeats, reports and renewals only.");
    }
  }
}

Await<> Sessions::hear_beat(Wire& wire, const Peer& peer, wire::Heartbeat beat) {
  std::vector<HostBrief> briefs;
  for (auto& brief : *beat.mutable_hosts()) {
    const auto host = uuid_from_wire(brief.host());
    if (parts_.routes.to(host).get() == &peer) briefs.push_back({host, std::move(*brief.mutable_facts())});
  }
  co_await on_loop<bool>([agent = peer.agent, briefs](const LinkEvents& events) {
    return take_heartbeat(events, agent, briefs);
  });
  wire::Frame frame;
  frame.mutable_heartbeat();
  wire.send(frame);
  wire.heard();
}

Await<> Sessions::hear_report(Wire& wire, const Peer& peer, wire::Report said) {
  const HostReport report{uuid_from_wire(said.host()), said.kind(), std::move(*said.mutable_body())};
  if (parts_.routes.to(report.host).get() != &peer) {
    log::warning("agent {} reports of host {}, for which it does not speak", peer.agent.text(),
                 report.host.text());
    co_return;
  }
  co_await on_loop<bool>([agent = peer.agent, report](const LinkEvents& events) {
    return take_report(events, agent, report);
  });
  wire.heard();
}

void Sessions::hear_answer(Peer& peer, wire::Answer answer) {
  const auto arrival = peer.end(answer.sequence());
  if (!arrival) return;
  parts_.loop.post([arrival = *arrival, outcome = outcome_from_wire(answer)] {
    if (outcome)
      arrival.set(*outcome);
    else
      arrival.fail(std::make_exception_ptr(outcome.error()));
  });
}

Await<> Sessions::serve_image(std::shared_ptr<Session> session, Uuid agent, std::string image) {
  // WHY not always: whoever talks with this server has been admitted, and is cut off when that ends.
  if (!parts_.routes.of(agent)) {
    const AgentHello said{agent, session->serial, {}, {}, {}};
    const auto admission =
        co_await on_loop<Admission>([said](const LinkEvents& events) { return take_hello(events, said); });
    if (!admission.admitted) throw Error(Fault::forbidden, "The agent has been removed.");
  }
  if (readers_ >= parts_.options.image_readers_waiting_max)
    throw Error(Fault::exhausted, "Too many images are being read; try again later.");
  auto [tls, socket] = session->wire->release();
  {
    const std::lock_guard lock(fetching_mutex_);
    fetching_.insert(socket);
  }
  ++readers_;
  auto stream = std::make_shared<Stream>(std::move(tls), socket);
  parts_.image_readers.post([self = shared_from_this(), stream, socket, agent, image]() mutable {
    send_image(*stream, *self->parts_.events, agent, image);
    {
      const std::lock_guard lock(self->fetching_mutex_);
      self->fetching_.erase(socket);
    }
    stream.reset();
    --self->readers_;
  });
}

void Sessions::retire(const std::shared_ptr<Peer>& peer) {
  const Error gone(Fault::unreachable,
                   fmt::format("The connection of agent {} was lost.", peer->agent.text()),
                   peer->agent.text());
  for (const auto& arrival : peer->close())
    parts_.loop.post([arrival, error = std::make_exception_ptr(gone)] { arrival.fail(error); });
  tell(parts_.loop, parts_.events, [agent = peer->agent](const LinkEvents& events) {
    if (events.disconnected) events.disconnected(agent);
  });
  // WHY now: callers keep the peer longer than this thread and its sockets live.
  if (const auto wire = std::exchange(peer->wire, nullptr)) wire->close();
}

}  // namespace welkin::link
