// Domains, accounts and users as commands answer and check them.
#pragma once

#include "access/roles.hpp"
#include "commands/checks.hpp"
#include "commands/holdings.hpp"
#include "commands/tags.hpp"
#include "model/user.hpp"

namespace welkin::commands {

struct DomainAnswer : TenantHoldings {
  using Base = TenantHoldings;
  FIELDS(DomainAnswer,
    (Id<model::Domain>, id, "The domain."),
    (std::string, name, "Its name."),
    (int, level, "Steps from the root."),
    (Id<model::Domain>, parent_domain_id, "The domain above."),
    (std::optional<std::string>, parent_domain_name, "By name."),
    (bool, has_child, "There are domains beneath."),
    (std::optional<std::string>, network_domain, "DNS suffix of its networks."),
    (std::string, path, "By path."),
    (std::string, state, "Active or Inactive."),
    (Time, created, "When it was made."),
    (TextMap, domain_details, "Its details."),
    (std::vector<TagAnswer>, tags, "Its tags."),
    (bool, has_annotations, "Whether somebody has written a note."),
    (std::optional<IconAnswer>, icon, "Its icon, when asked for.", .type = "resourceiconresponse"))
};
struct UserAnswer {
  FIELDS(UserAnswer,
    (Id<model::User>, id, "The user."),
    (std::optional<IconAnswer>, icon, "Its icon, when asked for.", .type = "resourceiconresponse"),
    (std::string, username, "Unique in the domain."),
    (std::string, firstname, "Given name."),
    (std::string, lastname, "Family name."),
    (std::string, email, "Where they are reached."),
    (Time, created, "When it was made."),
    (std::string, state, "enabled …"),
    (std::string, account, "The account they act for."),
    (int, account_type, "0 user, 1 root, 2 domain, 3 resource domain administrator."),
    (std::string, user_source, "native …"),
    (Id<model::Role>, role_id, "What they may call."),
    (std::string, role_type, "The role's type."),
    (std::string, role_name, "The role's name."),
    (Id<model::Domain>, domain_id, "The account's domain."),
    (std::string, domain, "By name."),
    (std::optional<std::string>, timezone, "In which they read instants."),
    (std::optional<std::string>, api_key, "Their newest key, for themselves and root administrators."),
    (Id<model::Account>, account_id, "The account they act for."),
    (bool, is_caller_child_domain, "They live beneath the caller's domain."),
    (bool, is_default, "Made by the cloud itself."),
    (bool, is_2fa_enabled, "A second factor is asked for.", .wire = "is2faenabled"),
    (bool, is_2fa_mandated, "A second factor is mandatory.", .wire = "is2famandated"),
    (std::string, api_key_access, "Whether API keys work."))
};
struct AccountAnswer : TenantHoldings {
  using Base = TenantHoldings;
  FIELDS(AccountAnswer,
    (Id<model::Account>, id, "The account."),
    (std::optional<IconAnswer>, icon, "Its icon, when asked for.", .type = "resourceiconresponse"),
    (std::string, name, "Unique in its domain."),
    (int, account_type, "0 user, 1 root, 2 domain, 3 resource domain administrator."),
    (Id<model::Role>, role_id, "What its users may call."),
    (std::string, role_type, "The role's type."),
    (std::string, role_name, "The role's name."),
    (Id<model::Domain>, domain_id, "Its domain."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (Id<model::Zone>, default_zone_id, "Zone it prefers."),
    (int, vm_stopped, "Stopped instances."),
    (int, vm_running, "Running instances."),
    (std::string, state, "enabled …"),
    (bool, is_cleanup_required, "Removed, but not all of its things are gone."),
    (Time, created, "When it was made."),
    (std::vector<UserAnswer>, user, "Its users.", .keep_empty = true),
    (std::optional<std::string>, network_domain, "DNS suffix of its networks."),
    (TextMap, account_details, "Its details."),
    (bool, is_default, "Made by the cloud itself."),
    (std::vector<Nothing>, groups, "Groups.", .keep_empty = true),
    (std::string, api_key_access, "Whether its users' API keys work."))
};

/// Names of the hidden accounts of projects begin so.
inline constexpr std::string_view project_account_prefix = "PrjAcct-";

/// Without what it holds, whom it has and what is beneath it: for pages, which read that at once.
DomainAnswer answer_domain(Call& call, sql::Transaction& tx, const model::Domain& domain);
AccountAnswer answer_account(Call& call, sql::Transaction& tx, const model::Account& account);
/// With it.
DomainAnswer whole_answer(Call& call, sql::Transaction& tx, const model::Domain& domain);
AccountAnswer whole_answer(Call& call, sql::Transaction& tx, const model::Account& account);
UserAnswer answer_user(Call& call, sql::Transaction& tx, const model::User& user);

/// Names that people read: no control characters, no slashes, which part paths, no angle brackets, which part markup, and
/// no characters that turn the direction of writing (Unicode's Bidi_Control), so that no name passes for another.
void check_name(const std::string& name, std::string_view parameter);
void check_network_domain(const std::optional<std::string>& name);

/// A role or a pair of keys never gives more than its giver may call. Throws `forbidden`.
void must_not_exceed(sql::Transaction& tx, const Call& call, const access::Rules& rules, std::string_view parameter);
void must_not_exceed(sql::Transaction& tx, const Call& call, const Id<model::Role>& role);
/// The first command that these rules allow and the caller's do not; nothing when there is none.
std::optional<std::string_view> exceeding(sql::Transaction& tx, const Call& call, const access::Rules& rules);
/// Nobody changes an account, or a user of it, that may do more than they. Throws `forbidden`.
void must_not_outrank(sql::Transaction& tx, const Call& call, const Id<model::Account>& account);
/// Root administrators live in the root domain and rule all; administrators of a domain live beneath it.
void check_rank(const Call& call, model::AccountType type, const model::Domain& domain);
/// Whether a list is asked for a page of a branch, without any filter.
template <class R>
bool unfiltered(const R& request) {
  R plain{};
  plain.page = request.page;
  plain.page_size = request.page_size;
  plain.list_all = request.list_all;
  plain.domain_id = request.domain_id;
  plain.is_recursive = request.is_recursive;
  plain.show_icon = request.show_icon;
  return request == plain;
}
/// The domain whose whole branch the request asks for, with no filter but the page; nothing when it asks for less.
template <class R>
std::optional<Id<model::Domain>> whole_branch(const Call& call, sql::Transaction& tx, const R& request) {
  if (!call.caller.is_admin() || !unfiltered(request)) return std::nullopt;
  if (request.domain_id) return request.is_recursive ? std::optional(request.domain_id->id()) : std::nullopt;
  if (!request.list_all) return std::nullopt;
  return call.caller.is_root() ? model::root_domain(tx).id : call.caller.domain;
}

/// Throws `conflict` for a domain or an account that is being deleted.
void must_be_active(const model::Domain& domain);
void must_be_active(const model::Account& account);
/// The kind of account that has roles of this type.
model::AccountType account_type_of(model::RoleType type);

/// A rule of a role or of a pair of keys, as a request says it.
struct RuleGiven {
  FIELDS(RuleGiven,
    (std::string, rule, "Which commands."),
    (std::string, permission, "allow or deny."),
    (std::optional<std::string>, description, "Why."))
};
/// Throws `invalid` for what is neither a command's name nor a part of one with stars for the rest.
void check_rule(const std::string& rule);
model::Permission permission_named(const std::string& text);

/// Who a new user is.
struct NewUser {
  FIELDS(NewUser,
    (std::string, email, "Where they are reached."),
    (std::string, firstname, "Given name."),
    (std::string, lastname, "Family name."),
    (Secret, password, "At least one character.", .length = 1024),
    (std::optional<std::string>, timezone, "In which they read instants."),
    (std::string, username, "Unique in the domain."),
    (std::optional<std::string>, user_id, "Their id, chosen by the caller."))
};
/// Throws `invalid` for what cannot be somebody's name, address or time zone.
void check_user(const NewUser& request);
void check_time_zone(const std::optional<std::string>& zone);
/// No user of the domain but `self` is called so. Throws `invalid`.
void check_free_user_name(sql::Transaction& tx, const Id<model::Domain>& domain, const std::string& name,
                          const Id<model::User>& self);
/// The policy is for passwords that are kept here.
model::User add_user(Call& call, sql::Transaction& tx, const NewUser& request, const model::Account& account,
                     const std::string& password_hash, model::UserSource source = model::UserSource::native);

/// An account that is to be made.
struct NewAccount {
  std::string name;
  model::Role role{};
  model::Domain domain{};
  std::string network_domain{};
  TextMap details{};
  std::optional<std::string> id{};  ///< chosen by the caller
};
/// Throws `conflict` for a domain that is being deleted, `invalid` for a name that is taken.
model::Account add_account(Call& call, sql::Transaction& tx, const NewAccount& wish);
/// The role from the seed that accounts of a type have when no other is chosen.
model::Role own_role(sql::Transaction& tx, model::AccountType type);
/// The role of a new account, by its id or by the account's type. Throws `invalid` for neither, and for two that differ.
model::Role role_for(sql::Transaction& tx, const std::optional<int>& type,
                     const std::optional<access::See<model::Role>>& role);

}  // namespace welkin::commands
