// Commands of themes of the graphical interface.
#include "commands/gui_themes.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "model/gui_theme.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;
using model::GuiTheme;

constexpr std::size_t listed_max = 50;  // names, domains or accounts of one theme
constexpr std::int64_t themes_max = 1000;

struct ThemeAnswer {
  FIELDS(ThemeAnswer,
    (Id<GuiTheme>, id, "The theme."),
    (std::string, name, "As the operator calls it."),
    (std::optional<std::string>, description, "What it is."),
    (std::optional<std::string>, css, "Style sheet."),
    (std::optional<std::string>, json_configuration, "In place of the interface's own configuration."),
    (std::optional<std::string>, common_names, "Names that the cloud is reached by, between commas."),
    (std::optional<std::string>, login_base_domain, "Where who logs in there is looked for."),
    (std::optional<std::string>, domain_ids, "For these domains."),
    (bool, recursive_domains, "And those beneath them."),
    (std::optional<std::string>, account_ids, "For these accounts."),
    (bool, is_public, "Shown to whoever comes."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};
template <class Row>
std::optional<std::string> listed(const std::vector<Id<Row>>& ids) {
  std::vector<std::string> texts;
  for (const auto& id : ids) texts.push_back(id.text());
  return unless_empty(joined(texts));
}
ThemeAnswer answer(const GuiTheme& theme) {
  ThemeAnswer out;
  out.id = theme.id;
  out.name = theme.name;
  out.description = unless_empty(theme.description);
  out.css = unless_empty(theme.css);
  out.json_configuration = unless_empty(theme.configuration);
  if (!theme.common_names.empty()) out.common_names = joined(words(theme.common_names));
  out.login_base_domain = unless_empty(theme.login_domain);
  out.domain_ids = listed(theme.domain_ids);
  out.recursive_domains = theme.recursive_domains;
  out.account_ids = listed(theme.account_ids);
  out.is_public = theme.is_public;
  out.created = theme.created;
  out.removed = theme.removed;
  return out;
}

bool is_of_names(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}
/// A name of a machine, in lower case; `*.` before it stands for all beneath it.
std::string checked_name(std::string_view given) {
  auto name = lowered(given);
  const auto rest = std::string_view(name).substr(name.starts_with("*.") ? 2 : 0);
  const bool good = !rest.empty() && name.size() <= 253 && std::ranges::all_of(rest, is_of_names);
  if (!good)
    bad(fmt::format("'{}' is no name that a cloud is reached by, such as cloud.example.org or *.example.org.", given),
        "commonnames");
  return name;
}
std::string checked_names(const std::string& given) {
  const auto names = words(given);
  if (names.size() > listed_max) bad(fmt::format("A theme has at most {} names.", listed_max), "commonnames");
  std::string out;
  for (const auto& name : names) out += fmt::format("{}{},", out.empty() ? "," : "", checked_name(name));
  return out;
}

/// It goes into a page's style element as it is.
void check_css(const std::string& css) {
  const auto is_odd = [](unsigned char c) { return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f; };
  if (std::ranges::any_of(css, is_odd) || css.contains("</") || css.contains("<!--"))
    bad("A style sheet holds no control characters and no HTML.", "css");
  if (std::ranges::count(css, '{') != std::ranges::count(css, '}')) bad("The style sheet's braces do not match.", "css");
}
void check_configuration(const std::string& text) {
  if (text.empty()) return;
  try {
    const JsonDocument document(text);
    if (document.root().is_object()) return;
  } catch (const Error& error) {
    bad(fmt::format("jsonconfiguration is no JSON: {}", error.message), "jsonconfiguration");
  }
  bad("jsonconfiguration is a JSON object, such as {\"appTitle\": \"Cloud\"}.", "jsonconfiguration");
}
void check_line(const std::string& text, std::string_view parameter) {
  if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '<' || c == '>'; }))
    bad(fmt::format("{} is one line without angle brackets.", parameter), parameter);
}

