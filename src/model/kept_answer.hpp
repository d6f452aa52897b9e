// What calls with an idempotency token were answered, so that the same call gets the same answer. See decision 0061.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

struct KeptAnswer {
  static constexpr std::string_view table = "kept_answers";
  static constexpr std::string_view indexes[] = {"unique (user_id, token)", "(created)"};
  FIELDS(KeptAnswer,
    (Id<KeptAnswer>, id, "The entry."),
    (Id<User>, user_id, "Who called; others' tokens are none of anybody's business."),
    (std::string, token, "As the caller chose it."),
    (Id<Job>, job_id, "The job that was begun; nil when the answer is complete."),
    (std::string, sealed, "What was asked and answered, sealed: it may hold a secret.", .length = 1 << 20),
    (Time, created, "When it was called."))
};

/// For so long the same call gets the same answer.
inline constexpr auto answers_kept_for = std::chrono::hours(24);

/// Takes away answers that have been kept long enough; at most `limit`.
void sweep_answers(sql::Transaction& tx, Time now, int limit);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::KeptAnswer)
