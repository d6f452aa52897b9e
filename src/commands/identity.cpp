// Commands of keys and settings.
#include "commands/tenants.hpp"
#include "model/cluster.hpp"
#include "model/image_store.hpp"
#include "model/settings.hpp"
#include "model/storage_pool.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

struct KeyPairAnswer {
  FIELDS(KeyPairAnswer,
    (std::string, name, "Its name."),
    (std::optional<std::string>, description, "Free text."),
    (std::string, api_key, "Names the user in a request."),
    (std::string, secret_key, "Signs requests."),
    (Id<model::User>, user_id, "Whose it is."),
    (std::string, username, "By name."),
    (Id<model::KeyPair>, id, "The pair."),
    (Time, created, "When it was made."),
    (std::optional<Time>, start_date, "It works from then on."),
    (std::optional<Time>, end_date, "It works until then."),
    (std::string, account_type, "NORMAL, ADMIN …"),
    (Id<model::Account>, account_id, "The account its user acts for."),
    (std::string, account_name, "By name."),
    (Id<model::Role>, role_id, "What the account may call."),
    (std::string, role_type, "The role's type."),
    (std::string, role_name, "The role's name."),
    (Id<model::Domain>, domain_id, "The account's domain."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (std::string, state, "ENABLED."),
    (bool, has_annotations, "Whether somebody has written a note."))
};
/// The account's type as a word, where it is no number.
std::string_view word_for(model::AccountType type) {
  constexpr std::string_view words[] = {"NORMAL", "ADMIN", "DOMAIN_ADMIN", "RESOURCE_DOMAIN_ADMIN"};
  return words[std::size_t(type)];
}
KeyPairAnswer answer_pair(Call& call, sql::Transaction& tx, const model::KeyPair& pair, const model::User& user) {
  KeyPairAnswer out;
  out.id = pair.id;
  out.name = pair.name;
  out.description = unless_empty(pair.description);
  out.api_key = pair.api_key;
  out.secret_key = call.cloud.vault.open_sealed(pair.sealed_secret).reveal();
  out.user_id = user.id;
  out.username = user.user_name;
  out.created = pair.created;
  out.start_date = pair.valid_from;
  out.end_date = pair.valid_until;
  const auto account = sql::need<model::Account>(tx, user.account_id);
  out.account_type = word_for(account.type);
  out.account_id = account.id;
  out.account_name = account.name;
  name_role(call, tx, account.role_id, out);
  name_domain(call, tx, account.domain_id, out);
  out.state = "ENABLED";
  return out;
}
struct RegisterUserKeys {
  FIELDS(RegisterUserKeys,
    (Operate<model::User>, id, "The user."),
    (std::optional<std::string>, name, "As the user calls the pair."),
    (std::optional<std::string>, description, "Free text."),
    (std::optional<Time>, start_date, "It works from then on."),
    (std::optional<Time>, end_date, "It works until then."))
};
KeyPairAnswer register_keys(Call& call, sql::Transaction& tx, const RegisterUserKeys& r) {
  must_not_outrank(tx, call, r.id->account_id);
  model::KeyPair pair;
  pair.id = call.cloud.new_id<model::KeyPair>();
  pair.user_id = r.id.id();
  pair.name = r.name.value_or("keys-" + pair.id.text().substr(24));
  pair.description = r.description.value_or("");
  pair.api_key = random_token(64);
  pair.sealed_secret = call.cloud.vault.seal(Secret(random_token(64)));
  pair.valid_from = r.start_date;
  pair.valid_until = r.end_date;
  pair.created = call.cloud.now();
  // A pair without a name takes the place of the one before it, as clients of one pair a user expect.
  if (!r.name)
    for (auto& former :
         sql::all<model::KeyPair>(tx, "where user_id = $1 and removed is null and name like 'keys-%'", r.id.id())) {
      former.removed = pair.created;
      sql::update(tx, former);
    }
  sql::insert(tx, pair);
  call.touched = r.id.id();
  return answer_pair(call, tx, pair, *r.id);
}
struct GetUserKeys {
  FIELDS(GetUserKeys, (Operate<model::User>, id, "The user."))
};
struct KeysAnswer {
  FIELDS(KeysAnswer,
    (std::string, api_key, "Names the user in a request."),
    (std::string, secret_key, "Signs requests."),
    (bool, api_key_access, "Whether the user's API keys work."))
};
/// As the user's own entry says, else the account's.
bool keys_work(sql::Transaction& tx, const model::User& user) {
  using enum model::ApiKeyAccess;
  if (user.api_key_access != inherit) return user.api_key_access == enabled;
  return sql::need<model::Account>(tx, user.account_id).api_key_access != disabled;
}
KeysAnswer get_keys(Call& call, sql::Transaction& tx, const GetUserKeys& r) {
  const auto pair =
      sql::first<model::KeyPair>(tx, "where user_id = $1 and removed is null order by created desc", r.id.id());
  if (!pair) throw Error(Fault::invalid, fmt::format("The user {} has no keys; register some.", r.id->user_name), "id");
  return {pair->api_key, call.cloud.vault.open_sealed(pair->sealed_secret).reveal(), keys_work(tx, *r.id)};
}

struct SettingAnswer {
  FIELDS(SettingAnswer,
    (std::string, category, "Where it is shown."),
    (std::optional<std::string>, group, "Where it is shown."),
    (std::optional<std::string>, subgroup, "Where in the group."),
    (std::string, name, "Which setting."),
    (std::string, value, "What holds."),
    (std::string, default_value, "What holds until somebody sets another."),
    (std::optional<std::string>, scope, "Where it may be set."),
    (std::string, description, "What it does."),
    (bool, is_dynamic, "A change holds at once."),
    (std::string, component, "Who heeds it."),
    (std::string, display_text, "Its name, for people."),
    (std::string, type, "Of its value."),
    (std::optional<std::string>, options, "The only values it can have."))
};
SettingAnswer answer_setting(sql::Transaction& tx, const model::DeclaredSetting& s,
                             const model::SettingPlaces& places) {
  std::string scopes;
  for (const auto scope : s.scopes) scopes += fmt::format("{}{}", scopes.empty() ? "" : ",", name_of(scope));
  return {s.category,
          unless_empty(s.group),
          unless_empty(s.subgroup),
          s.name,
          model::setting(tx, s.name, places),
          s.value,
          unless_empty(scopes),
          s.effective ? "Heeded by Welkin." : "Kept for clients; Welkin does not heed it.",
          s.dynamic,
          "welkin",
          s.name,
          s.type,
          unless_empty(s.options)};
}
struct ListConfigurations : Listing {
  using Base = Listing;
  FIELDS(ListConfigurations,
    (std::optional<std::string>, category, "Only settings shown there."),
    (std::optional<std::string>, name, "Only settings whose name has this text."),
    (std::optional<std::string>, group, "Only settings of this group."),
    (std::optional<std::string>, subgroup, "Only settings of this part of a group."),
    (std::optional<See<model::Zone>>, zone_id, "As they hold in this zone."),
    (std::optional<See<model::Account>>, account_id, "As they hold for this account."),
    (std::optional<See<model::Domain>>, domain_id, "As they hold for this domain."),
    (std::optional<See<model::Cluster>>, cluster_id, "As they hold in this cluster."),
    (std::optional<See<model::StoragePool>>, storage_id, "As they hold for this storage pool."),
    (std::optional<See<model::ImageStore>>, image_store_uuid, "As they hold for this image store."))
};
template <class R>
model::SettingPlaces places_of(const R& r) {
  model::SettingPlaces places;
  if (r.account_id) places.push_back({model::SettingScope::account, r.account_id->id()});
  if (r.domain_id) places.push_back({model::SettingScope::domain, r.domain_id->id()});
  if (r.storage_id) places.push_back({model::SettingScope::storage_pool, r.storage_id->id()});
  if (r.image_store_uuid) places.push_back({model::SettingScope::image_store, r.image_store_uuid->id()});
  if (r.cluster_id) places.push_back({model::SettingScope::cluster, r.cluster_id->id()});
  if (r.zone_id) places.push_back({model::SettingScope::zone, r.zone_id->id()});
  return places;
}
Page<SettingAnswer> list_settings(Call&, sql::Transaction& tx, const ListConfigurations& r) {
  const auto places = places_of(r);
  const auto slice = slice_of(r);
  Page<SettingAnswer> page;
  const auto has = [](const std::string& text, const std::optional<std::string>& part) {
    return !part || lowered(text).contains(lowered(*part));
  };
  const auto is = [](const std::string& text, const std::optional<std::string>& wanted) {
    return !wanted || same_text_ignoring_case(text, *wanted);
  };
  for (const auto& setting : model::declared_settings()) {
    if (!is(setting.category, r.category) || !has(setting.name, r.name) || !has(setting.name, r.keyword) ||
        !is(setting.group, r.group) || !is(setting.subgroup, r.subgroup))
      continue;
    const auto place = page.count++;
    if (place >= slice.offset && place < slice.offset + slice.length)
      page.rows.push_back(answer_setting(tx, setting, places));
  }
  return page;
}
struct UpdateConfiguration {
  FIELDS(UpdateConfiguration,
    (std::string, name, "Which setting."),
    (std::optional<std::string>, value, "What shall hold; the default when absent.", .length = 4096),
    (std::optional<Operate<model::Zone>>, zone_id, "Only in this zone."),
    (std::optional<Operate<model::Account>>, account_id, "Only for this account."),
    (std::optional<Operate<model::Domain>>, domain_id, "Only for this domain."),
    (std::optional<Operate<model::Cluster>>, cluster_id, "Only in this cluster."),
    (std::optional<Operate<model::StoragePool>>, storage_id, "Only for this storage pool."),
    (std::optional<Operate<model::ImageStore>>, image_store_uuid, "Only for this image store."))
};
SettingAnswer update_setting(Call& call, sql::Transaction& tx, const UpdateConfiguration& r) {
  const auto* declared = model::declared_setting(r.name);
  if (!declared) throw Error(Fault::invalid, fmt::format("There is no setting {}.", r.name), "name");
  const auto places = places_of(r);
  const auto place = places.empty() ? model::SettingPlace{model::SettingScope::global, {}} : places.front();
  if (r.value) model::set_setting(tx, r.name, place, *r.value, call.cloud.clock(), call.cloud.random);
  else model::reset_setting(tx, r.name, place);
  call.event_note = r.name;
  return answer_setting(tx, *declared, places);
}
}  // namespace

std::vector<Command> identity_commands() {
  constexpr auto all = Audience::everyone;
  constexpr auto root = Audience::root;
  return {
      prompt<register_keys>(
          {"registerUserKeys", "userkeys", "Makes a pair of keys for a user.", all, "REGISTER.USER.KEY", "User"}),
      reading<get_keys>({"getUserKeys", "userkeys", "Answers a user's newest pair of keys.", root}),
      reading<list_settings>({"listConfigurations", "configuration", "Lists settings.", root}),
      writing<update_setting>(
          {"updateConfiguration", "configuration", "Changes a setting.", root, "CONFIGURATION.VALUE.EDIT"}),
  };
}

}  // namespace welkin::commands
