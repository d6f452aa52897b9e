// Settings: what the cloud can be told, with which value it starts, and what holds in which place.
//
// data/settings.tsv has all settings of CloudStack. Those that Welkin heeds stand in the list below too, and code reads them
// by their handles from there: `value_of(tx, settings::expunge_delay)`. So none is read that clients cannot change, and
// tests/tidy/settings finds one that nobody reads. All others refuse to be changed: a change would have no effect.
#pragma once

#include <chrono>

#include "base/vault.hpp"
#include "model/nouns.hpp"
#include "model/setting.hpp"

namespace welkin::model {

/// A setting as data/settings.tsv declares it, and as Welkin heeds it.
struct DeclaredSetting {
  std::string name;      ///< expunge.delay
  std::string category;  ///< Advanced, Network, Storage …
  std::string group;     ///< where it is shown
  std::string subgroup;  ///< where in the group
  std::string type;      ///< Boolean, Number, Decimal, Range, Select, CSV, Order, String …
  std::string value;     ///< holds until somebody sets another
  bool dynamic = false;  ///< of CloudStack's: a change holds at once; Welkin's always do
  std::vector<SettingScope> scopes{};  ///< where it may be set beside the whole cloud
  std::string options;   ///< the only words of a Select, Order or list, between commas
  std::string lack;      ///< of one that is not heeded: completes "Welkin has no …"
  std::string documentation;  ///< of one that is heeded: what it does
  bool effective = false;     ///< Welkin heeds it
  double lowest = 0;          ///< of one that is heeded and a number
  double highest = 0;

