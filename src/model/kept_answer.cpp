// The end of kept answers.
#include "model/kept_answer.hpp"

namespace welkin::model {

void sweep_answers(sql::Transaction& tx, Time now, int limit) {
  tx.execute("delete from kept_answers where id in (select id from kept_answers where created < $1 order by created limit $2)",
             sql::cells(now - answers_kept_for, limit));
}

}  // namespace welkin::model
