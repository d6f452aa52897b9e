// Commands of LDAP servers.
#include "access/directories.hpp"
#include "commands/directories.hpp"
#include "commands/listing.hpp"

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
    const auto known = domain ? sql::count(tx, "select count(*) from ldap_servers where domain_id = $1", domain)
                              : sql::count(tx, "select count(*) from ldap_servers where domain_id is null");
    if (known >= servers_of_domain_max)
      throw Error(Fault::limited, fmt::format("A domain has at most {} LDAP servers.", servers_of_domain_max), "domainid");
    model::LdapServer server;
    server.id = call.cloud.new_id<model::LdapServer>();
    server.host = r.hostname;
    server.port = r.port;
    server.domain_id = domain;
    server.created = call.cloud.now();
    sql::insert(tx, server);
    return answer_server(call, server);
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
  };
}

}  // namespace welkin::commands
