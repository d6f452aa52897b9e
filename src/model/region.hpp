// A region: a cloud of its own, known to its neighbours by number, name and address. This cloud is one of them.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

struct Region {
  static constexpr std::string_view table = "regions";
  static constexpr std::string_view indexes[] = {"unique (number)", "unique (name)"};
  FIELDS(Region,
    (Id<Region>, id, "The region."),
    (int, number, "As clients know it."),
    (std::string, name, "Unique."),
    (std::string, endpoint, "Where its API answers."),
    (Time, created, "When it was made known."))
};

/// The number of the region that this cloud is.
inline constexpr int own_region = 1;

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Region)
