// Commands of LDAP servers.
#include "access/directories.hpp"
#include "commands/directories.hpp"
#include "commands/listing.hpp"
#include "model/settings.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;
using access::Using;
constexpr std::int64_t servers_of_domain_max = 20;

struct LdapServerAnswer {
  FIELDS(LdapServerAnswer,
    (Id<model::LdapServer>, id, "The server."),
    (std::optional<std::string>, hostname, "Where it is, for root administrators."),
    (std::optional<int>, port, "Its port, for root administrators."),
    (Id<model::Domain>, domain_id, "Whose people it has; absent for the whole cloud."))
};
LdapServerAnswer answer_server(const Call& call, const model::LdapServer& server) {
  LdapServerAnswer out;
  out.id = server.id;
  out.domain_id = server.domain_id;
  if (!call.caller.is_root()) return out;
  out.hostname = server.host;
  out.port = server.port;
  return out;
}

/// A condition on the domain, which may be none.
std::optional<model::LdapServer> server_at(sql::Transaction& tx, const std::string& host, int port,
                                           const Id<model::Domain>& domain) {
  for (auto& row : domain ? sql::all<model::LdapServer>(tx, "where domain_id = $1", domain)
                          : sql::all<model::LdapServer>(tx, "where domain_id is null"))
    if (same_text_ignoring_case(row.host, host) && row.port == port) return std::move(row);
  return std::nullopt;
}
void check_port(int port) {
  if (port < 1 || port > 65535) bad(fmt::format("{} is no port; those are from 1 to 65535.", port), "port");
}

struct AddLdapServer {
  FIELDS(AddLdapServer,
    (std::string, hostname, "Its name or address."),
    (int, port, "Its port: 389, or 636 for TLS from the first byte."),
    (std::optional<Using<model::Domain>>, domain_id, "Whose people it has; all domains' when absent."))
};
/// A server that has been bound to becomes known.
model::LdapServer keep_server(Call& call, sql::Transaction& tx, const std::string& host, int port,
                              const Id<model::Domain>& domain) {
  const auto known = domain ? sql::count(tx, "select count(*) from ldap_servers where domain_id = $1", domain)
                            : sql::count(tx, "select count(*) from ldap_servers where domain_id is null");
  if (known >= servers_of_domain_max)
    throw Error(Fault::limited, fmt::format("A domain has at most {} LDAP servers.", servers_of_domain_max), "domainid");
  const model::LdapServer server{call.cloud.new_id<model::LdapServer>(), host, port, domain, call.cloud.now()};
  sql::insert(tx, server);
  return server;
}
LdapServerAnswer add_server(Call& call, const AddLdapServer& r) {
  check_port(r.port);
  const auto domain = r.domain_id ? r.domain_id->id() : Id<model::Domain>();
  if (!domain && !call.caller.is_root())
    throw Error(Fault::forbidden, "Only root administrators make a directory known to the whole cloud: give domainid.",
                "domainid");
  auto access = sql::read(call.cloud.database,
                          [&](sql::Transaction& tx) { return directory_of(tx, call.cloud.vault, domain); });
  access.servers = {{r.hostname, r.port}};
  asked([&] { directory::try_bind(access); });
  return call.write([&](sql::Transaction& tx) {
    if (server_at(tx, r.hostname, r.port, domain))
      throw Error(Fault::conflict, fmt::format("{}:{} is known already.", r.hostname, r.port), "hostname");
    return answer_server(call, keep_server(call, tx, r.hostname, r.port, domain));
  });
}

struct DeleteLdapServer {
  FIELDS(DeleteLdapServer,
    (std::optional<Operate<model::LdapServer>>, id, "The server."),
    (std::optional<std::string>, hostname, "Its name, in place of id; needs port."),
    (std::optional<int>, port, "Its port."),
    (std::optional<Operate<model::Domain>>, domain_id, "Whose people it has, beside hostname; the whole cloud's when absent."))
};
LdapServerAnswer delete_server(Call& call, sql::Transaction& tx, const DeleteLdapServer& r) {
  if (!r.id && (!r.hostname || !r.port)) bad("Give id, or hostname and port.", "id");
  const auto server = r.id ? std::optional(**r.id)
                           : server_at(tx, *r.hostname, *r.port, r.domain_id ? r.domain_id->id() : Id<model::Domain>());
  // By name as by id: who may not change it learns nothing of it.
  if (!server || (!r.id && !call.caller.is_root()))
    bad(fmt::format("There is no LDAP server {}:{} here.", r.hostname.value_or(""), r.port.value_or(0)), "hostname");
  sql::erase(tx, server->id);
  return answer_server(call, *server);
}

