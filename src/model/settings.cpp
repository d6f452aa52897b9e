// Declared settings, and the values that hold.
#include "model/settings.hpp"

#include <algorithm>

#include "model/domain.hpp"

namespace welkin::embedded {
extern const std::string_view settings_tsv;
}

namespace welkin::model {

namespace {
std::vector<std::string_view> parts(std::string_view text, char between) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto at = text.find(between);
    out.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

DeclaredSetting declared_by(std::string_view line) {
  const auto cells = parts(line, '\t');
  must(cells.size() == 10, "a line of data/settings.tsv has ten columns");
  DeclaredSetting out;
  std::string* const texts[] = {&out.name, &out.category, &out.group, &out.subgroup, &out.type, &out.value};
  for (std::size_t i = 0; i < std::size(texts); ++i) *texts[i] = cells[i];
  out.dynamic = cells[6] == "true";
  for (const auto name : parts(cells[7], ','))
    if (!name.empty()) {
      const auto scope = choice_named<SettingScope>(name);
      must(scope.has_value(), "a setting's scope is known");
      out.scopes.push_back(*scope);
    }
  out.options = cells[8];
  out.lack = cells[9];
  return out;
}

std::vector<DeclaredSetting> read_declared() {
  std::vector<DeclaredSetting> out;
  auto lines = parts(embedded::settings_tsv, '\n');
  for (const auto line : std::span(lines).subspan(1))
    if (!line.empty()) out.push_back(declared_by(line));
  std::ranges::sort(out, {}, &DeclaredSetting::name);
  for (const auto& heeded : settings::heeded) {
    const auto at = std::ranges::lower_bound(out, heeded.name, {}, &DeclaredSetting::name);
    must(at != out.end() && at->name == heeded.name, "a setting that is heeded is declared");
    must(!at->effective, "a setting is heeded under one handle");
    at->effective = true;
    at->documentation = heeded.documentation;
    at->lowest = heeded.lowest;
    at->highest = heeded.highest;
  }
  return out;
}

const DeclaredSetting& need_declared(std::string_view name) {
  const auto* declared = declared_setting(name);
  if (!declared) throw Error(Fault::invalid, fmt::format("There is no setting {}.", name), "name");
  return *declared;
}

[[noreturn]] void refuse_value(std::string_view name, std::string_view value, std::string_view wanted) {
  throw Error(Fault::invalid, fmt::format("The setting {} takes {}, not {}.", name, wanted, value), "value");
}

std::optional<Setting> stored(sql::Transaction& tx, std::string_view name, const SettingPlace& place) {
  if (!place.id) return sql::first<Setting>(tx, "where name = $1 and scope_id is null", name);
  return sql::first<Setting>(tx, "where name = $1 and scope_id = $2", name, place.id);
}

void check_words(const DeclaredSetting& setting, std::string_view value, char between) {
  const auto known = parts(setting.options, ',');
  for (const auto word : parts(value, between))
    if (!word.empty() && std::ranges::find(known, word) == known.end())
      refuse_value(setting.name, value, "some of " + setting.options);
}

void check_number(const DeclaredSetting& setting, std::string_view value) {
  std::int64_t integer = 0;
  double number = 0;
  if (setting.type == "Number") {
    if (!welkin::detail::parse_integer(integer, value)) refuse_value(setting.name, value, "a whole number");
    number = double(integer);
  } else if (!welkin::detail::parse_number(number, value)) {
    refuse_value(setting.name, value, "a number");
  }
  if (setting.type == "Range" && !(number >= 0 && number <= 1))
    refuse_value(setting.name, value, "a number from 0 to 1");
  if (setting.effective && !(number >= setting.lowest && number <= setting.highest))
    refuse_value(setting.name, value, fmt::format("a number from {} to {}", setting.lowest, setting.highest));
}

/// It is one that can be told something, and in that place.
void must_be_heeded(const DeclaredSetting& setting, const SettingPlace& place) {
  if (place.id && !setting.reaches(place.scope))
    throw Error(Fault::invalid,
                fmt::format("The setting {} cannot be set for a {} alone.", setting.name, name_of(place.scope)), "name");
  if (!setting.effective)
    throw Error(Fault::unsupported,
                fmt::format("The setting {} cannot be changed: Welkin has no {}; it would have no effect.", setting.name,
                            setting.lack),
                "name");
}
}  // namespace

bool DeclaredSetting::reaches(SettingScope scope) const { return std::ranges::find(scopes, scope) != scopes.end(); }

const std::vector<DeclaredSetting>& declared_settings() {
  static const auto settings = read_declared();
  return settings;
}

const DeclaredSetting* declared_setting(std::string_view name) {
  const auto& settings = declared_settings();
  const auto at = std::ranges::lower_bound(settings, name, {}, &DeclaredSetting::name);
  if (at != settings.end() && at->name == name) return &*at;
  const auto same =
      std::ranges::find_if(settings, [&](const auto& s) { return same_text_ignoring_case(s.name, name); });
  return same == settings.end() ? nullptr : &*same;
}

void check_setting(const DeclaredSetting& setting, std::string_view value) {
  if (setting.type == "Boolean" && value != "true" && value != "false")
    refuse_value(setting.name, value, "true or false");
  if (setting.type == "Number" || setting.type == "Decimal" || setting.type == "Range") check_number(setting, value);
  if (setting.type == "Select") {
    const auto options = parts(setting.options, ',');
    if (std::ranges::find(options, value) == options.end())
      refuse_value(setting.name, value, "one of " + setting.options);
  }
  if (setting.type == "Order") check_words(setting, value, ',');
  if (setting.type == "WhitespaceSeparatedListWithOptions") check_words(setting, value, ' ');
}

SettingPlaces places_of(sql::Transaction& tx, const DeclaredSetting& setting, const Id<Account>& account,
                        const Id<Domain>& domain) {
  SettingPlaces out;
  const bool of_account = setting.reaches(SettingScope::account);
  if (of_account && account) out.push_back({SettingScope::account, account});
  if (!setting.reaches(SettingScope::domain) || !domain) return out;
  if (of_account && account && !value_of(tx, settings::accounts_follow_domains)) return out;
  out.push_back({SettingScope::domain, domain});
  if (!value_of(tx, settings::domains_follow_parents)) return out;
  for (auto row = sql::get<Domain>(tx, domain); row && row->parent_id; row = sql::get<Domain>(tx, row->parent_id))
    out.push_back({SettingScope::domain, row->parent_id});
  return out;
}

std::string setting(sql::Transaction& tx, std::string_view name, const SettingPlaces& places) {
  const auto& declared = need_declared(name);
  for (const auto& place : places)
    if (place.id && declared.reaches(place.scope))
      if (const auto row = stored(tx, declared.name, place)) return row->value;
  const auto global = stored(tx, declared.name, {});
  return global ? global->value : declared.value;
}

void set_setting(sql::Transaction& tx, std::string_view name, const SettingPlace& place, std::string_view value,
                 Clock& clock, Random& random, const Vault* vault) {
  const auto& declared = need_declared(name);
  check_setting(declared, value);
  if (!declared.effective && !place.id && value == declared.value) return;
  must_be_heeded(declared, place);
  if (declared.is_secret() && !vault)
    throw Error(Fault::invalid, fmt::format("The setting {} is a secret and needs a vault.", declared.name), "name");
  auto row = stored(tx, declared.name, place);
  const bool fresh = !row;
  if (fresh) {
    row.emplace();
    row->id = new_id<Setting>(clock, random);
    row->name = declared.name;
    row->scope = place.id ? place.scope : SettingScope::global;
    row->scope_id = place.id;
  }
  row->value = declared.is_secret() && !value.empty() ? vault->seal(Secret(std::string(value))) : std::string(value);
  row->updated = clock.now();
  fresh ? sql::insert(tx, *row) : sql::update(tx, *row);
}

void reset_setting(sql::Transaction& tx, std::string_view name, const SettingPlace& place) {
  const auto& declared = need_declared(name);
  if (place.id && !declared.reaches(place.scope)) must_be_heeded(declared, place);
  if (const auto row = stored(tx, declared.name, place)) sql::erase<Setting>(tx, row->id);
}

namespace detail {

bool boolean_of(std::string_view name, const std::string& text) {
  if (text != "true" && text != "false") refuse_value(name, text, "true or false");
  return text == "true";
}

std::int64_t integer_of(std::string_view name, const std::string& text) {
  std::int64_t value = 0;
  if (!welkin::detail::parse_integer(value, text)) refuse_value(name, text, "a whole number");
  return value;
}

double number_of(std::string_view name, const std::string& text) {
  double value = 0;
  if (!welkin::detail::parse_number(value, text)) refuse_value(name, text, "a number");
  return value;
}

}  // namespace detail
}  // namespace welkin::model
