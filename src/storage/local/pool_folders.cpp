// Where a directory pool keeps what.
#include "storage/local/pool_folders.hpp"

#include <fmt/format.h>

#include "storage/local/files.hpp"

namespace welkin::storage {
namespace {

std::string checked(const Uuid& id, std::string_view noun) {
  if (!id) throw Error(Fault::invalid, fmt::format("The {}'s id is missing.", noun), "id");
  return id.text();
}

}  // namespace

PoolFolders::PoolFolders(const PoolSpec& pool) : top_(checked_folder(pool.path, "path")) {
  if (pool.kind != "Filesystem")
    throw Error(Fault::unsupported,
                fmt::format("A pool of kind '{}' cannot be a directory of the host; use Filesystem.",
                            pool.kind.substr(0, 64)),
                "kind");
}

std::string PoolFolders::volume(const Uuid& id) const {
  return fmt::format("{}/{}.qcow2", volumes(), checked(id, "volume"));
}

std::string PoolFolders::template_image(const Uuid& id, ImageFormat format) const {
  return fmt::format("{}/{}.{}", templates(), checked(id, "template"), image_format_name(format));
}

std::string PoolFolders::template_record(const Uuid& id) const {
  return fmt::format("{}/{}.json", templates(), checked(id, "template"));
}

}  // namespace welkin::storage
