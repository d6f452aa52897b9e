// Chains of audit records.
#include "model/audit.hpp"

#include "base/chain.hpp"

namespace welkin::model {

namespace {
std::string text_of(const Cell& cell) {
  return cell.kind == Cell::Kind::integer ? std::to_string(cell.integer) : cell.text;
}

/// The texts of `chained_fields`: the row's columns, in order, but for the digests at their end.
std::string digest_of(const AuditRecord& record) {
  const auto cells = sql::cells(record.server_id, record.sequence, record.id, record.instant, record.request, record.user_id,
                                record.user_name, record.account_id, record.account, record.domain_id, record.credential,
                                record.source, record.command, record.parameters, record.code, record.outcome,
                                record.job_id, record.microseconds);
  static_assert(std::size(chained_fields) == 18);
  std::vector<std::string> texts;
  texts.reserve(cells.size());
  for (const auto& cell : cells) texts.push_back(text_of(cell));
  return chain_digest(record.previous, texts);
}

template <class Row>
void insert_row(sql::Transaction& tx, const Row& row) {
  tx.execute(sql::detail::statements_of<Row>().insert, sql::detail::cells_of(shape_of<Row>(), &row));
}
template <class Row>
bool update_row(sql::Transaction& tx, const Row& row) {
  return tx.execute(sql::detail::statements_of<Row>().update, sql::detail::cells_of(shape_of<Row>(), &row)) == 1;
}

std::string statement_of(const AuditChain& chain) {
  return fmt::format("audit {} {} {} {} {}", chain.id.text(), chain.first_sequence, chain.first_previous,
                     chain.last_sequence, chain.last_digest);
}

void append(AuditChain& chain, AuditRecord& record) {
  record.sequence = ++chain.last_sequence;
  record.previous = chain.last_digest;
  record.digest = chain.last_digest = digest_of(record);
}
}  // namespace

void insert_quietly(sql::Transaction& tx, const AuditRecord& record) { insert_row(tx, record); }

std::vector<AuditRecord> unchained(sql::Transaction& tx, const Uuid& server, Time since) {
  return sql::all<AuditRecord>(tx, "where server_id = $1 and sequence is null and instant < $2 order by id limit 1000",
                               server, since);
}

bool is_as_sealed(const AuditChain& chain, const Vault& vault) {
  try {
    return vault.open_sealed(chain.seal).same_as(statement_of(chain));
  } catch (const Error&) {
    return false;
  }
}

namespace {
/// The chain as it is to go on, and whether it is as this server has left it.
std::pair<AuditChain, bool> chain_to_extend(sql::Transaction& tx, const Vault& vault, const Uuid& server,
                                            const std::optional<AuditChain>& end) {
  auto chain = sql::get<AuditChain>(tx, Id<AuditChain>(server));
  bool whole = chain ? is_as_sealed(*chain, vault) : !end;
  if (!chain) chain = AuditChain{Id<AuditChain>(server), 1, "", 0, "", "", {}};
  if (end) {
    whole = whole && end->last_sequence == chain->last_sequence && end->last_digest == chain->last_digest;
    chain->last_sequence = end->last_sequence;
    chain->last_digest = end->last_digest;
  } else if (const auto last = sql::first<AuditRecord>(tx, "where server_id = $1 and sequence > $2 order by sequence desc limit 1",
                                                       server, chain->last_sequence)) {
    whole = false;  // the row is from before the records
    chain->last_sequence = *last->sequence;
    chain->last_digest = last->digest;
  }
  return {*chain, whole};
}
}  // namespace

bool extend_chain(sql::Transaction& tx, const Vault& vault, const Uuid& server, std::optional<AuditChain>& end,
                  std::vector<AuditRecord>& stored, std::vector<AuditRecord>& fresh, Time now) {
  auto [chain, whole] = chain_to_extend(tx, vault, server, end);
  bool tampered = !whole;
  for (auto& record : stored) {
    append(chain, record);
    if (update_row(tx, record)) continue;
    insert_row(tx, record);
    tampered = true;
  }
  for (auto& record : fresh) {
    append(chain, record);
    insert_row(tx, record);
  }
  chain.updated = now;
  chain.seal = whole ? vault.seal(Secret(statement_of(chain))) : std::string();
  if (!update_row(tx, chain)) insert_row(tx, chain);
  end = chain;
  return tampered;
}

void cut_chains(sql::Transaction& tx, const Vault& vault, Time before, int limit) {
  const auto instant = std::int64_t(before.time_since_epoch().count());
  for (auto& chain : sql::all<AuditChain>(tx, "order by id")) {
    const auto last = sql::all<AuditRecord>(
        tx, "where server_id = $1 and sequence >= $2 and sequence < $3 and instant < $4 order by sequence desc limit 1",
        Uuid(chain.id), chain.first_sequence, chain.first_sequence + limit, instant);
    if (last.empty() || !is_as_sealed(chain, vault)) continue;  // what was tampered with stays for who looks into it
    tx.execute("delete from audit_records where server_id = $1 and sequence <= $2",
               sql::cells(Uuid(chain.id), *last.front().sequence));
    chain.first_sequence = *last.front().sequence + 1;
    chain.first_previous = last.front().digest;
    chain.seal = vault.seal(Secret(statement_of(chain)));
    update_row(tx, chain);
  }
}

}  // namespace welkin::model
