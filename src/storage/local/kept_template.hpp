// A template on a pool: one read-only file that many volumes lie on, and a record that betrays whoever writes
// to it.
#pragma once

#include <optional>
#include <shared_mutex>

#include "storage/local/pool_folders.hpp"

namespace welkin::storage {

/// What is written beside a template when it arrives.
struct TemplateRecord {
  FIELDS(TemplateRecord,
    (std::string, format, "qcow2 or raw."),
    (std::int64_t, bytes, "Length of the file."),
    (std::int64_t, virtual_bytes, "Size a guest sees."),
    (std::int64_t, changed_ns, "When its bytes last changed, in nanoseconds since 1970."),
    (std::string, sha256, "Of the file, in hex."))
};

struct KeptTemplate {
  TemplateRecord record;
  std::string path;
  std::int64_t physical_bytes = 0;
};

/// The template as it lies on the pool, or nothing. Throws `conflict` when its file is not what was brought:
/// another length, written to since, or open to writing.
std::optional<KeptTemplate> find_template(const PoolFolders& folders, const Uuid& id);

/// Fetches, checks and keeps a template that is not there yet, `naming` held while its files appear. What
/// fails leaves nothing behind.
KeptTemplate fetch_template(const PoolFolders& folders, const TemplateSpec& spec, ImageSource& source,
                            std::shared_mutex& naming);

/// Takes the template's files away; absent ones count as removed.
void erase_template(const PoolFolders& folders, const Uuid& id);

}  // namespace welkin::storage
