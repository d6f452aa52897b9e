// Commands of the pairs of keys with which users' programs sign requests.
#include "commands/index.hpp"
#include "commands/listing.hpp"
#include "commands/tenants.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

constexpr std::int64_t pairs_max = 100;

struct KeyRuleAnswer {
  FIELDS(KeyRuleAnswer,
    (std::string, rule, "Which commands."),
    (std::string, permission, "allow or deny."),
    (std::optional<std::string>, description, "Why."))
};
struct KeyPairAnswer {
  FIELDS(KeyPairAnswer,
    (std::string, name, "Its name."),
    (std::optional<std::string>, description, "Free text."),
    (std::string, api_key, "Names the user in a request."),
    (std::optional<std::string>, secret_key, "Signs requests; for those who may do all that it lets its holder do."),
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
    (std::vector<KeyRuleAnswer>, permissions, "Its own rules."),
    (Id<model::Domain>, domain_id, "The account's domain."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (std::string, state, "ENABLED, or EXPIRED when its time is over."),
    (bool, has_annotations, "Whether somebody has written a note."))
};

/// The account's type as a word, where it is no number.
std::string_view word_for(model::AccountType type) {
  constexpr std::string_view words[] = {"NORMAL", "ADMIN", "DOMAIN_ADMIN", "RESOURCE_DOMAIN_ADMIN"};
  return words[std::size_t(type)];
}
KeyRuleAnswer answer_rule(const model::KeyRule& rule) {
  return {rule.rule, std::string(name_of(rule.permission)), unless_empty(rule.description)};
}

/// Whose secrets the caller sees: of users whose role allows no more than the caller may call, and of the pair in use.
class SeenSecrets {
 public:
  SeenSecrets(const Call& call, sql::Transaction& tx) : call_(call), tx_(tx) {}
  bool has(const model::KeyPair& pair, const model::Account& account) {
    if (pair.id == call_.caller.narrow_pair) return true;
    if (pair.user_id == call_.caller.user && !call_.caller.narrow_pair) return true;
    const auto [at, fresh] = by_role_.try_emplace(account.role_id);
    if (fresh) at->second = !exceeding(tx_, call_, access::rules_of(tx_, account.role_id));
    return at->second;
  }

