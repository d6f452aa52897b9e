// Themes lose those whom they were for.
#include "model/gui_theme.hpp"

namespace welkin::model {

void forget_in_themes(sql::Transaction& tx, const Uuid& tenant, Time now) {
  const auto text = fmt::format("%{}%", tenant.text());
  for (auto& theme : sql::all<GuiTheme>(
           tx, "where removed is null and (domain_ids like $1 or account_ids like $1)", text)) {
    std::erase_if(theme.domain_ids, [&](const auto& id) { return Uuid(id) == tenant; });
    std::erase_if(theme.account_ids, [&](const auto& id) { return Uuid(id) == tenant; });
    // One that is for nobody any more must not become everyone's.
    if (is_default(theme)) theme.removed = now;
    sql::update(tx, theme);
  }
}

}  // namespace welkin::model
