// A job: the answer of a command whose journey takes longer than the call.
#pragma once

#include "model/event.hpp"

namespace welkin::model {

struct Job {
  static constexpr std::string_view table = "jobs";
  static constexpr std::string_view indexes[] = {
      "unique (flow_id)", "(status, created)", "(account_id, created)", "(instance_id, status)"};
  FIELDS(Job,
    (Id<Job>, id, "The job."),
    (Uuid, flow_id, "Its journey."),
    (std::string, command, "Which command began it."),
    (Id<User>, user_id, "Who called."),
    (Id<Account>, account_id, "The caller's account."),
    (Id<Domain>, domain_id, "The caller's domain."),
    (std::string, instance_type, "What it is about: VirtualMachine, Volume …"),
    (Uuid, instance_id, "Which one; may be nil."),
    (int, status, "0 under way, 1 succeeded, 2 failed."),
    (int, result_code, "0, or the code of the error."),
    (std::string, result, "The answer as JSON, sealed by the vault; empty while it is under way."),
    (Id<Event>, start_event_id, "The event that says it was begun; may be nil."),
    (Time, created, "When it was begun."),
    (std::optional<Time>, completed, "When it ended."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Job)
