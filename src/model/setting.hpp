// A setting that differs from its declared value, in the whole cloud or in one place of it. See settings.hpp.
#pragma once

#include "sql/rows.hpp"

namespace welkin::model {

/// From the widest to the narrowest.
CHOICES(SettingScope, (global, "Global"), (zone, "Zone"), (cluster, "Cluster"), (storage_pool, "StoragePool"),
        (image_store, "ImageStore"), (domain, "Domain"), (account, "Account"),
        (management_server, "ManagementServer"))

struct Setting {
  static constexpr std::string_view table = "settings";
  static constexpr std::string_view indexes[] = {
      "unique (name) where scope_id is null", "unique (name, scope_id) where scope_id is not null"};
  FIELDS(Setting,
    (Id<Setting>, id, "The entry."),
    (std::string, name, "Which setting: expunge.delay."),
    (SettingScope, scope, "How far it reaches."),
    (Uuid, scope_id, "The zone, cluster, … it holds for; nil for the whole cloud."),
    (std::string, value, "Its value as text.", .length = 4096),
    (Time, updated, "When it was last set."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Setting)
