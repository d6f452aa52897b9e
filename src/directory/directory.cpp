// By OpenLDAP's library. Each question has a connection of its own, that nobody else speaks on.
#include "directory/directory.hpp"

#include <fmt/format.h>
#include <ldap.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/error.hpp"

namespace welkin::directory {

namespace {
constexpr std::size_t people_max = 10'000;
constexpr std::size_t values_max = 10'000;
constexpr int port_of_tls = 636, port_of_global_tls = 3269;
constexpr std::string_view nested_rule = ":1.2.840.113556.1.4.1941:";  // LDAP_MATCHING_RULE_IN_CHAIN

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string host_of(const Address& server) {
  const auto fits = [](char c) { return is_letter(c) || c == '.' || c == '-' || c == ':' || c == '_'; };
  if (server.host.empty() || !std::ranges::all_of(server.host, fits))
    throw Error(Fault::invalid, fmt::format("{} is no name of a directory's server.", server.host), "hostname");
  return server.host.contains(':') ? "[" + server.host + "]" : server.host;
}

template <class T>
void set(LDAP* handle, int option, const T& value) {
  if (ldap_set_option(handle, option, &value) != LDAP_OPT_SUCCESS)
    throw Error(Fault::internal, fmt::format("OpenLDAP's library refuses its option {:#x}.", option));
}

/// A bound connection to the first server that answers.
class Connection {
 public:
  Connection(const Access& access, const std::string& principal, const Secret& password) : access_(access) {
    int result = LDAP_SERVER_DOWN;
    for (const auto& server : access.servers) {
      open(server);
      result = secure(server);
      if (result == LDAP_SUCCESS) result = bind(principal, password);
      if (result == LDAP_SUCCESS || result == LDAP_INVALID_CREDENTIALS) break;
    }
    bound_ = result;
  }

  bool refused() const { return bound_ == LDAP_INVALID_CREDENTIALS; }
  /// Throws unless it is bound.
  const Connection& must_be_bound() const {
    if (bound_ == LDAP_SUCCESS) return *this;
    const bool away = bound_ != LDAP_INVALID_CREDENTIALS && bound_ != LDAP_INVALID_DN_SYNTAX;
    throw Error(away ? Fault::unreachable : Fault::invalid,
                fmt::format("Unable to bind to the LDAP directory: {}.", ldap_err2string(bound_)), "hostname");
  }
  LDAP* get() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(LDAP* handle) const { ldap_unbind_ext_s(handle, nullptr, nullptr); }
  };

  static bool speaks_tls(const Address& server) { return server.port == port_of_tls || server.port == port_of_global_tls; }