struct ListLdapServers : Listing {
  using Base = Listing;
  FIELDS(ListLdapServers,
    (std::optional<std::string>, hostname, "Only servers of this name."),
    (std::optional<int>, port, "Only servers with this port."),
    (std::optional<See<model::Domain>>, domain_id, "Only servers of this domain; those of the whole cloud when absent."),
    (std::optional<See<model::LdapServer>>, id, "Only this server."),
    (bool, list_all, "Servers of the whole cloud and of all domains."))
};
/// Every page of the user interface asks this, whoever has logged in. Users have no servers; administrators of domains see
/// that there are some, and by no filter which.
Page<LdapServerAnswer> list_servers(Call& call, sql::Transaction& tx, const ListLdapServers& r) {
  Where where;
  const bool root = call.caller.is_root();
  if (!call.caller.is_admin() || (!root && (r.hostname || r.port || r.keyword))) where.nothing();
  where.equal("id", r.id)
      .equal("domain_id", r.domain_id)
      .equal("host", r.hostname)
      .equal("port", r.port)
      .keyword({"host"}, r.keyword);
  if (!root) where.within(call.caller.domain_path);
  else if (!r.domain_id && !r.list_all && !r.id) where.that("domain_id is null");
  return answers_of<model::LdapServer>(tx, where, r, "created, id",
                                       [&](const auto& server) { return answer_server(call, server); });
}

/// Clients from before there were several servers know one, which belongs to the whole cloud, and its settings with it.
struct ConfigureLdap {
  FIELDS(ConfigureLdap,
    (bool, list_all, "Changes nothing, and answers what is known."),
    (std::optional<std::string>, hostname, "Its name or address; required unless listall is true."),
    (std::optional<int>, port, "Its port; required unless listall is true."),
    (std::optional<bool>, ssl, "Whether TLS is spoken, which ldap.truststore decides: true needs one, false none."),
    (std::optional<std::string>, search_base, "Beneath which entry people are searched: ldap.basedn."),
    (std::optional<std::string>, query_filter, "By which attribute people log in, as (attribute=%u): ldap.username.attribute."),
    (std::optional<std::string>, bind_dn, "As whom it is searched: ldap.bind.principal."),
    (std::optional<Secret>, bind_pass, "That principal's password: ldap.bind.password.", .length = 1024),
    (std::optional<std::string>, trust_store, "A file in PEM on the servers: ldap.truststore; empty speaks without TLS."))
};
struct LdapAnswer {
  FIELDS(LdapAnswer,
    (std::optional<std::string>, hostname, "The server."),
    (std::optional<std::string>, port, "Its port."),
    (std::optional<std::string>, ssl, "Whether TLS is spoken."),
    (std::optional<std::string>, search_base, "Beneath which entry people are searched."),
    (std::optional<std::string>, query_filter, "By which attribute people log in."),
    (std::optional<std::string>, bind_dn, "As whom it is searched."))
};
LdapAnswer answer_directory(const directory::Access& access) {
  LdapAnswer out;
  if (access.servers.empty()) return out;
  out.hostname = access.servers.front().host;
  out.port = std::to_string(access.servers.front().port);
  out.ssl = access.trust.empty() ? "false" : "true";
  out.search_base = unless_empty(access.base);
  out.query_filter = fmt::format("({}=%u)", access.user_name);
  out.bind_dn = unless_empty(access.principal);
  return out;
}

/// The attribute of a filter (attribute=%u).
std::string attribute_of(const std::string& filter) {
  constexpr std::string_view end = "=%u)";
  const bool framed = filter.starts_with('(') && filter.ends_with(end) && filter.size() > end.size() + 1;
  const auto name = framed ? filter.substr(1, filter.size() - end.size() - 1) : std::string();
  if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != name.npos)
    bad(fmt::format("The filter {} is not of the form (attribute=%u).", filter), "queryfilter");
  return name;
}

