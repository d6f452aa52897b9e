// Where templates come from by http and https: the client of net/ behind the interface of storage/.
#pragma once

#include "net/client.hpp"
#include "storage/fetch.hpp"

namespace welkin::server {

class TemplatesSource final : public storage::Fetcher {
 public:
  /// `allowed`: networks that may be fetched from although they are not public, in CIDR form.
  explicit TemplatesSource(const std::vector<std::string>& allowed)
      : policy_(std::make_shared<net::AddressPolicy>(std::vector<std::string>{}, allowed)) {}

  void fetch(const std::string& url, const storage::FetchLimits& limits, const storage::FetchTarget& target) override;

 private:
  std::shared_ptr<const net::AddressPolicy> policy_;
};

}  // namespace welkin::server
