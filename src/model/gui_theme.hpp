// A theme of the graphical interface: how it looks, and for whom.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

struct GuiTheme {
  static constexpr std::string_view table = "gui_themes";
  static constexpr std::string_view indexes[] = {"(created, id)"};
  FIELDS(GuiTheme,
    (Id<GuiTheme>, id, "The theme."),
    (std::string, name, "As the operator calls it."),
    (std::string, description, "What it is, in the operator's words."),
    (std::string, css, "Style sheet."),
    (std::string, configuration, "What the interface reads in place of its own configuration: JSON."),
    (std::string, common_names, "Names that the cloud is reached by, with a comma before and after each."),
    (std::string, login_domain, "Where who logs in there is looked for when they name no domain."),
    (std::vector<Id<Domain>>, domain_ids, "For these domains."),
    (bool, recursive_domains, "And those beneath them."),
    (std::vector<Id<Account>>, account_ids, "For these accounts."),
    (bool, is_public, "Shown to whoever comes, logged in or not."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

/// It is for everyone for whom there is no other.
inline bool is_default(const GuiTheme& theme) {
  return theme.common_names.empty() && theme.domain_ids.empty() && theme.account_ids.empty();
}
/// An account or a domain has ended: themes for it alone end with it.
void forget_in_themes(sql::Transaction& tx, const Uuid& tenant, Time now);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::GuiTheme)