  /// Sealed in the records, and never shown.
  bool is_secret() const { return category == "Secure" || category == "Hidden"; }
  bool reaches(SettingScope scope) const;
};

/// All declared settings, by name.
const std::vector<DeclaredSetting>& declared_settings();
/// Nothing when there is no such setting. Case does not matter.
const DeclaredSetting* declared_setting(std::string_view name);
/// Throws `invalid` when the text is no value for this setting.
void check_setting(const DeclaredSetting& setting, std::string_view value);

/// The places whose own values come before the whole cloud's: the first that has one wins. Places that the setting does not
/// reach are passed by.
struct SettingPlace {
  SettingScope scope;
  Uuid id;
};
using SettingPlaces = std::vector<SettingPlace>;

/// The places that count for an account, or for a domain when it is nil. An account follows its domain, and a domain those
/// above, as far as `enable.account.settings.for.domain` and `enable.domain.settings.for.child.domain` say.
SettingPlaces places_of(sql::Transaction& tx, const DeclaredSetting& setting, const Id<Account>& account,
                        const Id<Domain>& domain);

/// The value that holds in these places; of a secret as it is sealed. The setting must be declared.
std::string setting(sql::Transaction& tx, std::string_view name, const SettingPlaces& places = {});
/// Sets the value in one place; nil is the whole cloud. Throws `invalid` for unknown settings, values and scopes, and for
/// secrets without a vault; `unsupported` for a setting that Welkin does not heed, unless it is the value that holds anyway.
void set_setting(sql::Transaction& tx, std::string_view name, const SettingPlace& place, std::string_view value,
                 Clock& clock, Random& random, const Vault* vault = nullptr);
/// The place follows the wider one again.
void reset_setting(sql::Transaction& tx, std::string_view name, const SettingPlace& place);

/// A setting that Welkin heeds, with the type of its value.
template <class T>
struct KnownSetting {
  std::string_view name;
  std::string_view documentation;
  double lowest = 0;
  double highest = 2'000'000'000;
};
struct HeededSetting {
  std::string_view name, documentation;
  double lowest, highest;
};

#define WELKIN_HANDLE(self, tuple) WELKIN_HANDLE_ tuple
#define WELKIN_HANDLE_(kind, handle, setting, text, ...) \
  inline constexpr ::welkin::model::KnownSetting<kind> handle{.name = setting, .documentation = text, __VA_ARGS__};
#define WELKIN_HEEDED(self, tuple) WELKIN_HEEDED_ tuple
#define WELKIN_HEEDED_(kind, handle, ...) {handle.name, handle.documentation, handle.lowest, handle.highest},
/// `HEEDED((Seconds, expunge_delay, "expunge.delay", "What it does.", .lowest = 1))` declares handles, and the list of them.
#define HEEDED(...)                                                                                   \
  WELKIN_EACH(WELKIN_HANDLE, , __VA_ARGS__)                                                           \
  inline constexpr ::welkin::model::HeededSetting heeded[] = {WELKIN_EACH(WELKIN_HEEDED, , __VA_ARGS__)};

namespace settings {
using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using Minutes = std::chrono::minutes;
using Integer = std::int64_t;
using Text = std::string;

/// What accounts, domains or projects may have where nobody has set a limit for the one in question.
#define WELKIN_MOST(whom)                                                                                                 \
  (Integer, most_instances_of_##whom, "max." #whom ".user.vms", "Instances of one " #whom "; -1 is as many as it likes.", .lowest = -1), \
  (Integer, most_addresses_of_##whom, "max." #whom ".public.ips", "Public addresses of one " #whom ".", .lowest = -1),     \
  (Integer, most_volumes_of_##whom, "max." #whom ".volumes", "Volumes of one " #whom ".", .lowest = -1),                   \
  (Integer, most_templates_of_##whom, "max." #whom ".templates", "Templates of one " #whom ".", .lowest = -1),             \
  (Integer, most_networks_of_##whom, "max." #whom ".networks", "Guest networks of one " #whom ".", .lowest = -1),          \
  (Integer, most_cpus_of_##whom, "max." #whom ".cpus", "Processors of one " #whom "'s instances.", .lowest = -1),          \
  (Integer, most_memory_of_##whom, "max." #whom ".memory", "MiB of memory of one " #whom "'s instances.", .lowest = -1),   \
  (Integer, most_primary_of_##whom, "max." #whom ".primary.storage", "GiB of one " #whom "'s volumes.", .lowest = -1),     \
  (Integer, most_secondary_of_##whom, "max." #whom ".secondary.storage", "GiB of one " #whom "'s templates.", .lowest = -1)

/// By which server one kind of letters goes. `of` begins the handles, `where` the settings.
#define WELKIN_SMTP(of, where)                                                                                            \
  (Text, of##_host, where ".smtp.host", "The mail server; while it is empty, no such letters are sent."),                 \
  (Integer, of##_port, where ".smtp.port", "Its port; 465 speaks TLS from the first byte.", .lowest = 1, .highest = 65535), \
  (bool, of##_authenticates, where ".smtp.useAuth", "Welkin logs in there, over TLS only."),                              \
  (bool, of##_starts_tls, where ".smtp.useStartTLS", "The connection turns to TLS by STARTTLS, or is given up."),         \
  (Text, of##_user, where ".smtp.username", "By which name it logs in."),                                                 \
  (Secret, of##_password, where ".smtp.password", "With which password.")

// How to add one: docs/how-to/add-a-setting.md.
HEEDED(
    WELKIN_MOST(account),
    WELKIN_MOST(domain),
    WELKIN_MOST(project),
    (Integer, most_projects_of_account, "max.account.projects", "Projects that one account owns.", .lowest = -1),
    (Integer, most_projects_of_domain, "max.domain.projects", "Projects that accounts of one domain own.", .lowest = -1),
    (Integer, custom_disk_gib_max, "custom.diskoffering.size.max", "GB of the largest disk whose offering leaves the size open.", .lowest = 1, .highest = 1e6),
    (Integer, custom_disk_gib_min, "custom.diskoffering.size.min", "GB of the smallest disk whose offering leaves the size open.", .lowest = 1, .highest = 1e6),
    (double, cpu_overcommit, "cpu.overprovisioning.factor", "Promised processor speed per real one; 1 promises nothing twice.", .lowest = 0.1, .highest = 100),
    (double, memory_overcommit, "mem.overprovisioning.factor", "Promised memory per real one; 1 promises nothing twice.", .lowest = 0.1, .highest = 100),
    (double, storage_overcommit, "storage.overprovisioning.factor", "Promised bytes per real one of a storage pool.", .lowest = 0.1, .highest = 100),
    (Text, host_tags_limited, "resource.limit.host.tags", "Tags of hosts, between commas, by which instances, processors and memory can be limited."),
    (Text, pool_tags_limited, "resource.limit.storage.tags", "Tags of pools, between commas, by which volumes and their sizes can be limited."),
    (bool, throttles, "api.throttling.enabled", "Accounts call no more in a while than api.throttling.max; root administrators do."),
    (Seconds, calls_interval, "api.throttling.interval", "Seconds of that while.", .lowest = 1, .highest = 86400),
    (Integer, calls_max, "api.throttling.max", "Calls of one account in it.", .lowest = 1),
    (Integer, audit_days, "audit.retention.days", "Days for which records of calls are kept, at least; 0 keeps them for ever.", .highest = 36500),
    (Integer, event_days, "event.purge.delay", "Days after which events that were not archived are deleted; 0 keeps them for ever.", .highest = 36500),
    (Seconds, event_purge_interval, "event.purge.interval", "Seconds between such deletions.", .lowest = 1),
    (Integer, alert_days, "alert.purge.delay", "Days after which alerts that were not archived are deleted; 0 keeps them for ever.", .highest = 36500),
    (Seconds, alert_purge_interval, "alert.purge.interval", "Seconds between such deletions.", .lowest = 1),
    (Text, repeated_alerts, "alert.allowed.repetitive.types", "Types of alerts, between commas, that are raised each time; others once an hour for one thing."),
    (Milliseconds, capacity_check_period, "capacity.check.period", "Milliseconds between looks at what is left of all places, at least 1000.", .lowest = 1000),
    (double, memory_alarm, "cluster.memory.allocated.capacity.notificationthreshold", "An alert is raised when more of a cluster's memory is promised.", .highest = 1),
    (double, cpu_alarm, "cluster.cpu.allocated.capacity.notificationthreshold", "An alert is raised when more of a cluster's processor speed is promised.", .highest = 1),
    (double, storage_alarm, "cluster.storage.capacity.notificationthreshold", "An alert is raised when more of a cluster's storage is used.", .highest = 1),
    (double, promised_storage_alarm, "cluster.storage.allocated.capacity.notificationthreshold", "An alert is raised when more of a cluster's storage is promised.", .highest = 1),
    (double, local_storage_alarm, "cluster.localStorage.capacity.notificationthreshold", "An alert is raised when more of its hosts' own storage is promised.", .highest = 1),
    (double, address_alarm, "zone.virtualnetwork.publicip.capacity.notificationthreshold", "An alert is raised when more of a zone's public addresses are taken.", .highest = 1),
    (double, vlan_alarm, "zone.vlan.capacity.notificationthreshold", "An alert is raised when more of a zone's VLANs are taken.", .highest = 1),
    (double, store_alarm, "zone.secstorage.capacity.notificationthreshold", "An alert is raised when more of a zone's image stores is used.", .highest = 1),
    (bool, accounts_follow_domains, "enable.account.settings.for.domain", "An account without a value of its own has its domain's."),
    (bool, domains_follow_parents, "enable.domain.settings.for.child.domain", "A domain without a value of its own has that of the domain above it."),
    (bool, api_key_access, "api.key.access", "API keys work, where neither the user nor the account says otherwise."),
    (Text, session_key_places, "api.sessionkey.check.locations", "Where a session's key is asked for: in the cookie and the parameter, the parameter, or either."),
    (Text, session_same_site, "api.sessionkey.cookie.samesite", "With requests of which other pages browsers send a session's cookies."),
    (bool, session_secure, "enable.secure.session.cookie", "Browsers send a session's cookies over TLS only; over TLS it is so anyway."),
    (Integer, failed_logins_max, "incorrect.login.attempts.allowed", "Wrong passwords in a row after which a user logs in no more until enabled; 0 sets no limit."),
    (bool, sources_are_checked, "api.source.cidr.checks.enabled", "Callers come from the addresses of their account's api.allowed.source.cidr.list only."),
    (Text, allowed_sources, "api.allowed.source.cidr.list", "Ranges of addresses, between commas, from which users of an account call."),
    (bool, proxies_are_heeded, "proxy.header.verify", "The proxies of proxy.cidr are believed when they tell where a request comes from."),
    (Text, proxy_headers, "proxy.header.names", "Headers, between commas, in which a proxy tells that; the first that is there counts."),
    (Text, proxy_addresses, "proxy.cidr", "Ranges of addresses, between commas, of the proxies that are believed."),
    (Integer, password_length_min, "password.policy.minimum.length", "Characters that a password has at least.", .highest = 255),
    (Integer, password_lower_min, "password.policy.minimum.lowercase.letters", "Lower case letters in it.", .highest = 255),
    (Integer, password_upper_min, "password.policy.minimum.uppercase.letters", "Upper case letters in it.", .highest = 255),
    (Integer, password_digits_min, "password.policy.minimum.digits", "Digits in it.", .highest = 255),
    (Integer, password_special_min, "password.policy.minimum.special.characters", "Other characters in it.", .highest = 255),
    (bool, password_may_name_user, "password.policy.allowPasswordToContainUsername", "It may contain the user's name."),
    (Text, password_pattern, "password.policy.regex", "A regular expression (RE2's) that it matches as a whole."),
    (bool, factors_are_on, "enable.user.2fa", "Users may set up a second factor."),
    (bool, factors_are_mandatory, "mandate.user.2fa", "Users must set one up, where enable.user.2fa holds."),
    (Text, factor_issuer, "user.2fa.issuer", "The name under which apps for codes show this cloud."),
    WELKIN_SMTP(alert, "alert"),
    (Text, alert_sender, "alert.email.sender", "Whose address mails of alerts bear; while it is empty, none are sent."),
    (Text, alert_recipients, "alert.email.addresses", "To whom alerts are mailed, addresses between commas."),
    (Milliseconds, mail_connect_timeout, "alert.smtp.connectiontimeout", "Milliseconds until a mail server must have taken a connection.", .lowest = 100, .highest = 300000),
    (Milliseconds, mail_timeout, "alert.smtp.timeout", "Milliseconds in which a mail server must have taken a letter.", .lowest = 100, .highest = 300000),
    WELKIN_SMTP(reset, "user.password.reset"),
    (Text, reset_sender, "user.password.reset.email.sender", "Whose address these mails bear; while it is empty, none are sent."),
    (bool, passwords_are_reset, "user.password.reset.enabled", "Who has forgotten their password is mailed a link to set another."),
    (Text, reset_site, "user.password.reset.mail.domain.url", "What the link begins with, as in https://cloud.example.org; while it is empty, none are sent."),
    (Text, reset_template, "user.password.reset.mail.template", "The mail's text, with {{username}}, {{firstName}}, {{lastName}}, {{resetLink}} and {{token}}."),
    (Minutes, reset_lasts, "user.password.reset.ttl", "Minutes in which the link can be used.", .lowest = 1, .highest = 10080),
    WELKIN_SMTP(project, "project"),
    (Text, project_sender, "project.email.sender", "Whose address mailed invitations to projects bear; while it is empty, none are sent."),
    (Text, directory_base, "ldap.basedn", "Beneath which entry of a directory people and groups are searched."),
    (Text, directory_principal, "ldap.bind.principal", "As whom directories are searched; empty is nobody."),
    (Secret, directory_password, "ldap.bind.password", "That principal's password."),
    (Text, directory_provider, "ldap.provider", "What kind the directory is: openldap, or microsoftad for Active Directory."),
    (Text, directory_trust, "ldap.truststore", "A file in PEM on the servers, of the authorities that vouch for the directory. While it is empty, TLS is not spoken; else it is, at ports 636 and 3269 from the first byte and elsewhere by StartTLS."),
    (Milliseconds, directory_timeout, "ldap.read.timeout", "Milliseconds in which a directory answers.", .lowest = 100, .highest = 60000),
    (Integer, directory_page, "ldap.request.page.size", "Entries that are asked for at once.", .lowest = 1, .highest = 10000),
    (Text, directory_required_group, "ldap.search.group.principle", "The distinguished name of a group whose members alone count; empty for all."),
    (bool, directory_groups_nest, "ldap.nested.groups.enable", "Members of groups in groups count, in Active Directory."),
    (Text, directory_user_class, "ldap.user.object", "The class of entries that are people."),
    (Text, directory_user_name, "ldap.username.attribute", "The attribute by which people log in."),
    (Text, directory_first_name, "ldap.firstname.attribute", "The attribute of the given name."),
    (Text, directory_last_name, "ldap.lastname.attribute", "The attribute of the family name."),
    (Text, directory_email, "ldap.email.attribute", "The attribute of the mail address."),
    (Text, directory_member_of, "ldap.user.memberof.attribute", "The attribute that names the groups that somebody is in."),
    (Text, directory_group_class, "ldap.group.object", "The class of entries that are groups."),
    (Text, directory_group_member, "ldap.group.user.uniquemember", "The attribute that names the members of a group."),
    (Text, default_factor, "user.2fa.default.provider", "The factor that is set up when none is named: totp or staticpin."),
    (Seconds, expunge_delay, "expunge.delay", "Seconds in which a destroyed instance can be recovered."),
    (Text, guest_domain_suffix, "guest.domain.suffix", "Names of guests end so, in networks of accounts without a domain of their own."),
    (Milliseconds, measure_interval, "vm.stats.interval", "Milliseconds between measurements of instances and hosts, at least 5000; 0 measures nothing."),
    (Seconds, network_gc_wait, "network.gc.wait", "Seconds after which a network that nobody uses is shut down."),
    (Integer, password_length, "vm.password.length", "Characters of the passwords that are made up for instances.", .lowest = 6, .highest = 255),
    (Integer, volume_gib_max, "storage.max.volume.size", "GB of the largest volume.", .lowest = 1, .highest = 1e6),
    (bool, projects_invite, "project.invite.required", "Who is added to a project becomes a member by accepting."),
    (Seconds, project_invitation_lasts, "project.invite.timeout", "Seconds in which an invitation to a project can be accepted.", .lowest = 1),
    (bool, users_make_projects, "allow.user.create.projects", "Users make projects; administrators always may."),
    (bool, users_may_expunge, "allow.user.expunge.recover.vm", "Users expunge and recover instances."),
    (bool, users_may_force_stop, "allow.user.force.stop.vm", "Users stop instances by force."),
    (bool, users_see_destroyed, "allow.user.view.destroyed.vm", "Users see destroyed instances."))
}  // namespace settings

namespace detail {
bool boolean_of(std::string_view name, const std::string& text);
std::int64_t integer_of(std::string_view name, const std::string& text);
double number_of(std::string_view name, const std::string& text);

template <class T>
T typed(std::string_view name, const std::string& text) {
  if constexpr (std::is_same_v<T, std::string>)
    return text;
  else if constexpr (std::is_same_v<T, bool>)
    return boolean_of(name, text);
  else if constexpr (std::is_same_v<T, double>)
    return number_of(name, text);
  else
    return T(integer_of(name, text));
}
}  // namespace detail

/// The typed value that holds in these places: `value_of(tx, settings::expunge_delay)`.
template <class T>
T value_of(sql::Transaction& tx, const KnownSetting<T>& known, const SettingPlaces& places = {}) {
  static_assert(!std::is_same_v<T, Secret>, "a secret is opened with a vault");
  return detail::typed<T>(known.name, setting(tx, known.name, places));
}
/// That holds for an account, or for a domain when the account is nil.
template <class T>
T value_for(sql::Transaction& tx, const KnownSetting<T>& known, const Id<Account>& account, const Id<Domain>& domain) {
  return value_of(tx, known, places_of(tx, *declared_setting(known.name), account, domain));
}
/// A secret, opened.
inline Secret value_of(sql::Transaction& tx, const KnownSetting<Secret>& known, const Vault& vault,
                       const SettingPlaces& places = {}) {
  return vault.open_sealed(setting(tx, known.name, places));
}

}  // namespace welkin::model