  void open(const Address& server) {
    const bool whole = !access_.trust.empty() && speaks_tls(server);
    const auto url = fmt::format("{}://{}:{}", whole ? "ldaps" : "ldap", host_of(server), server.port);
    LDAP* made = nullptr;
    if (ldap_initialize(&made, url.c_str()) != LDAP_SUCCESS)
      throw Error(Fault::invalid, fmt::format("{} is no directory's address.", url), "hostname");
    handle_.reset(made);
    const auto whole_seconds = std::chrono::floor<std::chrono::seconds>(access_.timeout);
    const timeval timeout{.tv_sec = whole_seconds.count(),
                          .tv_usec = std::chrono::microseconds(access_.timeout - whole_seconds).count()};
    const int version = LDAP_VERSION3;
    set(made, LDAP_OPT_PROTOCOL_VERSION, version);
    set(made, LDAP_OPT_NETWORK_TIMEOUT, timeout);
    set(made, LDAP_OPT_TIMEOUT, timeout);
    // WHY: a directory that names another server would be handed the password.
    ldap_set_option(made, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    if (access_.trust.empty()) return;
    const int demand = LDAP_OPT_X_TLS_DEMAND, lowest = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, client = 0;
    ldap_set_option(made, LDAP_OPT_X_TLS_CACERTFILE, access_.trust.c_str());
    set(made, LDAP_OPT_X_TLS_REQUIRE_CERT, demand);
    set(made, LDAP_OPT_X_TLS_PROTOCOL_MIN, lowest);
    set(made, LDAP_OPT_X_TLS_NEWCTX, client);
  }

  int secure(const Address& server) {
    if (access_.trust.empty() || speaks_tls(server)) return LDAP_SUCCESS;
    return ldap_start_tls_s(handle_.get(), nullptr, nullptr);
  }

  int bind(const std::string& principal, const Secret& password) {
    berval word{.bv_len = password.reveal().size(), .bv_val = const_cast<char*>(password.reveal().data())};
    return ldap_sasl_bind_s(handle_.get(), principal.c_str(), LDAP_SASL_SIMPLE, &word, nullptr, nullptr, nullptr);
  }

  const Access& access_;
  std::unique_ptr<LDAP, Close> handle_;
  int bound_ = LDAP_SERVER_DOWN;
};

struct FreeMessage {
  void operator()(LDAPMessage* message) const { ldap_msgfree(message); }
};
using Found = std::unique_ptr<LDAPMessage, FreeMessage>;

std::vector<std::string> values_of(LDAP* handle, LDAPMessage* entry, const std::string& attribute) {
  std::vector<std::string> out;
  berval** values = ldap_get_values_len(handle, entry, attribute.c_str());
  for (auto** value = values; value && *value && out.size() < values_max; ++value)
    out.emplace_back((*value)->bv_val, (*value)->bv_len);
  ldap_value_free_len(values);
  return out;
}
std::string value_of(LDAP* handle, LDAPMessage* entry, const std::string& attribute) {
  auto values = values_of(handle, entry, attribute);
  return values.empty() ? std::string() : std::move(values.front());
}
std::string name_of(LDAP* handle, LDAPMessage* entry) {
  char* text = ldap_get_dn(handle, entry);
  std::string out = text ? text : "";
  ldap_memfree(text);
  return out;
}

/// Every entry that a search finds, page by page.
template <class F>
void search(const Access& access, const std::string& base, const std::string& filter,
            std::vector<std::string> attributes, std::size_t most, F each) {
  const Connection connection(access, access.principal, access.password);
  LDAP* handle = connection.must_be_bound().get();
  std::vector<char*> names;
  for (auto& attribute : attributes) names.push_back(attribute.data());
  names.push_back(nullptr);
  berval cookie{};
  std::size_t seen = 0;
  do {
    LDAPControl* page = nullptr;
    if (ldap_create_page_control(handle, access.page, &cookie, 0, &page) != LDAP_SUCCESS) break;
    ber_memfree(cookie.bv_val);
    cookie = {};
    LDAPControl* controls[] = {page, nullptr};
    LDAPMessage* answer = nullptr;
    const int result = ldap_search_ext_s(handle, base.c_str(), LDAP_SCOPE_SUBTREE, filter.c_str(), names.data(), 0,
                                         controls, nullptr, nullptr, int(most), &answer);
    ldap_control_free(page);
    const Found found(answer);
    if (result != LDAP_SUCCESS && result != LDAP_SIZELIMIT_EXCEEDED)
      throw Error(result == LDAP_TIMEOUT || result == LDAP_SERVER_DOWN ? Fault::unreachable : Fault::invalid,
                  fmt::format("The LDAP directory refuses a search beneath {}: {}.", base, ldap_err2string(result)),
                  "ldap.basedn");
    for (auto* entry = ldap_first_entry(handle, answer); entry && seen < most; entry = ldap_next_entry(handle, entry)) {
      ++seen;
      each(handle, entry);
    }
    LDAPControl** said = nullptr;
    ber_int_t estimate = 0;
    if (ldap_parse_result(handle, answer, nullptr, nullptr, nullptr, nullptr, &said, 0) == LDAP_SUCCESS && said)
      if (auto* control = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, said, nullptr))
        ldap_parse_pageresponse_control(handle, control, &estimate, &cookie);
    ldap_controls_free(said);
  } while (cookie.bv_len > 0 && seen < most);
  ber_memfree(cookie.bv_val);
}

std::string is_member(const Access& access, const std::string& group) {
  const bool nested = access.active_directory && access.nested_groups;
  return fmt::format("({}{}={})", access.member_of, nested ? nested_rule : "", escaped(group));
}

std::string filter_of(const Access& access, const Wish& wish) {
  std::string out = fmt::format("(&(objectClass={})", access.user_class);
  if (wish.name) out += fmt::format("({}={})", access.user_name, escaped(*wish.name));
  else out += fmt::format("({}={})", access.user_name, wish.part ? "*" + escaped(*wish.part) + "*" : std::string("*"));
  if (!access.required_group.empty()) out += is_member(access, access.required_group);
  if (wish.member_of) out += is_member(access, *wish.member_of);
  return out + ")";
}

void must_be_whole(const Access& access) {
  if (access.base.empty())
    throw Error(Fault::invalid, "The setting ldap.basedn is empty: it says where people are searched.", "ldap.basedn");
  for (const auto* name : {&access.user_class, &access.user_name, &access.first_name, &access.last_name, &access.email,
                           &access.member_of, &access.group_class, &access.group_member})
    if (!is_attribute(*name))
      throw Error(Fault::invalid, fmt::format("{} is no name of an attribute or a class: see the settings ldap.*.", *name),
                  "ldap");
}

Person person_at(const Access& access, LDAP* handle, LDAPMessage* entry) {
  constexpr int account_disable = 2;
  Person out;
  out.principal = name_of(handle, entry);
  out.user_name = value_of(handle, entry, access.user_name);
  out.email = value_of(handle, entry, access.email);
  out.first_name = value_of(handle, entry, access.first_name);
  out.last_name = value_of(handle, entry, access.last_name);
  out.groups = values_of(handle, entry, access.member_of);
  const auto control = value_of(handle, entry, "userAccountControl");
  out.disabled = access.active_directory && (std::atoi(control.c_str()) & account_disable) != 0;
  return out;
}
}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '*' || c == '(' || c == ')' || c == '\\' || std::uint8_t(c) < 0x20 || std::uint8_t(c) >= 0x7f)
      out += fmt::format("\\{:02x}", std::uint8_t(c));
    else
      out += c;
  }
  return out;
}

