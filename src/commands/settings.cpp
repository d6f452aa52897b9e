// Commands of settings.
#include "model/settings.hpp"

#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/passwords.hpp"
#include "model/cluster.hpp"
#include "model/image_store.hpp"
#include "model/mail.hpp"
#include "model/overcommit.hpp"
#include "model/prefix.hpp"
#include "model/storage_pool.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

/// Shown in place of a secret that is set.
constexpr std::string_view mask = "********";

struct SettingAnswer {
  FIELDS(SettingAnswer,
    (std::string, category, "Where it is shown."),
    (std::optional<std::string>, group, "Where it is shown."),
    (std::optional<std::string>, subgroup, "Where in the group."),
    (std::string, name, "Which setting."),
    (std::optional<std::string>, value, "What holds; of a secret only that one is set."),
    (std::optional<std::string>, default_value, "What holds until somebody sets another."),
    (std::optional<std::string>, scope, "The kind of place it was asked for."),
    (std::string, description, "What it does, or why it cannot be changed."),
    (bool, is_dynamic, "A change holds at once."),
    (std::string, component, "Who heeds it."),
    (std::optional<std::string>, parent, "The setting above it: there are none yet."),
    (std::string, display_text, "Its name, for people."),
    (std::string, type, "Of its value."),
    (std::optional<std::string>, options, "The only values it can have."))
};

/// "Expunge delay", of expunge.delay.
std::string title_of(std::string name) {
  for (auto& c : name)
    if (c == '.') c = ' ';
  if (name[0] >= 'a' && name[0] <= 'z') name[0] = char(name[0] - 32);
  return name;
}

/// Where settings are read or set.
struct Place {
  std::optional<model::SettingScope> scope{};  ///< nothing for the whole cloud
  Uuid id{};
};

SettingAnswer answer(const model::DeclaredSetting& s, const std::string& value, const Place& place) {
  SettingAnswer out;
  out.category = s.category;
  out.group = unless_empty(s.group);
  out.subgroup = unless_empty(s.subgroup);
  out.name = s.name;
  out.value = value;
  out.default_value = s.value;
  if (s.is_secret()) {
    out.value = value.empty() ? std::nullopt : std::optional<std::string>(mask);
    out.default_value.reset();
  }
  if (place.scope) out.scope = lowered(name_of(*place.scope));
  out.description = s.effective ? s.documentation : fmt::format("Cannot be changed: Welkin has no {}.", s.lack);
  out.is_dynamic = s.effective || s.dynamic;
  out.component = "welkin";
  out.display_text = title_of(s.name);
  out.type = s.type;
  out.options = unless_empty(s.options);
  return out;
}

/// The one place that a request names. Throws `invalid` for more than one.
template <class R, class Store>
Place place_of(const R& r, const Store& image_store) {
  Place place;
  const auto take = [&](const auto& ref, model::SettingScope scope) {
    if (!ref) return;
    if (place.scope)
      throw Error(Fault::invalid, "A setting holds in one place: give only one id of a place.",
                  lowered(name_of(scope)));
    place = {scope, ref->id()};
  };
  take(r.zone_id, model::SettingScope::zone);
  take(r.cluster_id, model::SettingScope::cluster);
  take(r.storage_id, model::SettingScope::storage_pool);
  take(image_store, model::SettingScope::image_store);
  take(r.account_id, model::SettingScope::account);
  take(r.domain_id, model::SettingScope::domain);
  return place;
}

/// The place and the wider ones that it follows.
template <class R>
model::SettingPlaces wider(sql::Transaction& tx, const model::DeclaredSetting& s, const Place& place, const R& r) {
  using enum model::SettingScope;
  if (!place.scope) return {};
  if (*place.scope == account) return model::places_of(tx, s, r.account_id->id(), (*r.account_id)->domain_id);
  if (*place.scope == domain) return model::places_of(tx, s, {}, r.domain_id->id());
  model::SettingPlaces out = {{*place.scope, place.id}};
  if (*place.scope == cluster) out.push_back({zone, (*r.cluster_id)->zone_id});
  if (*place.scope == storage_pool) out.push_back({zone, (*r.storage_id)->zone_id});
  return out;
}

