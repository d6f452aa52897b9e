// Reservations of storage pools.
#include "model/storage_pool.hpp"

namespace welkin::model {

namespace {
constexpr std::string_view promise =
    "update storage_pools set reserved_bytes = reserved_bytes + $2, generation = generation + 1 "
    "where id = $1 and removed is null and state = 'Up' and reserved_bytes + $2 <= allocatable_bytes";
constexpr std::string_view give_back =
    "update storage_pools set reserved_bytes = reserved_bytes - $2, generation = generation + 1 "
    "where id = $1";
constexpr std::string_view measured =
    "update storage_pools set capacity_bytes = $2, used_bytes = $3, allocatable_bytes = $4, "
    "generation = generation + 1 where id = $1";

std::int64_t apply(sql::Transaction& tx, std::string_view statement, const Id<StoragePool>& pool,
                   std::span<const Cell> parameters) {
  const auto touched = tx.execute(statement, parameters);
  if (touched != 0) tx.note(StoragePool::table, pool, sql::ChangeKind::changed);
  return touched;
}
}  // namespace

bool reserve(sql::Transaction& tx, const Id<StoragePool>& pool, std::int64_t bytes) {
  return apply(tx, promise, pool, sql::cells(pool, bytes)) == 1;
}

void reserve_anyway(sql::Transaction& tx, const Id<StoragePool>& pool, std::int64_t bytes) {
  release(tx, pool, -bytes);
}

void release(sql::Transaction& tx, const Id<StoragePool>& pool, std::int64_t bytes) {
  apply(tx, give_back, pool, sql::cells(pool, bytes));
}

void note_measure(sql::Transaction& tx, const Id<StoragePool>& pool, std::int64_t capacity_bytes,
                  std::int64_t used_bytes, double overcommit) {
  apply(tx, measured, pool,
        sql::cells(pool, capacity_bytes, used_bytes, std::int64_t(double(capacity_bytes) * overcommit)));
}

}  // namespace welkin::model
