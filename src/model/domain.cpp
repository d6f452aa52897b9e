// Queries of domains.
#include "model/domain.hpp"

namespace welkin::model {

std::string printed_path(const Domain& domain) {
  return "ROOT" + domain.path.substr(0, domain.path.size() - 1);
}

std::string path_printed(std::string_view text) { return std::string(text.substr(std::string_view("ROOT").size())) + "/"; }

std::string lies_beneath(std::string_view column, std::string_view path) {
  // Paths end with a slash, and 0 is the character after it.
  return fmt::format("({0} >= {1} and {0} < substr({1}, 1, length({1}) - 1) || '0' and substr({0}, 1, length({1})) = {1})",
                     column, path);
}

Domain root_domain(sql::Transaction& tx) {
  auto root = domain_at(tx, "/");
  if (!root) throw Error(Fault::internal, "The cloud has no root domain; it was never seeded.");
  return std::move(*root);
}

std::optional<Domain> domain_at(sql::Transaction& tx, std::string_view path) {
  return sql::first<Domain>(tx, "where path = $1 and removed is null", path);
}

}  // namespace welkin::model
