// Declared settings, and the values that hold.
#include "model/settings.hpp"

#include <algorithm>

#include "model/seed.hpp"

namespace welkin::model {

namespace {
std::vector<DeclaredSetting> read_declared() {
  const JsonDocument document(seed_json());
  std::vector<DeclaredSetting> settings;
  type_of<std::vector<DeclaredSetting>>().read(&settings, document.root()["settings"]);
  std::ranges::sort(settings, {}, &DeclaredSetting::name);
  return settings;
}

const DeclaredSetting& need_declared(std::string_view name) {
  const auto* declared = declared_setting(name);
  if (!declared) throw Error(Fault::invalid, fmt::format("There is no setting {}.", name), "name");
  return *declared;
}

[[noreturn]] void refuse_value(std::string_view name, std::string_view value, std::string_view wanted) {
  throw Error(Fault::invalid, fmt::format("The setting {} takes {}, not {}.", name, wanted, value), "value");
}

bool is_option(std::string_view options, std::string_view value) {
  while (!options.empty()) {
    const auto comma = options.find(',');
    if (options.substr(0, comma) == value) return true;
    options = comma == std::string_view::npos ? std::string_view{} : options.substr(comma + 1);
  }
  return false;
}

std::optional<Setting> stored(sql::Transaction& tx, std::string_view name, const SettingPlace& place) {
  if (!place.id) return sql::first<Setting>(tx, "where name = $1 and scope_id is null", name);
  return sql::first<Setting>(tx, "where name = $1 and scope_id = $2", name, place.id);
}
}  // namespace

const std::vector<DeclaredSetting>& declared_settings() {
  static const auto settings = read_declared();
  return settings;
}

const DeclaredSetting* declared_setting(std::string_view name) {
  const auto& settings = declared_settings();
  const auto at = std::ranges::find_if(settings, [&](const auto& s) { return same_text_ignoring_case(s.name,
      name); });
  return at == settings.end() ? nullptr : &*at;
}

void check_setting(const DeclaredSetting& setting, std::string_view value) {
  std::int64_t integer = 0;
  double number = 0;
  if (setting.type == "Boolean" && value != "true" && value != "false")
    refuse_value(setting.name, value, "true or false");
  if (setting.type == "Number" && !welkin::detail::parse_integer(integer, value))
    refuse_value(setting.name, value, "a whole number");
  if ((setting.type == "Decimal" || setting.type == "Range") && !welkin::detail::parse_number(number, value))
    refuse_value(setting.name, value, "a number");
  if (setting.type == "Range" && (number < 0 || number > 1))
    refuse_value(setting.name, value, "a number from 0 to 1");
  if (setting.type == "Select" && !is_option(setting.options, value))
    refuse_value(setting.name, value, "one of " + setting.options);
}

std::string setting(sql::Transaction& tx, std::string_view name, const SettingPlaces& places) {
  const auto& declared = need_declared(name);
  for (const auto& place : places)
    if (const auto row = place.id ? stored(tx, declared.name, place) : std::nullopt) return row->value;
  const auto global = stored(tx, declared.name, {});
  return global ? global->value : declared.value;
}

void set_setting(sql::Transaction& tx, std::string_view name, const SettingPlace& place,
    std::string_view value,
                 Clock& clock, Random& random) {
  const auto& declared = need_declared(name);
  check_setting(declared, value);
  if (place.id && std::ranges::find(declared.scopes, place.scope) == declared.scopes.end())
    throw Error(Fault::invalid,
                fmt::format("The setting {} cannot be set for a {} alone.", declared.name,
                    name_of(place.scope)), "name");
  auto row = stored(tx, declared.name, place);
  const bool fresh = !row;
  if (fresh) {
    row.emplace();
    row->id = new_id<Setting>(clock, random);
    row->name = declared.name;
    row->scope = place.id ? place.scope : SettingScope::global;
    row->scope_id = place.id;
  }
  row->value = value;
  row->updated = clock.now();
  fresh ? sql::insert(tx, *row) : sql::update(tx, *row);
}

void reset_setting(sql::Transaction& tx, std::string_view name, const SettingPlace& place) {
  if (const auto row = stored(tx, need_declared(name).name, place)) sql::erase<Setting>(tx, row->id);
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
