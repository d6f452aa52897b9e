// An event: what somebody did, and what came of it.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

CHOICES(EventState, (created, "Created"), (scheduled, "Scheduled"), (started, "Started"),
        (completed, "Completed"))
CHOICES(EventLevel, (info, "INFO"), (warn, "WARN"), (error, "ERROR"))

struct Event {
  static constexpr std::string_view table = "events";
  static constexpr std::string_view indexes[] = {
      "(account_id, created)", "(domain_id, created)", "(created)", "(resource_id, created)", "(start_id)"};
  FIELDS(Event,
    (Id<Event>, id, "The event."),
    (std::string, type, "What happened: VM.CREATE, VOLUME.ATTACH …"),
    (EventLevel, level, "How bad it is."),
    (EventState, state, "Which part of an action it tells of."),
    (std::string, description, "What happened, for people.", .length = 4096),
    (Id<User>, user_id, "Who did it."),
    (Id<Account>, account_id, "To whose account it belongs."),
    (Id<Domain>, domain_id, "The account's domain."),
    (std::string, resource_type, "What it happened to: VirtualMachine, Volume …"),
    (Uuid, resource_id, "Which one; may be nil."),
    (std::string, resource_name, "That one's name at the time."),
    (Id<Event>, start_id, "The event that began the action; nil for the beginning itself."),
    (bool, archived, "Put away."),
    (Time, created, "When."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Event)
