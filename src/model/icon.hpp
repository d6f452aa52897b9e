// Icons: small pictures that consoles show beside things.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

/// What may have an icon, as clients name it.
CHOICES(IconKind, (instance, "UserVm"), (image, "Template"), (network, "Network"), (zone, "Zone"),
        (project, "Project"), (account, "Account"), (user, "User"), (domain, "Domain"),
        (os_category, "GuestOsCategory"))

struct Icon {
  static constexpr std::string_view table = "icons";
  static constexpr std::string_view indexes[] = {"unique (resource_id)"};
  FIELDS(Icon,
    (Id<Icon>, id, "The icon."),
    (IconKind, resource_kind, "What it belongs to."),
    (Uuid, resource_id, "Which of these."),
    (std::string, image, "The picture's file, base64."),
    (Time, created, "When it was put there."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Icon)
