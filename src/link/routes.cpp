// Keeping the table of hosts and the requests without answer.
#include "link/routes.hpp"

#include <fmt/format.h>

namespace welkin::link {

std::uint64_t Peer::begin(const Arrival<std::string>& arrival, std::size_t outstanding_max) {
  const std::lock_guard lock(mutex_);
  if (closed_)
    throw Error(Fault::unreachable, fmt::format("Agent {} has just gone.", agent.text()), agent.text());
  if (outstanding_.size() >= outstanding_max)
    throw Error(Fault::unreachable,
                fmt::format("Agent {} has {} requests to answer; try again later.", agent.text(),
                            outstanding_.size()),
                agent.text());
  outstanding_.emplace(next_, arrival);
  return next_++;
}

std::optional<Arrival<std::string>> Peer::end(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  auto node = outstanding_.extract(sequence);
  return node.empty() ? std::nullopt : std::optional(node.mapped());
}

std::vector<Arrival<std::string>> Peer::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  std::vector<Arrival<std::string>> waiting;
  for (const auto& [_, arrival] : outstanding_) waiting.push_back(arrival);
  outstanding_.clear();
  return waiting;
}

std::shared_ptr<Peer> Routes::to(Uuid host) const {
  const std::lock_guard lock(mutex_);
  const auto at = hosts_.find(host);
  return at == hosts_.end() ? nullptr : at->second;
}

std::shared_ptr<Peer> Routes::of(Uuid agent) const {
  const std::lock_guard lock(mutex_);
  const auto at = agents_.find(agent);
  return at == agents_.end() ? nullptr : at->second.peer;
}

std::shared_ptr<Peer> Routes::put(const std::shared_ptr<Peer>& peer, const std::vector<Uuid>& hosts) {
  const std::lock_guard lock(mutex_);
  auto& entry = agents_[peer->agent];
  if (entry.peer) forget_hosts_of(*entry.peer);
  auto earlier = std::exchange(entry.peer, peer);
  entry.hosts = hosts;
  for (const auto& host : hosts) hosts_[host] = peer;
  return earlier == peer ? nullptr : earlier;
}

bool Routes::remove(const std::shared_ptr<Peer>& peer) {
  const std::lock_guard lock(mutex_);
  const auto at = agents_.find(peer->agent);
  if (at == agents_.end() || at->second.peer != peer) return false;
  forget_hosts_of(*peer);
  agents_.erase(at);
  return true;
}

void Routes::forget_hosts_of(const Peer& peer) {
  for (const auto& host : agents_[peer.agent].hosts)
    if (const auto at = hosts_.find(host); at != hosts_.end() && at->second.get() == &peer) hosts_.erase(at);
}

std::vector<std::shared_ptr<Peer>> Routes::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Peer>> out;
  for (const auto& [_, entry] : agents_) out.push_back(entry.peer);
  return out;
}

}  // namespace welkin::link
