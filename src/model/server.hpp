// A management server: equal among its like, alive while its lease lasts.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

CHOICES(ServerState, (up, "Up"), (down, "Down"), (preparing_for_maintenance, "PreparingForMaintenance"),
        (maintenance, "Maintenance"), (preparing_to_shut_down, "PreparingForShutDown"),
        (ready_to_shut_down, "ReadyToShutDown"), (shutting_down, "ShuttingDown"))

struct Server {
  static constexpr std::string_view table = "servers";
  static constexpr std::string_view indexes[] = {"(lease_until)"};
  FIELDS(Server,
    (Id<Server>, id, "The server."),
    (std::string, name, "Its machine."),
    (ServerState, state, "What the operator wants of it."),
    (std::string, version, "Of Welkin."),
    (std::string, address, "Where it answers."),
    (std::string, os, "The machine's operating system."),
    (std::string, kernel, "The machine's kernel."),
    (Time, lease_until, "It is dead once this has passed."),
    (std::int64_t, epoch, "Grows each time it starts."),
    (Time, started, "When it last came up."),
    (std::optional<Time>, stopped, "When it was last shut down."),
    (std::optional<Time>, booted, "When its machine came up."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Server)
