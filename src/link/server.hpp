// The server's end of the link: agents dial in here, and requests to their hosts go out.
#pragma once

#include <memory>

#include "link/authority.hpp"
#include "link/events.hpp"

namespace welkin::link {

/// Has a thread of its own for the connections; everything is delivered on `loop`, which must outlive it and
/// on which `call` is awaited. All else may be called from any thread.
class LinkServer final : public Agents {
 public:
  /// Throws `in_use` when the port cannot be had.
  LinkServer(Loop& loop, Authority authority, LinkEvents events, LinkOptions options = {});
  /// Ends all connections; calls under way fail as `unreachable`.
  ~LinkServer() override;

  /// Where it listens.
  std::uint16_t port() const;
  const Authority& authority() const;

  Task<std::string> call(Uuid host, std::string_view verb, std::string body, Operation operation) override;
  bool connected(Uuid host) const override;
  /// Ends an agent's connections; whether it may come again, `admit` says.
  void disconnect(Uuid agent);
  /// Ends the connections that were begun with this certificate.
  void disconnect_certificate(const std::string& serial);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace welkin::link