struct ListConfigurations : Listing {
  using Base = Listing;
  FIELDS(ListConfigurations,
    (std::optional<std::string>, category, "Only settings shown there."),
    (std::optional<std::string>, name, "Only settings whose name has this text."),
    (std::optional<std::string>, group, "Only settings of this group."),
    (std::optional<std::string>, subgroup, "Only settings of this part of a group."),
    (std::optional<std::string>, parent, "Only settings beneath this one: there are none yet."),
    (std::optional<See<model::Zone>>, zone_id, "Those that may be set for a zone, as they hold in this one."),
    (std::optional<See<model::Account>>, account_id, "Those that may be set for an account, as they hold for this one."),
    (std::optional<See<model::Domain>>, domain_id, "Those that may be set for a domain, as they hold for this one."),
    (std::optional<See<model::Cluster>>, cluster_id, "Those that may be set for a cluster, as they hold in this one."),
    (std::optional<See<model::StoragePool>>, storage_id, "Those that may be set for a storage pool, as they hold for this one."),
    (std::optional<See<model::ImageStore>>, image_store_uuid, "Those that may be set for an image store, as they hold for this one."))
};
bool matches(const model::DeclaredSetting& s, const ListConfigurations& r) {
  const auto has = [](const std::string& text, const std::optional<std::string>& part) {
    return !part || lowered(text).contains(lowered(*part));
  };
  const auto is = [](const std::string& text, const std::optional<std::string>& wanted) {
    return !wanted || same_text_ignoring_case(text, *wanted);
  };
  const bool has_keyword =
      has(s.name, r.keyword) || has(s.category, r.keyword) || (s.effective && has(s.documentation, r.keyword));
  return is(s.category, r.category) && has(s.name, r.name) && is(s.group, r.group) && is(s.subgroup, r.subgroup) &&
         has_keyword && !r.parent;
}
Page<SettingAnswer> list_settings(Call&, sql::Transaction& tx, const ListConfigurations& r) {
  const auto place = place_of(r, r.image_store_uuid);
  const auto slice = slice_of(r);
  Page<SettingAnswer> page;
  for (const auto& setting : model::declared_settings()) {
    if (!matches(setting, r) || (place.scope && !setting.reaches(*place.scope))) continue;
    const auto position = page.count++;
    if (position < slice.offset || position >= slice.offset + slice.length) continue;
    // Only those that are heeded can differ from what is declared.
    page.rows.push_back(answer(
        setting, setting.effective ? model::setting(tx, setting.name, wider(tx, setting, place, r)) : setting.value,
        place));
  }
  return page;
}

const model::DeclaredSetting& declared(const std::string& name) {
  const auto* found = model::declared_setting(name);
  if (!found) throw Error(Fault::invalid, fmt::format("There is no setting {}.", name), "name");
  return *found;
}

bool is_one_of(const model::DeclaredSetting& setting,
               std::initializer_list<const model::KnownSetting<std::string>*> handles) {
  return std::ranges::any_of(handles, [&](const auto* handle) { return handle->name == setting.name; });
}
/// Mail bears one sender, and may go to many.
void check_addresses(const model::DeclaredSetting& setting, const std::string& value) {
  const auto all = model::mail_addresses_in(value);
  const bool many = setting.name == model::settings::alert_recipients.name;
  if ((!many && all.size() > 1) || !std::ranges::all_of(all, model::is_mail_address))
    throw Error(Fault::invalid,
                fmt::format("The setting {} takes {}, as alice@example.org, and no names.", setting.name,
                            many ? "mail addresses between commas" : "one mail address"),
                "value");
}
bool is_web_address(const std::string& text) {
  const bool has_scheme = text.starts_with("https://") || text.starts_with("http://");
  return has_scheme && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}
/// What a text must be beyond its type.
void check_meaning(const model::DeclaredSetting& setting, const std::string& value) {
  namespace settings = model::settings;
  if (setting.name == settings::password_pattern.name) check_pattern(value);
  if (setting.name == settings::default_factor.name && value != "totp" && value != "staticpin")
    throw Error(Fault::invalid, "A second factor is totp or staticpin.", "value");
  if (is_one_of(setting, {&settings::alert_recipients, &settings::alert_sender, &settings::reset_sender,
                          &settings::project_sender}))
    check_addresses(setting, value);
  if (setting.name == settings::reset_site.name && !value.empty() && !is_web_address(value))
    throw Error(Fault::invalid, fmt::format("{} is no address of a web site, as in https://cloud.example.org.", value),
                "value");
  if ((setting.name == settings::allowed_sources.name || setting.name == settings::proxy_addresses.name) &&
      !model::prefixes_in(value))
    throw Error(Fault::invalid,
                fmt::format("The setting {} takes ranges of addresses between commas, as 10.0.0.0/8,2001:db8::/32.", setting.name),
                "value");
}

/// What is kept beside the settings follows them.
void follow(sql::Transaction& tx, const model::DeclaredSetting& changed) {
  namespace settings = model::settings;
  for (const auto name :
       {settings::cpu_overcommit.name, settings::memory_overcommit.name, settings::storage_overcommit.name})
    if (changed.name == name) model::settle_overcommit(tx);
}

template <class R>
SettingAnswer changed(Call& call, sql::Transaction& tx, const model::DeclaredSetting& s, const Place& place,
                      const R& r) {
  follow(tx, s);
  const auto value = model::setting(tx, s.name, wider(tx, s, place, r));
  call.event_note = s.is_secret() ? s.name : fmt::format("{} is {}", s.name, value);
  return answer(s, value, place);
}

model::SettingPlace one_place(const Place& place) {
  return {place.scope.value_or(model::SettingScope::global), place.id};
}

