// The wait for a job's end.
#pragma once

#include <optional>

#include "cli/cloud.hpp"

namespace welkin::cli {

/// The job was left alone: it goes on. `status` is what the program exits with.
struct LeftAlone : std::exception {
  std::string message;
  int status;
  LeftAlone(std::string message, int status) : message(std::move(message)), status(status) {}
  const char* what() const noexcept override { return message.c_str(); }
};

/// The job's result. Shows on a terminal that time passes. Throws `Refused` for a failed job, and `LeftAlone`
/// when the time is over, the server is away too long, or the user interrupts.
boost::json::object wait_for_job(Cloud& cloud, const std::string& command, const std::string& job,
                                 std::optional<std::chrono::duration<double>> limit);

}  // namespace welkin::cli
