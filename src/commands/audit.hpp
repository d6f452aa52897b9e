// Writes the audit log: in a call's own transaction where it changes something, in groups where it does not.
#pragma once

#include <mutex>

#include "commands/binder.hpp"
#include "commands/command.hpp"
#include "model/audit.hpp"

namespace welkin::commands {

class AuditLog {
 public:
  explicit AuditLog(Cloud& cloud) : cloud_(cloud), since_(cloud.now()) {}

  /// What is known of a call as it comes. `command` is null when there is none of that name.
  model::AuditRecord begun(const Call& call, std::string_view name, const Command* command,
                           const Parameters& parameters) const;
  /// How it ended; null for well.
  void conclude(model::AuditRecord& record, const Error* error, int code) const;

  /// Written soon, with others. Where too many wait, the caller writes them: none is lost, and the queue is bounded.
  void note(model::AuditRecord record);
  /// A call of somebody nobody knows. Beyond a hundred in a group they are counted: strangers do not fill the disk.
  void note_stranger(model::AuditRecord record);
  /// It is in the log already, in a transaction that has committed.
  void committed(model::AuditRecord record);
  /// Writes all that waits. What cannot be written now waits on.
  void flush();

 private:
  void schedule(std::size_t waiting);

  Cloud& cloud_;
  const Time since_;
  std::mutex mutex_;
  std::mutex flushing_;
  bool scheduled_ = false;
  bool caught_up_ = false;  ///< what a former life left is in the chain
  int strangers_ = 0;
  std::optional<model::AuditChain> end_;  ///< what this server has written last
  std::vector<model::AuditRecord> fresh_, stored_;
};

/// The parameters as JSON: without secrets, as their types declare them, without what is declared nowhere, and cut to size.
std::string audited(const Command* command, const Parameters& parameters);

}  // namespace welkin::commands
