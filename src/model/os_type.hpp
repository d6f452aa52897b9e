// An operating system that a guest may run, and the family it is listed under.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

struct OsCategory {
  static constexpr std::string_view table = "os_categories";
  static constexpr std::string_view indexes[] = {"unique (name)"};
  FIELDS(OsCategory,
    (Id<OsCategory>, id, "The category."),
    (std::string, name, "As clients know it."),
    (bool, is_featured, "Shown first."),
    (int, sort_key, "Place in lists, smaller first."),
    (Time, created, "When it was made."))
};

struct OsType {
  static constexpr std::string_view table = "os_types";
  static constexpr std::string_view indexes[] = {"unique (name) where removed is null", "(os_category_id)"};
  FIELDS(OsType,
    (Id<OsType>, id, "The type."),
    (Id<OsCategory>, os_category_id, "Its family."),
    (std::string, name, "As clients know it."),
    (std::string, description, "Free text; the name when nobody gave one."),
    (bool, is_user_defined, "Added by an operator."),
    (bool, display, "Users see it."),
    (TextMap, details, "Wishes for its instances, by name."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::OsCategory)
ROW_ELSEWHERE(welkin::model::OsType)
