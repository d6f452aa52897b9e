// Commands of the audit log. They are Welkin's own: CloudStack has none.
#include "commands/listing.hpp"
#include "model/audit.hpp"

namespace welkin::commands {

namespace {
struct AuditAnswer {
  FIELDS(AuditAnswer,
    (Uuid, server_id, "The server that was called."),
    (std::optional<std::int64_t>, sequence, "Its place in that server's chain; absent for a second or so."),
    (Id<model::AuditRecord>, id, "The record."),
    (std::int64_t, instant, "When the call came, in microseconds since 1970."),
    (Time, created, "The same, to the second."),
    (std::string, request, "The call's number in the server's log."),
    (Id<model::User>, user_id, "Who called; absent when nobody is known."),
    (std::string, username, "By name at the time."),
    (Id<model::Account>, account_id, "Their account."),
    (std::string, account, "By name at the time."),
    (Id<model::Domain>, domain_id, "The account's domain."),
    (std::string, credential, "What they showed: the beginning of an API key, of a session's digest, or port."),
    (std::string, source, "From which address."),
    (std::string, command, "What was called."),
    (std::string, parameters, "With what, as JSON; secrets are struck out."),
    (int, code, "The status that was answered."),
    (std::string, outcome, "ok, or what kind of failure."),
    (Id<model::Job>, job_id, "The job it began."),
    (std::int64_t, microseconds, "How long it took."),
    (std::string, previous, "The digest of the record before."),
    (std::string, digest, "SHA-256 over this record and that digest."))
};
AuditAnswer answer_record(const model::AuditRecord& r) {
  AuditAnswer out;
  out.server_id = r.server_id;
  out.sequence = r.sequence;
  out.id = r.id;
  out.instant = r.instant;
  out.created = Time(Duration(r.instant));
  out.request = r.request;
  out.user_id = r.user_id;
  out.username = r.user_name;
  out.account_id = r.account_id;
  out.account = r.account;
  out.domain_id = r.domain_id;
  out.credential = r.credential;
  out.source = r.source;
  out.command = r.command;
  out.parameters = r.parameters;
  out.code = r.code;
  out.outcome = r.outcome;
  out.job_id = r.job_id;
  out.microseconds = r.microseconds;
  out.previous = r.previous;
  out.digest = r.digest;
  return out;
}

struct ListAuditRecords : Listing {
  using Base = Listing;
  FIELDS(ListAuditRecords,
    (std::optional<std::string>, id, "Only this record."),
    (std::optional<std::string>, server_id, "Only calls of this server."),
    (std::optional<std::int64_t>, after_sequence, "Only what follows in the chain of serverid, the oldest first."),
    (std::optional<std::string>, user_id, "Only calls of this user, who may be gone."),
    (std::optional<std::string>, account_id, "Only calls of this account, which may be gone."),
    (std::optional<std::string>, api_name, "Only calls of this command."),
    (std::optional<std::string>, source, "Only calls from this address."),
    (std::optional<std::string>, outcome, "Only calls that ended so: ok, invalid, unauthorized, forbidden …"),
    (std::optional<Time>, start_date, "Only calls since."),
    (std::optional<Time>, end_date, "Only calls until."))
};
Page<AuditAnswer> list_audit_records(Call& call, sql::Transaction& tx, const ListAuditRecords& r) {
  Where where;
  where.equal("id", r.id)
      .equal("server_id", r.server_id)
      .equal("user_id", r.user_id)
      .equal("account_id", r.account_id)
      .equal("command", r.api_name)
      .equal("source", r.source)
      .equal("outcome", r.outcome)
      .keyword({"command", "user_name", "parameters"}, r.keyword);
  // Whom a role lets call this sees what the own account called.
  if (!call.caller.is_root()) where.equal("account_id", std::optional(call.caller.account));
  if (r.start_date) where.that("instant >= $", *r.start_date);
  if (r.end_date) where.that("instant <= $", *r.end_date);
  if (r.after_sequence && !r.server_id)
    throw Error(Fault::invalid, "aftersequence is a place in a server's chain: give serverid too.", "aftersequence");
  if (r.after_sequence) where.that("sequence > $", *r.after_sequence);
  return answers_of<model::AuditRecord>(tx, where, r, r.after_sequence ? "sequence" : "instant desc, id desc",
                                        answer_record);
}

struct ChainAnswer {
  FIELDS(ChainAnswer,
    (Id<model::AuditChain>, id, "The server."),
    (std::int64_t, first_sequence, "Of the oldest record that is kept."),
    (std::string, first_previous, "The digest before that one."),
    (std::int64_t, last_sequence, "Of the newest record."),
    (std::string, last_digest, "Its digest."),
    (bool, sealed, "Begin and end are as the servers' key has sealed them."),
    (std::int64_t, unchained, "Records that are not in the chain yet."),
    (Time, updated, "When it last grew."))
};
struct ListAuditChains : Listing {
  using Base = Listing;
  FIELDS(ListAuditChains, (std::optional<std::string>, id, "Only this server's."))
};
Page<ChainAnswer> list_audit_chains(Call& call, sql::Transaction& tx, const ListAuditChains& r) {
  Where where;
  where.equal("id", r.id).keyword({"id"}, r.keyword);
  return answers_of<model::AuditChain>(tx, where, r, "id", [&](const model::AuditChain& c) {
    const auto loose =
        sql::count(tx, "select count(*) from audit_records where server_id = $1 and sequence is null", Uuid(c.id));
    return ChainAnswer{c.id,          c.first_sequence, c.first_previous,
                       c.last_sequence, c.last_digest,    model::is_as_sealed(c, call.cloud.vault),
                       loose,         c.updated};
  });
}
}  // namespace

std::vector<Command> audit_commands() {
  return {
      reading<list_audit_records>({"listAuditRecords", "auditrecord", "Lists what was called, by whom, with what."}),
      reading<list_audit_chains>({"listAuditChains", "auditchain", "Lists where the servers' chains of records end."}),
  };
}

}  // namespace welkin::commands