struct ThemeWish {
  FIELDS(ThemeWish,
    (std::optional<std::string>, description, "What it is.", .length = 4096),
    (std::optional<std::string>, css, "Style sheet.", .length = 65535),
    (std::optional<std::string>, json_configuration, "In place of the interface's own configuration: a JSON object.",
     .length = 65535),
    (std::optional<std::string>, common_names, "Names that the cloud is reached by, between commas; * for the first label.",
     .length = 4096),
    (std::optional<std::string>, login_base_domain, "Where who logs in there is looked for."),
    (std::optional<std::string>, domain_ids, "For these domains, between commas.", .length = 4096),
    (std::optional<bool>, recursive_domains, "And those beneath them."),
    (std::optional<std::string>, account_ids, "For these accounts, between commas.", .length = 4096),
    (std::optional<bool>, is_public, "Shown to whoever comes; never when it is for domains or accounts."))
};

template <class Row>
void take_ids(Call& call, sql::Transaction& tx, std::vector<Id<Row>>& ids, const std::optional<std::string>& given,
              std::string_view parameter) {
  if (!given) return;
  ids = ids_of<Row>(call, tx, words(*given), access::Use::see, parameter);
  if (ids.size() > listed_max) bad(fmt::format("A theme is for at most {} of them.", listed_max), parameter);
}

/// Takes over what was given, and checks the whole.
void shape(Call& call, sql::Transaction& tx, GuiTheme& theme, const ThemeWish& r) {
  set(theme.description, r.description);
  set(theme.css, r.css);
  set(theme.configuration, r.json_configuration);
  if (r.common_names) theme.common_names = checked_names(*r.common_names);
  set(theme.login_domain, r.login_base_domain);
  take_ids(call, tx, theme.domain_ids, r.domain_ids, "domainids");
  take_ids(call, tx, theme.account_ids, r.account_ids, "accountids");
  set(theme.recursive_domains, r.recursive_domains);
  set(theme.is_public, r.is_public);
  // What is for some is not shown to all: strangers would learn who they are.
  if (!theme.domain_ids.empty() || !theme.account_ids.empty()) theme.is_public = false;
  check_line(theme.name, "name");
  if (theme.name.empty()) bad("A theme has a name.", "name");
  check_line(theme.description, "description");
  check_line(theme.login_domain, "loginbasedomain");
  check_css(theme.css);
  check_configuration(theme.configuration);
  if (theme.css.empty() && theme.configuration.empty()) bad("A theme has css, jsonconfiguration or both.", "css");
  if (!is_default(theme)) return;
  for (const auto& other : sql::all<GuiTheme>(
           tx, "where removed is null and common_names = '' and domain_ids = '[]' and account_ids = '[]'"))
    if (other.id != theme.id)
      bad(fmt::format("The theme {} is the default one already; give commonnames, domainids or accountids.", other.name),
          "commonnames");
}

struct CreateTheme : ThemeWish {
  using Base = ThemeWish;
  FIELDS(CreateTheme, (std::string, name, "As the operator calls it."))
};
ThemeAnswer create(Call& call, sql::Transaction& tx, const CreateTheme& r) {
  if (sql::count(tx, "select count(*) from gui_themes where removed is null") >= themes_max)
    throw Error(Fault::limited, fmt::format("There are {} themes; remove some.", themes_max), "name");
  GuiTheme theme;
  theme.id = call.cloud.new_id<GuiTheme>();
  theme.name = r.name;
  theme.is_public = true;
  theme.created = call.cloud.now();
  shape(call, tx, theme, r);
  sql::insert(tx, theme);
  call.event_note = theme.name;
  return answer(theme);
}

GuiTheme living(const Operate<GuiTheme>& named) {
  if (named->removed) bad(fmt::format("The theme {} has been removed.", named->name), "id");
  return *named;
}

struct UpdateTheme : ThemeWish {
  using Base = ThemeWish;
  FIELDS(UpdateTheme,
    (Operate<GuiTheme>, id, "The theme."),
    (std::optional<std::string>, name, "Its new name."))
};
ThemeAnswer update(Call& call, sql::Transaction& tx, const UpdateTheme& r) {
  auto theme = living(r.id);
  set(theme.name, r.name);
  shape(call, tx, theme, r);
  sql::update(tx, theme);
  call.event_note = theme.name;
  return answer(theme);
}

struct RemoveTheme {
  FIELDS(RemoveTheme, (Operate<GuiTheme>, id, "The theme."))
};
ThemeAnswer remove(Call& call, sql::Transaction& tx, const RemoveTheme& r) {
  auto theme = living(r.id);
  theme.removed = call.cloud.now();
  sql::update(tx, theme);
  call.event_note = theme.name;
  return answer(theme);
}

