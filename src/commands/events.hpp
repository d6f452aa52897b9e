// Jobs and events that commands leave behind.
#pragma once

#include "base/vault.hpp"
#include "commands/command.hpp"

namespace welkin::commands {

/// A new job for a journey. `custom_id`: the id the caller chose, if any. Throws `invalid` when that is not a free uuid.
model::Job make_job(Call& call, std::string_view command, const Begun& begun, const std::string* custom_id);

/// The code CloudStack's clients know for a job that failed so.
int job_error_code(Fault fault);
/// `{"errorcode":…,"errortext":…}`.
std::string failure_text(int code, std::string_view message);

/// What is kept of an answer that may hold a key or a password: the records tell it to nobody without the vault.
std::string sealed_result(const Vault& vault, const std::string& text);
/// The answer of a job that has ended; empty while it is under way.
std::string opened_result(const Vault& vault, const model::Job& job);

/// The event of a synchronous command that has succeeded.
void note_done(sql::Transaction& tx, Call& call, std::string_view type, std::string_view note);
/// The event that begins an asynchronous command; nil when the command leaves none.
Id<model::Event> note_scheduled(sql::Transaction& tx, Call& call, std::string_view type, const Begun& begun,
                                std::string_view note);
/// The event that ends it.
void note_ended(sql::Transaction& tx, Call& call, std::string_view type, const model::Job& job,
                const durable::FlowRow& flow);

}  // namespace welkin::commands
