// Reads Sec-Fetch-Site, Origin and Referer, as the Fetch standard has browsers send them.
#include "api/cloudstack/origin.hpp"

#include "base/described.hpp"

namespace welkin::api::cloudstack {

namespace {
/// `https://host:8443/path` is of the host that was asked. The scheme is left out: a proxy may have ended TLS.
bool names_host(std::string_view address, std::string_view host) {
  const auto scheme = address.find("://");
  if (scheme == std::string_view::npos) return false;
  address.remove_prefix(scheme + 3);
  return !host.empty() && same_text_ignoring_case(address.substr(0, address.find_first_of("/?#")), host);
}
}  // namespace

bool comes_from_here(const Request& request, bool changes) {
  const auto& site = request.fetch_site;
  if (!site.empty() && site != "same-origin" && site != "none") return false;
  if (!request.origin.empty()) return names_host(request.origin, request.host);
  if (!site.empty()) return true;
  if (!request.referer.empty()) return names_host(request.referer, request.host);
  return !changes || !request.agent.starts_with("Mozilla/");
}

}  // namespace welkin::api::cloudstack
