// The handler of SIGINT. It does only what a handler may.
#include "cli/interrupt.hpp"

#include <unistd.h>

#include <csignal>

namespace welkin::cli {

namespace {
volatile std::sig_atomic_t waiting = 0;
volatile std::sig_atomic_t noted = 0;

void note(int) {
  if (!waiting || noted) ::_exit(interrupted_status);
  noted = 1;
}
}  // namespace

void catch_interrupt() { std::signal(SIGINT, note); }

Waiting::Waiting() { waiting = 1; }
Waiting::~Waiting() { waiting = 0; }
bool Waiting::interrupted() const { return noted != 0; }

}  // namespace welkin::cli
