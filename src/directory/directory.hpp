// People in LDAP directories: found by a search, proven by a bind.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"

namespace welkin::directory {

struct Address {
  std::string host;
  int port = 389;
};

/// How a directory is reached, and what its entries are like.
struct Access {
  std::vector<Address> servers;  ///< the first that answers is asked
  std::string trust;             ///< a file in PEM of the authorities that vouch for them; empty speaks without TLS
  std::string principal;         ///< as whom searches are done; empty is nobody
  Secret password;
  std::chrono::milliseconds timeout{1000};
  int page = 1000;
  std::string base;  ///< beneath which entries are searched
  bool active_directory = false;
  bool nested_groups = false;  ///< of Active Directory
  std::string user_class, user_name, first_name, last_name, email, member_of;
  std::string group_class, group_member;
  std::string required_group;  ///< whose members alone count; empty for all
};

struct Person {
  std::string principal;  ///< their distinguished name
  std::string user_name, email, first_name, last_name;
  bool disabled = false;  ///< by userAccountControl
  std::vector<std::string> groups;
};

/// Which people are meant.
struct Wish {
  std::optional<std::string> name{};   ///< called exactly so
  std::optional<std::string> part{};   ///< with this in their name
  std::optional<std::string> beneath{};  ///< an entry above theirs
  std::optional<std::string> member_of{};  ///< a group's distinguished name
};

/// A text as a value in a filter (RFC 4515): nothing in it ends the value or stands for others.
std::string escaped(std::string_view text);
/// Attributes' names and classes: letters, digits, hyphens.
bool is_attribute(std::string_view text);
/// A distinguished name as all ways to write it are written here: two are the same when these are.
std::string plain_name(std::string_view name);

// All of these block, and throw `unreachable` when no server answers in time, `invalid` when it refuses what was asked.
// Referrals are not followed.

/// Binds as the principal.
void try_bind(const Access& access);
/// By name, ten thousand at most.
std::vector<Person> people(const Access& access, const Wish& wish);
/// The one person who is meant; nothing for none, and for several.
std::optional<Person> person(const Access& access, const Wish& wish);
/// The members of the only group that is called so. Throws `invalid` when there is none.
std::vector<Person> people_in(const Access& access, std::string_view group);
/// Whether this is the person's password. Empty ones never are: servers take a bind without a password for nobody's.
bool proves(const Access& access, const std::string& principal, const Secret& password);

}  // namespace welkin::directory
