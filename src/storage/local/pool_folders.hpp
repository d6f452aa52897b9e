// Where a directory pool keeps what: every path of the pool is made here, from ids and checked names only.
#pragma once

#include <string>

#include "storage/local/image_header.hpp"
#include "storage/pool.hpp"

namespace welkin::storage {

/// volumes/<id>.qcow2 and templates/<id>.<format> with templates/<id>.json beside it.
class PoolFolders {
 public:
  /// Throws `unsupported` for another kind of pool and `invalid` for a path that is not plain.
  explicit PoolFolders(const PoolSpec& pool);

  const std::string& top() const { return top_; }
  std::string volumes() const { return top_ + "/volumes"; }
  std::string templates() const { return top_ + "/templates"; }
  /// These throw `invalid` for the nil id.
  std::string volume(const Uuid& id) const;
  std::string template_image(const Uuid& id, ImageFormat format) const;
  std::string template_record(const Uuid& id) const;

 private:
  std::string top_;
};

}  // namespace welkin::storage
