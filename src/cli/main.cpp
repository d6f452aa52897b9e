// welkin: the command line of a cloud.
#include "cli/interrupt.hpp"
#include "cli/run.hpp"

int main(int count, char** arguments) {
  welkin::cli::catch_interrupt();
  return welkin::cli::run(count, arguments, welkin::cli::process_environment);
}