/// What a bind is tried with. Throws `invalid` for what contradicts itself.
void take(const ConfigureLdap& r, directory::Access& access) {
  access.servers = {{*r.hostname, *r.port}};
  set(access.base, r.search_base);
  set(access.principal, r.bind_dn);
  set(access.password, r.bind_pass);
  set(access.trust, r.trust_store);
  if (r.query_filter) access.user_name = attribute_of(*r.query_filter);
  if (r.ssl && *r.ssl && access.trust.empty())
    bad("TLS needs the authorities that vouch for the server: give truststore, a file in PEM on the servers.", "ssl");
  if (r.ssl && !*r.ssl && !access.trust.empty())
    bad("TLS is spoken as long as there is a trust store, by domains with servers of their own too: give an empty truststore.",
        "ssl");
  // Directories take a name without a password for nobody, and say that it is well.
  if (!access.principal.empty() && access.password.reveal().empty()) bad("The principal has no password.", "bindpass");
}

/// Those of the whole cloud.
void forget_servers(sql::Transaction& tx) {
  for (const auto& server : sql::all<model::LdapServer>(tx, "where domain_id is null")) sql::erase(tx, server.id);
}

/// The one server takes the place of all that the cloud knew: settings and principal are for one directory.
LdapAnswer configure(Call& call, const ConfigureLdap& r) {
  auto access = sql::read(call.cloud.database, [&](sql::Transaction& tx) { return directory_of(tx, call.cloud.vault, {}); });
  if (r.list_all) return call.write([&](sql::Transaction&) { return answer_directory(access); });
  if (!r.hostname || !r.port) bad("Give hostname and port of the LDAP server, or listall=true.", "hostname");
  check_port(*r.port);
  take(r, access);
  asked([&] { directory::try_bind(access); });
  return call.write([&](sql::Transaction& tx) {
    const auto keep = [&](std::string_view name, const std::string& value) {
      model::set_setting(tx, name, {}, value, call.cloud.clock(), call.cloud.random, &call.cloud.vault);
    };
    if (r.search_base) keep(model::settings::directory_base.name, access.base);
    if (r.bind_dn) keep(model::settings::directory_principal.name, access.principal);
    if (r.bind_pass) keep(model::settings::directory_password.name, r.bind_pass->reveal());
    if (r.trust_store) keep(model::settings::directory_trust.name, access.trust);
    if (r.query_filter) keep(model::settings::directory_user_name.name, access.user_name);
    forget_servers(tx);
    keep_server(call, tx, *r.hostname, *r.port, {});
    return answer_directory(access);
  });
}

LdapAnswer forget_directory(Call& call, sql::Transaction& tx, const Nothing&) {
  const auto known = answer_directory(directory_of(tx, call.cloud.vault, {}));
  forget_servers(tx);
  return known;
}
}  // namespace

std::vector<Command> ldap_server_commands() {
  constexpr auto root = Audience::root;
  constexpr std::string_view response = "ldapconfigurationresponse";
  return {
      outside<add_server>({.name = "addLdapConfiguration", .object = "LdapAddConfiguration",
                           .documentation = "Makes an LDAP server known, after a bind.", .audience = root,
                           .response = response}),
      writing<delete_server>({.name = "deleteLdapConfiguration", .object = "LdapDeleteConfiguration",
                              .documentation = "Forgets an LDAP server.", .audience = root, .response = response}),
      reading<list_servers>({.name = "listLdapConfigurations", .object = "LdapConfiguration",
                             .documentation = "Lists LDAP servers.", .audience = Audience::everyone,
                             .response = response}),
      outside<configure>({.name = "ldapConfig", .object = "ldapconfig",
                          .documentation = "Makes the whole cloud's LDAP server known, with its settings; "
                                           "addLdapConfiguration is for new clients.",
                          .audience = root}),
      writing<forget_directory>({.name = "ldapRemove", .object = "ldapremove",
                                 .documentation = "Forgets the whole cloud's LDAP servers; deleteLdapConfiguration is for "
                                                  "new clients.",
                                 .audience = root}),
  };
}

}  // namespace welkin::commands
