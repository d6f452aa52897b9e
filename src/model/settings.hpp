// Settings: what the cloud can be told, with which value it starts, and what holds in which place.
#pragma once

#include <chrono>

#include "model/setting.hpp"

namespace welkin::model {

/// A setting as it is declared in data/seed.json.
struct DeclaredSetting {
  FIELDS(DeclaredSetting,
    (std::string, name, "expunge.delay"),
    (std::string, category, "Advanced, Network, Storage …"),
    (std::string, group, "Where it is shown."),
    (std::string, subgroup, "Where in the group."),
    (std::string, type, "Boolean, Number, Decimal, Range, Select, CSV, Order or String."),
    (std::string, value, "Holds until somebody sets another."),
    (bool, dynamic, "A change holds at once, not only after a restart."),
    (std::vector<SettingScope>, scopes, "Where it may be set beside the whole cloud."),
    (std::string, options, "The only values of a Select, between commas."),
    (bool, effective, "Welkin heeds it; others are kept for clients that ask for them."))
};

/// All declared settings, by name.
const std::vector<DeclaredSetting>& declared_settings();
/// Nothing when there is no such setting. Case does not matter.
const DeclaredSetting* declared_setting(std::string_view name);
/// Throws `invalid` when the text is no value for this setting.
void check_setting(const DeclaredSetting& setting, std::string_view value);

/// The places whose own values come before the whole cloud's: the first that has one wins.
struct SettingPlace {
  SettingScope scope;
  Uuid id;
};
using SettingPlaces = std::vector<SettingPlace>;

/// The value that holds in these places. The setting must be declared.
std::string setting(sql::Transaction& tx, std::string_view name, const SettingPlaces& places = {});
/// Sets the value in one place; nil is the whole cloud. Throws `invalid` for unknown settings, values and
/// scopes.
void set_setting(sql::Transaction& tx, std::string_view name, const SettingPlace& place,
    std::string_view value,
                 Clock& clock, Random& random);
/// The place follows the wider one again.
void reset_setting(sql::Transaction& tx, std::string_view name, const SettingPlace& place);

/// A setting that Welkin heeds, with the type of its value.
template <class T>
struct KnownSetting {
  std::string_view name;
};

namespace settings {
using Seconds = std::chrono::seconds;
using Minutes = std::chrono::minutes;
inline constexpr KnownSetting<Seconds> expunge_delay{"expunge.delay"};
inline constexpr KnownSetting<Seconds> expunge_interval{"expunge.interval"};
inline constexpr KnownSetting<Seconds> network_gc_wait{"network.gc.wait"};
inline constexpr KnownSetting<Seconds> network_gc_interval{"network.gc.interval"};
inline constexpr KnownSetting<double> cpu_overcommit{"cpu.overprovisioning.factor"};
inline constexpr KnownSetting<double> memory_overcommit{"mem.overprovisioning.factor"};
inline constexpr KnownSetting<double> storage_overcommit{"storage.overprovisioning.factor"};
inline constexpr KnownSetting<std::chrono::milliseconds> measure_interval{"vm.stats.interval"};
inline constexpr KnownSetting<std::int64_t> default_page_size{"default.page.size"};
inline constexpr KnownSetting<std::int64_t> custom_disk_gib_min{"custom.diskoffering.size.min"};
inline constexpr KnownSetting<std::int64_t> custom_disk_gib_max{"custom.diskoffering.size.max"};
inline constexpr KnownSetting<std::int64_t> volume_gib_max{"storage.max.volume.size"};
inline constexpr KnownSetting<std::int64_t> template_gib_max{"max.template.iso.size"};
inline constexpr KnownSetting<std::string> guest_domain_suffix{"guest.domain.suffix"};
inline constexpr KnownSetting<std::int64_t> password_length{"vm.password.length"};
inline constexpr KnownSetting<Minutes> session_timeout{"session.timeout"};
inline constexpr KnownSetting<Minutes> job_expiry{"job.expire.minutes"};
inline constexpr KnownSetting<bool> users_may_expunge{"allow.user.expunge.recover.vm"};
inline constexpr KnownSetting<bool> users_may_expunge_volumes{"allow.user.expunge.recover.volume"};
inline constexpr KnownSetting<bool> users_may_force_stop{"allow.user.force.stop.vm"};
inline constexpr KnownSetting<bool> users_see_destroyed{"allow.user.view.destroyed.vm"};
inline constexpr KnownSetting<bool> users_see_all_accounts{"allow.user.view.all.domain.accounts"};
inline constexpr KnownSetting<bool> users_see_all_zones{"allow.user.view.all.zones"};
}  // namespace settings

namespace detail {
bool boolean_of(std::string_view name, const std::string& text);
std::int64_t integer_of(std::string_view name, const std::string& text);
double number_of(std::string_view name, const std::string& text);
}  // namespace detail

/// The typed value that holds in these places: `value_of(tx, settings::expunge_delay)`.
template <class T>
T value_of(sql::Transaction& tx, const KnownSetting<T>& known, const SettingPlaces& places = {}) {
  const auto text = setting(tx, known.name, places);
  if constexpr (std::is_same_v<T, std::string>)
    return text;
  else if constexpr (std::is_same_v<T, bool>)
    return detail::boolean_of(known.name, text);
  else if constexpr (std::is_same_v<T, double>)
    return detail::number_of(known.name, text);
  else
    return T(detail::integer_of(known.name, text));
}

}  // namespace welkin::model
