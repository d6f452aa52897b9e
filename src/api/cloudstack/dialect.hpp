// The CloudStack dialect: from a request to a command and back.
#pragma once

#include "api/cloudstack/resets.hpp"
#include "api/cloudstack/sessions.hpp"
#include "api/cloudstack/sources.hpp"

namespace welkin::api::cloudstack {

/// What is answered to callers who are not known.
CHOICES(OpenDoor, (login, "login"), (logout, "logout"), (forgot, "forgotPassword"), (reset, "resetPassword"))

class Dialect {
 public:
  Dialect(Cloud& cloud, commands::Dispatcher& dispatcher);

  /// Never throws. May block on the database.
  Reply handle(const Request& request);
  /// The standing duty of sessions.
  void sweep() { sessions_.sweep(); }

 private:
  Reply answer_to(const Request& request);
  LoggedIn authenticate(const Request& request, const commands::Command* command);
  std::shared_ptr<const access::Identity> by_signature(const Request& request);
  Reply dispatch(Format format, const Request& request, const commands::Command& command,
                 const commands::Parameters& parameters, const LoggedIn& who);
  /// What is shown to whoever comes, without credentials (commands/gui_themes.hpp).
  Reply to_stranger(Format format, const Request& request, const commands::Command& command);
  /// Ends a session that asks for anything else before its second factor is given, and throws what tells so.
  void ask_for_factor(const LoggedIn& who, const commands::Command* command);
  Reply at(OpenDoor door, Format format, const Request& request);
  Reply answer_at(OpenDoor door, Format format, const Request& request);
  commands::Call call_of(const Request& request, access::Caller caller, const commands::Command* command);
  /// A call that ended before its command ran is in the audit log, too.
  void note_ended(const Request& request, const commands::Command* command, const access::Identity* identity,
                  const Error* error, int status);
  Reply throttled(Format format, const Request& request, const commands::Command& command,
                  const access::Identity* identity, const commands::Throttle::Refusal& refusal);

  Cloud& cloud_;
  commands::Dispatcher& dispatcher_;
  access::Directory directory_;
  Sessions sessions_;
  Resets resets_;
  Sources sources_;
  std::atomic<std::uint64_t> requests_ = 0;
};

/// Whether this identity may call the command: its role's rules, else the command's audience.
bool may_call(const access::Identity& identity, const commands::Command& command);

}  // namespace welkin::api::cloudstack
