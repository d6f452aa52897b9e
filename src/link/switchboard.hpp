// Sends each request to where its host is: in this process, or at the end of a connection.
#pragma once

#include "link/local.hpp"

namespace welkin::link {

/// Hosts that `local` knows are asked there, all others through `remote`.
class Switchboard final : public Agents {
 public:
  Switchboard(LocalAgents& local, Agents& remote) : local_(local), remote_(remote) {}

  Task<std::string> call(Uuid host, std::string_view verb, std::string body, Operation operation) override {
    return way_to(host).call(host, verb, std::move(body), operation);
  }
  bool connected(Uuid host) const override { return way_to(host).connected(host); }

 private:
  Agents& way_to(Uuid host) const { return local_.knows(host) ? static_cast<Agents&>(local_) : remote_; }

  LocalAgents& local_;
  Agents& remote_;
};

}  // namespace welkin::link
