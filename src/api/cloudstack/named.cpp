// Domains are named by their path, with or without ROOT before it.
#include "api/cloudstack/named.hpp"

namespace welkin::api::cloudstack {

namespace {
std::string domain_path_of(const Pairs& parameters) {
  const auto* given = find(parameters, "domain");
  std::string path = given ? *given : "";
  if (path == "ROOT") path = "/";
  if (path.starts_with("ROOT/")) path = path.substr(4);
  if (!path.starts_with('/')) path = "/" + path;
  if (!path.ends_with('/')) path += '/';
  return path;
}
}  // namespace

std::optional<model::Domain> domain_named(sql::Transaction& tx, const Pairs& parameters) {
  const auto* id = find(parameters, "domainid");
  return id ? sql::first<model::Domain>(tx, "where id = $1 and removed is null", *id)
            : sql::first<model::Domain>(tx, "where path = $1 and removed is null", domain_path_of(parameters));
}

std::optional<model::User> user_named(sql::Transaction& tx, const Pairs& parameters, const std::string& name) {
  const auto domain = domain_named(tx, parameters);
  if (!domain) return std::nullopt;
  return sql::first<model::User>(tx, "where domain_id = $1 and user_name = $2 and removed is null", domain->id, name);
}

}  // namespace welkin::api::cloudstack
