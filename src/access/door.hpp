// The one door: no row is reached but through a look-up that names the caller and the use.
//
// A stranger's row, a removed row, an unknown id and a malformed id are one and the same answer.
#pragma once

#include <fmt/format.h>

#include "access/caller.hpp"
#include "sql/rows.hpp"

namespace welkin::access {

/// What the caller wants with a thing.
enum class Use {
  see,      ///< read it, or name it as a filter
  use,      ///< build on it: deploy from a template, plug into a network
  operate,  ///< change or start it
  end,      ///< stop or remove it: possible even where nothing may go on
};
constexpr bool changes(Use use) { return use == Use::operate || use == Use::end; }

/// Who may do what with the rows of a noun.
enum class Ownership {
  infrastructure,  ///< root administrators only
  open,            ///< everyone sees and uses it, root administrators operate it
  owned,           ///< its account, members of its project, administrators of its domain and of those above
};

template <class T>
constexpr Ownership ownership_of() {
  if constexpr (requires { T::ownership; })
    return T::ownership;
  else if constexpr (requires(T row) { row.account_id; row.domain_id; })
    return Ownership::owned;
  else
    return Ownership::infrastructure;
}
/// Nouns that everyone may see are named in nouns.hpp by specialising this.
template <class T>
inline constexpr Ownership ownership = ownership_of<T>();

/// Further eyes on a noun, such as featured templates or shared networks; overloaded in nouns.hpp.
template <class T>
bool shared_with(sql::Transaction&, const Caller&, const T&, Use) {
  return false;
}

/// True when the caller's account owns the things of this account, administers its domain, or is a member of the project
/// whose account it is. Throws what `member_may` throws.
bool commands_account(sql::Transaction& tx, const Caller& caller, const Id<model::Account>& account,
                      const Id<model::Domain>& domain, Use use);

/// The one refusal; its text is part of CloudStack's contract (clients look for it).
[[noreturn]] void refuse_id(std::string_view parameter, std::string_view value);

template <class T>
bool permits(sql::Transaction& tx, const Caller& caller, const T& row, Use use) {
  if (caller.is_root()) return true;
  if constexpr (ownership<T> == Ownership::open) {
    if (!changes(use)) return true;
  } else if constexpr (ownership<T> == Ownership::owned) {
    if (commands_account(tx, caller, row.account_id, row.domain_id, use)) return true;
  }
  return shared_with(tx, caller, row, use);
}

template <class T>
bool is_removed(const T& row) {
  if constexpr (requires { row.removed.has_value(); })
    return row.removed.has_value();
  else
    return false;
}

/// The hidden account of a project is reached by no id: the project stands for it.
inline bool is_hidden(const model::Account& account) { return account.type == model::AccountType::project; }
template <class T>
bool is_hidden(const T&) {
  return false;
}

/// Fetches and authorizes; throws `invalid` with the contract's text otherwise.
template <class T>
T find(sql::Transaction& tx, const Caller& caller, const Id<T>& id, Use use, std::string_view parameter) {
  auto row = sql::get<T>(tx, id);
  if (!row || is_removed(*row) || is_hidden(*row) || !permits(tx, caller, *row, use)) refuse_id(parameter, id.text());
  return std::move(*row);
}

}  // namespace welkin::access
