// Counting.
#include "model/counters.hpp"

namespace welkin::model {

namespace {
constexpr std::string_view count_up =
    "insert into counters (id, last) values ($1, 1) "
    "on conflict (id) do update set last = counters.last + 1 returning last";
constexpr std::string_view forget = "delete from counters where id = $1";
}  // namespace

std::int64_t next_number(sql::Transaction& tx, std::string_view sequence) {
  std::int64_t number = 0;
  tx.query(count_up, sql::cells(sequence), [&](const sql::Row& row) { number = row[0].integer; });
  return number;
}

void forget_sequence(sql::Transaction& tx, std::string_view sequence) {
  tx.execute(forget, sql::cells(sequence));
}

}  // namespace welkin::model
