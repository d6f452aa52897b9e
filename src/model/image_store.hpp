// An image store: where templates are kept before hosts need them.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

CHOICES(StoreScope, (zone, "ZONE"), (region, "REGION"))

struct ImageStore {
  static constexpr std::string_view table = "image_stores";
  static constexpr std::string_view indexes[] = {"unique (name) where removed is null", "(zone_id)"};
  FIELDS(ImageStore,
    (Id<ImageStore>, id, "The store."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "As the operator calls it."),
    (Id<Zone>, zone_id, "The zone it serves; nil when it serves all."),
    (StoreScope, scope, "How far it serves."),
    (std::string, url, "As given when it was added.", .length = 2048),
    (std::string, path, "Its directory on the management server."),
    (std::string, protocol, "How it is reached: file, nfs or s3."),
    (std::string, provider, "Who serves it."),
    (bool, read_only, "It takes nothing new."),
    (std::int64_t, capacity_bytes, "Its size, as last measured."),
    (std::int64_t, used_bytes, "What is used of it, as last measured."),
    (TextMap, details, "Further facts, by name."),
    (Time, created, "When it was added."),
    (std::optional<Time>, removed, "When it was removed."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::ImageStore)