bool is_attribute(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return is_letter(c) || c == '-'; });
}

std::string plain_name(std::string_view name) {
  LDAPDN parts = nullptr;
  char* written = nullptr;
  std::string out(name);
  if (ldap_str2dn(out.c_str(), &parts, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS &&
      ldap_dn2str(parts, &written, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS)
    out = written;
  ldap_memfree(written);
  ldap_dnfree(parts);
  for (auto& c : out) c = c >= 'A' && c <= 'Z' ? char(c + 32) : c;
  return out;
}

void try_bind(const Access& access) {
  const Connection connection(access, access.principal, access.password);
  connection.must_be_bound();
}

std::vector<Person> people(const Access& access, const Wish& wish) {
  must_be_whole(access);
  std::vector<Person> out;
  search(access, wish.beneath.value_or(access.base), filter_of(access, wish),
         {access.user_name, access.email, access.first_name, access.last_name, access.member_of, "userAccountControl"},
         people_max, [&](LDAP* handle, LDAPMessage* entry) { out.push_back(person_at(access, handle, entry)); });
  std::ranges::sort(out, {}, &Person::user_name);
  return out;
}

std::optional<Person> person(const Access& access, const Wish& wish) {
  auto found = people(access, wish);
  return found.size() == 1 ? std::optional(std::move(found.front())) : std::nullopt;
}

std::vector<Person> people_in(const Access& access, std::string_view group) {
  must_be_whole(access);
  std::vector<std::string> names;
  std::set<std::string> members;
  search(access, access.base, fmt::format("(&(objectClass={})(cn={}))", access.group_class, escaped(group)),
         {access.group_member}, 2, [&](LDAP* handle, LDAPMessage* entry) {
           names.push_back(name_of(handle, entry));
           for (const auto& member : values_of(handle, entry, access.group_member)) members.insert(plain_name(member));
         });
  if (names.size() != 1)
    throw Error(Fault::invalid, fmt::format("The LDAP directory has {} groups called {}.", names.size(), group), "group");
  if (access.active_directory) return people(access, {.member_of = names.front()});
  auto found = people(access, {});
  std::erase_if(found, [&](const auto& person) { return !members.contains(plain_name(person.principal)); });
  return found;
}

bool proves(const Access& access, const std::string& principal, const Secret& password) {
  if (principal.empty() || password.empty()) return false;
  const Connection connection(access, principal, password);
  if (connection.refused()) return false;
  connection.must_be_bound();
  return true;
}

}  // namespace welkin::directory
