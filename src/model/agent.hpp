// An agent: the program on a host, or beside a hypervisor's own server, that speaks for hosts. Known by its
// certificate.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

struct Agent {
  static constexpr std::string_view table = "agents";
  static constexpr std::string_view indexes[] = {
      "unique (token_hash) where token_hash <> ''",
      "unique (certificate_serial) where certificate_serial <> ''", "(server_id)"};
  FIELDS(Agent,
    (Id<Agent>, id, "The agent."),
    (std::int64_t, generation, "Grows with each change, but not with being heard of."),
    (std::string, name, "The machine it runs on, as it says."),
    (std::string, token_hash, "SHA-256 of the token it may enrol with; empty once it has."),
    (std::optional<Time>, token_until, "When that token ends."),
    (std::optional<Time>, enrolled, "When it got its certificate."),
    (std::string, certificate_serial, "Of its present certificate; empty before it has one."),
    (std::optional<Time>, certificate_until, "When that certificate ends."),
    (std::string, version, "Of the agent."),
    (std::string, address, "Where it dials from."),
    (Id<Server>, server_id, "The server it is connected to; nil when to none."),
    (std::optional<Time>, last_seen, "When it was last heard of."),
    (Time, created, "When its place was made."),
    (std::optional<Time>, removed, "When it was shut out."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Agent)
