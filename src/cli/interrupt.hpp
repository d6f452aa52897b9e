// Ctrl-C: ends the program, except that a wait is told first.
#pragma once

namespace welkin::cli {

inline constexpr int interrupted_status = 130;

/// From now on Ctrl-C exits with 130.
void catch_interrupt();

/// While one of these lives, the first Ctrl-C only makes `interrupted` true; the second exits.
class Waiting final {
 public:
  Waiting();
  ~Waiting();
  Waiting(const Waiting&) = delete;
  bool interrupted() const;
};

}  // namespace welkin::cli