struct UpdateConfiguration {
  FIELDS(UpdateConfiguration,
    (std::string, name, "Which setting."),
    (std::optional<Secret>, value, "What shall hold; the wider place's value when absent.", .length = 4096),
    (std::optional<Operate<model::Zone>>, zone_id, "Only in this zone."),
    (std::optional<Operate<model::Account>>, account_id, "Only for this account."),
    (std::optional<Operate<model::Domain>>, domain_id, "Only for this domain."),
    (std::optional<Operate<model::Cluster>>, cluster_id, "Only in this cluster."),
    (std::optional<Operate<model::StoragePool>>, storage_id, "Only for this storage pool."),
    (std::optional<Operate<model::ImageStore>>, image_store_uuid, "Only for this image store."))
};
SettingAnswer update(Call& call, sql::Transaction& tx, const UpdateConfiguration& r) {
  const auto& setting = declared(r.name);
  const auto place = place_of(r, r.image_store_uuid);
  if (setting.is_secret() && r.value && r.value->same_as(mask))
    throw Error(Fault::invalid, "This is what is shown in place of a secret; give the secret itself.", "value");
  if (r.value) check_meaning(setting, r.value->reveal());
  if (r.value)
    model::set_setting(tx, setting.name, one_place(place), r.value->reveal(), call.cloud.clock(), call.cloud.random,
                       &call.cloud.vault);
  else
    model::reset_setting(tx, setting.name, one_place(place));
  return changed(call, tx, setting, place, r);
}

struct ResetConfiguration {
  FIELDS(ResetConfiguration,
    (std::string, name, "Which setting."),
    (std::optional<Operate<model::Zone>>, zone_id, "Only in this zone."),
    (std::optional<Operate<model::Account>>, account_id, "Only for this account."),
    (std::optional<Operate<model::Domain>>, domain_id, "Only for this domain."),
    (std::optional<Operate<model::Cluster>>, cluster_id, "Only in this cluster."),
    (std::optional<Operate<model::StoragePool>>, storage_id, "Only for this storage pool."),
    (std::optional<Operate<model::ImageStore>>, image_store_id, "Only for this image store."))
};
SettingAnswer reset(Call& call, sql::Transaction& tx, const ResetConfiguration& r) {
  const auto& setting = declared(r.name);
  const auto place = place_of(r, r.image_store_id);
  model::reset_setting(tx, setting.name, one_place(place));
  return changed(call, tx, setting, place, r);
}

struct SubgroupAnswer {
  FIELDS(SubgroupAnswer,
    (std::string, name, "The part of the group."),
    (std::int64_t, precedence, "Its place among the parts."))
};
struct SettingGroupAnswer {
  FIELDS(SettingGroupAnswer,
    (std::string, name, "The group."),
    (std::vector<SubgroupAnswer>, subgroup, "Its parts."),
    (std::string, description, "What it is about."),
    (std::int64_t, precedence, "Its place among the groups."))
};
struct ListConfigurationGroups : Listing {
  using Base = Listing;
  FIELDS(ListConfigurationGroups, (std::optional<std::string>, group, "Only this group."))
};
/// Groups in the order in which they are shown; a part's place is by its name, and Others come last.
std::vector<SettingGroupAnswer> groups() {
  constexpr std::string_view order[] = {"Access",     "Compute",           "Storage",    "Network",
                                        "Hypervisor", "Management Server", "System VMs", "Infrastructure",
                                        "Usage Server", "Miscellaneous"};
  std::map<std::string_view, std::map<std::string_view, int>> parts;
  for (const auto& setting : model::declared_settings()) ++parts[setting.group][setting.subgroup];
  std::vector<SettingGroupAnswer> out;
  for (const auto name : order) {
    auto& group = out.emplace_back();
    group.name = name;
    group.description =
        fmt::format("{} configuration", name == "Access" ? std::string_view("Identity and Access management") : name);
    group.precedence = name == "Miscellaneous" ? 999 : std::ssize(out);
    for (const auto& [part, count] : parts[name])
      group.subgroup.push_back({std::string(part), part == "Others" ? 999 : std::ssize(group.subgroup) + 1});
    std::ranges::sort(group.subgroup, {}, &SubgroupAnswer::precedence);
  }
  return out;
}
Page<SettingGroupAnswer> list_groups(Call&, sql::Transaction&, const ListConfigurationGroups& r) {
  const auto slice = slice_of(r);
  Page<SettingGroupAnswer> page;
  for (auto& group : groups()) {
    if (r.group && !same_text_ignoring_case(*r.group, group.name)) continue;
    if (r.keyword && !lowered(group.name).contains(lowered(*r.keyword))) continue;
    const auto position = page.count++;
    if (position >= slice.offset && position < slice.offset + slice.length) page.rows.push_back(std::move(group));
  }
  return page;
}
}  // namespace

std::vector<Command> setting_commands() {
  constexpr auto root = Audience::root;
  constexpr std::string_view edited = "CONFIGURATION.VALUE.EDIT";
  return {
      reading<list_settings>({"listConfigurations", "configuration", "Lists settings.", root}),
      writing<update>({"updateConfiguration", "configuration", "Changes a setting.", root, edited}),
      writing<reset>({"resetConfiguration", "configuration", "Lets a setting follow the wider place again.", root,
                      edited, {}, "4.16.0"}),
      reading<list_groups>({"listConfigurationGroups", "configurationgroup",
                            "Lists the groups that settings are shown in.", root, {}, {}, "4.18.0"}),
  };
}

}  // namespace welkin::commands
