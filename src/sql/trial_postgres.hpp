// A PostgreSQL server and directories for tests. Tests of nouns and journeys want sql/trial.hpp.
#pragma once

#include <functional>
#include <string>

namespace welkin::sql {

/// A PostgreSQL server from Debian's package in a temporary directory, without TCP and without fsync, run as
/// an unprivileged user. Started at most once per program and ended, by its process id, with the program.
class TrialPostgres {
 public:
  /// The program's server, running.
  static TrialPostgres& instance();
  ~TrialPostgres();
  TrialPostgres(const TrialPostgres&) = delete;
  TrialPostgres& operator=(const TrialPostgres&) = delete;

  /// Why there is none, or empty.
  const std::string& absent_because() const { return absent_because_; }
  /// The url of a fresh, empty schema.
  std::string fresh_url();
  /// The url of a fresh copy of what `prepare` makes of an empty database, once: it gets a url, and closes what it
  /// opens. Copies that nobody is connected to any more go when the next is made.
  std::string copy_url(const std::function<void(const std::string& url)>& prepare);
  /// Ends the server at once, as a crash would.
  void kill();
  /// Starts it again and waits until it answers.
  void start();

 private:
  TrialPostgres();

  std::string programs_;  ///< where initdb and postgres are
  std::string directory_;
  std::string absent_because_;
  int process_ = -1;
  int schemas_ = 0;
  bool prepared_ = false;
  int copies_ = 0, copies_gone_ = 0;
};

/// A directory that goes with its owner, in /tmp or where memory is kept as files.
class TrialDirectory {
 public:
  explicit TrialDirectory(bool in_memory = false);
  ~TrialDirectory();
  TrialDirectory(const TrialDirectory&) = delete;
  TrialDirectory& operator=(const TrialDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace welkin::sql
