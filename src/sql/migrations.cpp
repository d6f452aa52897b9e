// Compares the table of applied migrations with those the program has, and applies the rest.
#include "sql/migrations.hpp"

#include <sodium.h>

#include "base/log.hpp"
#include "sql/parameters.hpp"

namespace welkin::sql {

namespace {
std::string digest_of(std::string_view text) {
  unsigned char hash[crypto_generichash_BYTES];
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     nullptr, 0);
  std::string out;
  for (const auto byte : hash) out += fmt::format("{:02x}", byte);
  return out;
}

std::vector<std::string> applied_digests(Transaction& tx) {
  std::vector<std::string> out;
  tx.query("select digest from schema_version order by version", {},
           [&](const Row& row) { out.emplace_back(row[0].text); });
  return out;
}

void apply(Transaction& tx, std::int64_t version, std::string_view migration) {
  log::info("Applying migration {}.", version);
  for (const auto statement : split_statements(migration)) tx.execute(statement, {});
  const Cell cells[] = {Cell::of(version), Cell::of(digest_of(migration))};
  tx.execute("insert into schema_version (version, digest) values ($1, $2)", cells);
}
}  // namespace

void apply_migrations(Transaction& tx, std::span<const std::string_view> migrations) {
  const auto applied = applied_digests(tx);
  if (applied.size() > migrations.size())
    throw Error(Fault::unsupported,
                fmt::format("The database has schema {}, this program knows {}: use the Welkin that "
                            "made it, or a newer one.",
                            applied.size(), migrations.size()));
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    if (i >= applied.size()) {
      apply(tx, std::int64_t(i + 1), migrations[i]);
    } else if (applied[i] != digest_of(migrations[i])) {
      throw Error(Fault::unsupported,
                  fmt::format("Migration {} was applied with another text than this program's: the "
                              "database was made by another build.",
                              i + 1));
    }
  }
}

}  // namespace welkin::sql
