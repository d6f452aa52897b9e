// Commands of keys.
#include "commands/tenants.hpp"

namespace welkin::commands {

namespace {
using access::Operate;

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
}  // namespace

std::vector<Command> identity_commands() {
  constexpr auto all = Audience::everyone;
  constexpr auto root = Audience::root;
  return {
      prompt<register_keys>(
          {"registerUserKeys", "userkeys", "Makes a pair of keys for a user.", all, "REGISTER.USER.KEY", "User"}),
      reading<get_keys>({"getUserKeys", "userkeys", "Answers a user's newest pair of keys.", root}),
  };
}

}  // namespace welkin::commands
