// Where a template's bytes are: copies of it on image stores, and on the pools whose volumes lie on it.
#pragma once

#include "model/transitions.hpp"
#include "model/nouns.hpp"
#include "model/resource.hpp"

namespace welkin::model {

CHOICES(CopyState, (allocated, "Allocated"), (creating, "Creating"), (ready, "Ready"),
        (destroying, "Destroying"), (failed, "Failed"))
CHOICES(CopyEvent, (create, "be made"), (succeeded, "finish"), (fail, "fail"), (destroy, "be destroyed"))
/// As clients know the progress on an image store.
CHOICES(DownloadState, (not_downloaded, "NOT_DOWNLOADED"), (in_progress, "DOWNLOAD_IN_PROGRESS"),
        (downloaded, "DOWNLOADED"), (failed, "DOWNLOAD_ERROR"), (abandoned, "ABANDONED"))

inline constexpr auto copy_transitions = [] {
  using S = CopyState;
  using E = CopyEvent;
  return table_of<S, E>({
      {S::allocated, E::create, S::creating},
      {S::allocated, E::fail, S::failed},
      {S::allocated, E::destroy, S::destroying},
      {S::creating, E::create, S::creating},
      {S::creating, E::succeeded, S::ready},
      {S::creating, E::fail, S::failed},
      {S::creating, E::destroy, S::destroying},
      {S::ready, E::destroy, S::destroying},
      {S::failed, E::create, S::creating},
      {S::failed, E::destroy, S::destroying},
      {S::destroying, E::destroy, S::destroying},
  });
}();
constexpr std::optional<CopyState> next(CopyState state, CopyEvent event) {
  return next_in(copy_transitions, state, event);
}
static_assert(is_deterministic(copy_transitions));
static_assert(!next(CopyState::destroying, CopyEvent::create));

/// A template on an image store.
struct TemplateStore {
  static constexpr std::string_view table = "template_stores";
  static constexpr std::string_view indexes[] = {"unique (template_id, image_store_id)", "(image_store_id)"};
  FIELDS(TemplateStore,
    (Id<TemplateStore>, id, "The copy."),
    (std::int64_t, generation, "Grows with each change; not with the progress."),
    (Id<Template>, template_id, "What it is."),
    (Id<ImageStore>, image_store_id, "Where it is."),
    (Id<Zone>, zone_id, "The zone it was wished for; nil for all of the store's."),
    (CopyState, state, "Where it stands."),
    (DownloadState, download, "How far it has come."),
    (int, percent, "Of the download."),
    (std::string, path, "What the store calls it; empty until it is there."),
    (std::string, format, "qcow2 or raw, as found."),
    (std::int64_t, virtual_bytes, "Size a guest sees."),
    (std::int64_t, physical_bytes, "Length of its file."),
    (std::string, sha256, "Of its file, in hex; empty until it is there."),
    (std::string, message, "What went wrong; empty when nothing did.", .length = 4096),
    (Time, created, "When it was wished for."),
    (Time, updated, "When it last changed."))
  WELKIN_COUNTED
};

/// A template on a pool, there for the volumes that are overlays of it.
struct TemplatePool {
  static constexpr std::string_view table = "template_pools";
  static constexpr std::string_view indexes[] = {"unique (template_id, pool_id)", "(pool_id)"};
  FIELDS(TemplatePool,
    (Id<TemplatePool>, id, "The copy."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Template>, template_id, "What it is."),
    (Id<StoragePool>, pool_id, "Where it is."),
    (CopyState, state, "Where it stands."),
    (std::string, path, "File there; empty until it is there."),
    (std::string, format, "qcow2 or raw."),
    (std::int64_t, bytes, "Size a guest sees."),
    (std::int64_t, physical_bytes, "What it takes of the pool."),
    (std::string, message, "What went wrong; empty when nothing did.", .length = 4096),
    (Time, created, "When it came."),
    (Time, last_used, "When a volume was last made on it."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::TemplateStore)
ROW_ELSEWHERE(welkin::model::TemplatePool)
