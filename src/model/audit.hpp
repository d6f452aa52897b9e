// The audit log: a record of each call, and for each server a chain of digests over its records. See decision 0060.
#pragma once

#include "base/vault.hpp"
#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

/// What somebody called, and what came of it. Written once; it gets its place in its server's chain a moment later.
struct AuditRecord {
  static constexpr std::string_view table = "audit_records";
  static constexpr std::string_view indexes[] = {"unique (server_id, sequence)", "(instant)", "(account_id, instant)",
                                                 "(server_id) where sequence is null"};
  FIELDS(AuditRecord,
    (Id<AuditRecord>, id, "The record."),
    (Uuid, server_id, "The server that was called."),
    (std::optional<std::int64_t>, sequence, "Its place in that server's chain, from 1; nothing until it is in it."),
    (std::int64_t, instant, "When the call came, in microseconds since 1970."),
    (std::string, request, "The call's number in the server's log."),
    (Id<User>, user_id, "Who called; nil when nobody is known."),
    (std::string, user_name, "By name at the time, or as the caller said."),
    (Id<Account>, account_id, "Their account."),
    (std::string, account, "By name at the time."),
    (Id<Domain>, domain_id, "The account's domain."),
    (std::string, credential, "What they showed: a key, a session, the port."),
    (std::string, source, "From which address."),
    (std::string, command, "What was called."),
    (std::string, parameters, "With what, as JSON without secrets.", .length = 16384),
    (int, code, "The status that was answered; 200 for success."),
    (std::string, outcome, "ok, or the fault's name."),
    (Id<Job>, job_id, "The job it began; nil for none."),
    (std::int64_t, microseconds, "How long it took."),
    (std::string, previous, "The digest of the record before."),
    (std::string, digest, "Over this record and that."))
};

/// Where a server's chain begins and ends.
struct AuditChain {
  static constexpr std::string_view table = "audit_chains";
  FIELDS(AuditChain,
    (Id<AuditChain>, id, "The server."),
    (std::int64_t, first_sequence, "Of the oldest record that is kept."),
    (std::string, first_previous, "The digest before that one."),
    (std::int64_t, last_sequence, "Of the newest record."),
    (std::string, last_digest, "Its digest."),
    (std::string, seal, "All this, sealed by the vault: who has only the database cannot make it.", .length = 1024),
    (Time, updated, "When it last grew."))
};

/// Puts a record into the log, not yet into the chain. The log is left out of the change feed: nobody follows it.
void insert_quietly(sql::Transaction& tx, const AuditRecord& record);

/// The server's chain grows by `stored`, which are in the log already, and by `fresh`, which are put there. A stored
/// one that is gone or was altered meanwhile is put back as it was. `end` is where the server knows its chain to end,
/// nothing in a new life; it is overwritten. When the database says otherwise, the chain goes on from there all the same
/// and what is wrong stays to be found: no seal is put on what was tampered with. Answers whether anything was.
bool extend_chain(sql::Transaction& tx, const Vault& vault, const Uuid& server, std::optional<AuditChain>& end,
                  std::vector<AuditRecord>& stored, std::vector<AuditRecord>& fresh, Time now);
/// Records from before `since` that a former life of the server has left outside its chain; at most a thousand.
std::vector<AuditRecord> unchained(sql::Transaction& tx, const Uuid& server, Time since);
/// Takes away records older than `before`, from the beginning of each chain; at most `limit` of each.
void cut_chains(sql::Transaction& tx, const Vault& vault, Time before, int limit);
/// True when the chain's row is as the vault has sealed it.
bool is_as_sealed(const AuditChain& chain, const Vault& vault);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::AuditRecord)
ROW_ELSEWHERE(welkin::model::AuditChain)