struct ListThemes : Listing {
  using Base = Listing;
  FIELDS(ListThemes,
    (std::optional<std::string>, id, "Only this theme.", .type = "uuid"),
    (std::optional<std::string>, name, "Only themes of this name."),
    (std::optional<std::string>, common_name, "Only themes for this name that the cloud is reached by."),
    (std::optional<See<model::Domain>>, domain_id, "Only themes for this domain."),
    (std::optional<See<model::Account>>, account_id, "Only themes for this account."),
    (bool, list_all, "Root administrators: all themes, not only those for the caller."),
    (bool, show_removed, "Root administrators: removed themes, too."),
    (std::optional<bool>, show_public, "Only themes shown to whoever comes, or only the others."),
    (bool, list_only_default_theme, "Only the theme for everyone for whom there is no other."))
};

/// Themes with this name, or one with an asterisk that stands for it.
void named(Where& where, const std::string& given) {
  const auto name = lowered(given);
  if (name.empty() || name.size() > 253 || !std::ranges::all_of(name, is_of_names)) {
    where.nothing();
    return;
  }
  // Letters, digits, points, hyphens and colons: no pattern, and no end of a text.
  std::string any = fmt::format("common_names like '%,{},%'", name);
  for (auto at = name.find('.'); at != std::string::npos; at = name.find('.', at + 1))
    any += fmt::format(" or common_names like '%,*{},%'", name.substr(at));
  where.that(any);
}
/// SQL of our own ids: hexadecimal digits and hyphens.
std::string for_domain(sql::Transaction& tx, const model::Domain& domain) {
  std::string any = fmt::format("domain_ids like '%{}%'", domain.id.text());
  for (const auto& above : sql::all<model::Domain>(
           tx, "where substr(cast($1 as text), 1, length(path)) = path and removed is null and id <> $2", domain.path,
           domain.id))
    any += fmt::format(" or (recursive_domains = 1 and domain_ids like '%{}%')", above.id.text());
  return any;
}
std::string for_account(const Id<model::Account>& account) {
  return fmt::format("account_ids like '%{}%'", account.text());
}
/// What the caller may see: what is public, and what is for its account or domain.
void visible(Where& where, Call& call, sql::Transaction& tx) {
  if (!call.caller.account) {
    where.that("is_public = 1");
    return;
  }
  where.that(fmt::format("is_public = 1 or {} or {}", for_account(call.caller.account),
                         for_domain(tx, sql::need<model::Domain>(tx, call.caller.domain))));
}

Page<ThemeAnswer> list(Call& call, sql::Transaction& tx, const ListThemes& r) {
  Where where;
  const bool root = call.caller.is_root();
  const bool asks_for_some = r.id || r.name || r.common_name || r.domain_id || r.account_id || r.keyword;
  if (!root || !(r.list_all || asks_for_some)) visible(where, call, tx);
  if (!root || !r.show_removed) where.that("removed is null");
  if (r.id) {
    const auto id = Id<GuiTheme>::parse(*r.id);
    where.equal("id", id.value_or(Id<GuiTheme>()));
  }
  where.equal("name", r.name).equal("is_public", r.show_public).keyword({"name", "description"}, r.keyword);
  if (r.common_name) named(where, *r.common_name);
  if (r.domain_id) where.that(for_domain(tx, **r.domain_id));
  if (r.account_id) where.that(for_account(r.account_id->id()));
  if (r.list_only_default_theme) where.that("common_names = '' and domain_ids = '[]' and account_ids = '[]'");
  return answers_of<GuiTheme>(tx, where, r, "created, id", answer);
}
}  // namespace

std::vector<Command> gui_theme_commands() {
  constexpr auto root = Audience::root;
  return {
      writing<create>({"createGuiTheme", "guiThemes", "Makes a theme of the interface.", root, "GUI.THEME.CREATE"}),
      writing<update>({"updateGuiTheme", "guiThemes", "Changes a theme of the interface.", root, "GUI.THEME.UPDATE"}),
      writing<remove>({"removeGuiTheme", "guiThemes", "Removes a theme of the interface.", root, "GUI.THEME.REMOVE"}),
      reading<list>({open_command, "guiThemes", "Lists themes of the interface: those for the caller.",
                     Audience::everyone}),
  };
}

}  // namespace welkin::commands
