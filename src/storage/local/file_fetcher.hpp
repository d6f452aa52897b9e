// Images from directories of this machine that the operator opened for it: file:// and nothing beside it.
#pragma once

#include <vector>

#include "storage/fetch.hpp"

namespace welkin::storage {

/// Reads regular files beneath the given directories. Links are not followed, and a refusal does not tell
/// whether the file exists.
class FileFetcher final : public Fetcher {
 public:
  /// Throws `invalid` for a directory that is not a plain absolute path.
  explicit FileFetcher(std::vector<std::string> directories);
  void fetch(const std::string& url, const FetchLimits& limits, const FetchTarget& target) override;

 private:
  std::vector<std::string> directories_;
};

}  // namespace welkin::storage