 private:
  const Call& call_;
  sql::Transaction& tx_;
  std::map<Uuid, bool> by_role_;
};

KeyPairAnswer answer_pair(Call& call, sql::Transaction& tx, const model::KeyPair& pair, SeenSecrets& secrets,
                          bool with_rules) {
  KeyPairAnswer out;
  out.id = pair.id;
  out.name = pair.name;
  out.description = unless_empty(pair.description);
  out.api_key = pair.api_key;
  out.user_id = pair.user_id;
  out.created = pair.created;
  out.start_date = pair.valid_from;
  out.end_date = pair.valid_until;
  out.state = pair.valid_until && *pair.valid_until < call.cloud.now() ? "EXPIRED" : "ENABLED";
  if (with_rules)
    for (const auto& rule : pair.rules) out.permissions.push_back(answer_rule(rule));
  const auto* user = call.look(tx, pair.user_id);
  const auto* account = user ? call.look(tx, user->account_id) : nullptr;
  if (!account) return out;
  out.username = user->user_name;
  out.account_type = word_for(account->type);
  out.account_id = account->id;
  out.account_name = account->name;
  name_role(call, tx, account->role_id, out);
  name_domain(call, tx, account->domain_id, out);
  if (secrets.has(pair, *account)) out.secret_key = call.cloud.vault.open_sealed(pair.sealed_secret).reveal();
  return out;
}

struct RegisterUserKeys {
  FIELDS(RegisterUserKeys,
    (Operate<model::User>, id, "The user."),
    (std::optional<std::string>, name, "As the user calls the pair."),
    (std::optional<std::string>, description, "Free text.", .length = 1024),
    (std::optional<Time>, start_date, "It works from then on."),
    (std::optional<Time>, end_date, "It works until then."),
    (std::vector<RuleGiven>, rules, "What its holder may call of what the role allows, in order: rules[0].rule, "
                                    "rules[0].permission, rules[0].description. What no rule fits is denied."))
};
void check_times(const RegisterUserKeys& r, Time now) {
  if (r.end_date && *r.end_date <= now) bad("The pair would never work: enddate has passed.", "enddate");
  if (r.start_date && r.end_date && *r.end_date <= *r.start_date)
    bad("The pair would never work: enddate is not after startdate.", "enddate");
}
std::vector<model::KeyRule> rules_in(const RegisterUserKeys& r) {
  std::vector<model::KeyRule> out;
  for (const auto& given : r.rules) {
    check_rule(given.rule);
    out.push_back({given.rule, permission_named(given.permission), given.description.value_or("")});
  }
  return out;
}
KeyPairAnswer register_keys(Call& call, sql::Transaction& tx, const RegisterUserKeys& r) {
  if (r.name) check_name(*r.name, "name");
  check_times(r, call.cloud.now());
  model::KeyPair pair;
  pair.rules = rules_in(r);
  auto given = access::rules_of(tx, sql::need<model::Account>(tx, r.id->account_id).role_id);
  access::narrow(given, pair.rules);
  if (r.id.id() != call.caller.user) must_not_outrank(tx, call, r.id->account_id);
  must_not_exceed(tx, call, given, "rules");
  if (sql::count(tx, "select count(*) from key_pairs where user_id = $1 and removed is null", r.id.id()) >= pairs_max)
    throw Error(Fault::limited, fmt::format("A user has at most {} pairs of keys; delete one first.", pairs_max), "id");
  pair.id = call.cloud.new_id<model::KeyPair>();
  pair.user_id = r.id.id();
  pair.name = r.name.value_or(pair.id.text().substr(24) + " - API key pair");
  pair.description = r.description.value_or("");
  pair.api_key = random_token(64);
  pair.sealed_secret = call.cloud.vault.seal(Secret(random_token(64)));
  pair.valid_from = r.start_date;
  pair.valid_until = r.end_date;
  pair.created = call.cloud.now();
  sql::insert(tx, pair);
  call.touched = r.id.id();
  call.event_note = pair.name;
  SeenSecrets secrets(call, tx);
  auto out = answer_pair(call, tx, pair, secrets, true);
  out.secret_key = call.cloud.vault.open_sealed(pair.sealed_secret).reveal();
  return out;
}

struct GetUserKeys {
  FIELDS(GetUserKeys, (Operate<model::User>, id, "The user."))
};
struct KeysAnswer {
  FIELDS(KeysAnswer,
    (std::string, api_key, "Names the user in a request."),
    (std::optional<std::string>, secret_key, "Signs requests; for those who may do all that it lets its holder do."),
    (bool, api_key_access, "Whether the user's API keys work."))
};
KeysAnswer get_keys(Call& call, sql::Transaction& tx, const GetUserKeys& r) {
  const auto pair = sql::first<model::KeyPair>(
      tx, "where user_id = $1 and removed is null order by created desc, id desc", r.id.id());
  if (!pair) bad(fmt::format("The user {} has no keys; register some.", r.id->user_name), "id");
  const auto account = sql::need<model::Account>(tx, r.id->account_id);
  KeysAnswer out{pair->api_key, {}, access::keys_work(tx, *r.id, account)};
  SeenSecrets secrets(call, tx);
  if (secrets.has(*pair, account)) out.secret_key = call.cloud.vault.open_sealed(pair->sealed_secret).reveal();
  return out;
}

struct ListUserKeys : Listing {
  using Base = Listing;
  FIELDS(ListUserKeys,
    (std::optional<Operate<model::User>>, user_id, "Only this user's; the caller's own when absent."),
    (std::optional<See<model::KeyPair>>, key_pair_id, "Only this pair."),
    (std::optional<std::string>, api_key_filter, "Only the pair with this API key."),
    (bool, show_permissions, "With the pairs' own rules."),
    (bool, list_all, "Administrators: the pairs of all users they rule."))
};
Page<KeyPairAnswer> list_keys(Call& call, sql::Transaction& tx, const ListUserKeys& r) {
  static const auto of_ruled = fmt::format(
      "user_id in (select id from users where domain_id in (select id from domains where {}))",
      model::lies_beneath("path", "cast($ as text)"));
  const bool all = call.caller.is_admin() && (r.list_all || r.key_pair_id);
  Where where;
  where.equal("user_id", r.user_id)
      .equal("id", r.key_pair_id)
      .equal("api_key", r.api_key_filter)
      .keyword({"name", "description"}, r.keyword)
      .that("removed is null");
  if (!r.user_id && !all) where.equal("user_id", call.caller.user);
  if (!r.user_id && all && !call.caller.is_root()) where.that(of_ruled, call.caller.domain_path);
  SeenSecrets secrets(call, tx);
  return answers_of<model::KeyPair>(tx, where, r, "created, id", [&](const auto& pair) {
    return answer_pair(call, tx, pair, secrets, r.show_permissions);
  });
}

struct OnePair {
  FIELDS(OnePair, (Operate<model::KeyPair>, key_pair_id, "The pair."))
};
Success delete_keys(Call& call, sql::Transaction& tx, const OnePair& r) {
  auto pair = *r.key_pair_id;
  if (pair.user_id != call.caller.user)
    must_not_outrank(tx, call, sql::need<model::User>(tx, pair.user_id).account_id);
  pair.removed = call.cloud.now();
  sql::update(tx, pair);
  call.touched = pair.user_id;
  call.event_note = pair.name;
  return {true, {}};
}

struct ListUserKeyRules {
  FIELDS(ListUserKeyRules, (See<model::KeyPair>, key_pair_id, "The pair."))
};
/// The pair's own rules. One without allows what its role allows, command by command where no rule says so.
Page<KeyRuleAnswer> list_key_rules(Call& call, sql::Transaction& tx, const ListUserKeyRules& r) {
  Page<KeyRuleAnswer> page;
  for (const auto& rule : r.key_pair_id->rules) page.rows.push_back(answer_rule(rule));
  if (page.rows.empty()) {
    const auto user = sql::need<model::User>(tx, r.key_pair_id->user_id);
    const auto rules = access::rules_of(tx, sql::need<model::Account>(tx, user.account_id).role_id);
    if (rules.everything) page.rows.push_back({"*", std::string(name_of(model::Permission::allow)), {}});
    else
      for (const auto& command : call.index)
        if (allows(rules, command))
          page.rows.push_back(
              {std::string(command.facts.name), std::string(name_of(model::Permission::allow)), {}});
  }
  page.count = std::ssize(page.rows);
  return page;
}
}  // namespace

std::vector<Command> user_key_commands() {
  constexpr auto all = Audience::everyone;
  return {
      prompt<register_keys>(
          {"registerUserKeys", "userkeys", "Makes a pair of keys for a user.", all, "REGISTER.USER.KEY", "User"}),
      reading<get_keys>({"getUserKeys", "userkeys", "Answers a user's newest pair of keys.", all}),
      reading<list_keys>({"listUserKeys", "userapikey", "Lists pairs of keys.", all}),
      prompt<delete_keys>(
          {"deleteUserKeys", "", "Withdraws a pair of keys; it works no more at once.", all, "DELETE.USER.KEY", "User"}),
      reading<list_key_rules>(
          {"listUserKeyRules", "keypermission", "Lists what a pair of keys lets its holder call.", all}),
  };
}

}  // namespace welkin::commands
