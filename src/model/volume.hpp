// A volume: a disk of an instance, or one that waits for an instance.
#pragma once

#include "model/disk_limits.hpp"
#include "model/machine.hpp"
#include "model/transitions.hpp"
#include "model/nouns.hpp"
#include "model/resource.hpp"

namespace welkin::model {

CHOICES(VolumeKind, (root, "ROOT"), (data, "DATADISK"))
CHOICES(VolumeState, (allocated, "Allocated"), (creating, "Creating"), (ready, "Ready"),
        (attaching, "Attaching"), (resizing, "Resizing"), (migrating, "Migrating"), (destroyed, "Destroy"),
        (expunging, "Expunging"), (expunged, "Expunged"))
CHOICES(VolumeEvent, (create, "be created"), (attach, "be attached"), (resize, "be resized"),
        (migrate, "be migrated"), (destroy, "be destroyed"), (recover, "be recovered"),
        (expunge, "be expunged"), (succeeded, "finish"), (failed, "fail"))

struct Volume {
  static constexpr std::string_view table = "volumes";
  static constexpr std::string_view indexes[] = {
      "(account_id, created, id)", "(domain_id, created, id)", "(created, id)",
      "unique (instance_id, device_position) where instance_id is not null", "(pool_id)", "(template_id)",
      "(state, updated)"};
  FIELDS(Volume,
    (Id<Volume>, id, "The volume."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Account>, account_id, "Its owner."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (std::string, name, "As the owner calls it; ROOT-<n> for root disks."),
    (Id<Zone>, zone_id, "Its zone."),
    (VolumeKind, kind, "Root or data disk."),
    (VolumeState, state, "Where it stands."),
    (Id<StoragePool>, pool_id, "Where its bytes lie; nil until it has a place."),
    (std::string, path, "File or device there; empty until it is made."),
    (std::string, format, "qcow2 or raw; empty until it is made."),
    (Id<Instance>, instance_id, "What it is attached to; nil when to nothing."),
    (int, device_position, "Its place in the instance; 0 is the root disk, 3 is kept for the CD-ROM."),
    (std::optional<Time>, attached, "When it was attached."),
    (Id<Template>, template_id, "What it was made from; nil for an empty one."),
    (Id<DiskOffering>, disk_offering_id,
     "What was ordered; nil for a root disk that follows its service offering."),
    (Id<ServiceOffering>, service_offering_id, "Of a root disk's instance; nil for data disks."),
    (HypervisorType, hypervisor, "Whose form it has; `any` until it has one."),
    (Provisioning, provisioning, "How it is made."),
    (CacheMode, cache_mode, "How it is cached."),
    (std::int64_t, bytes, "Size the guest sees."),
    (std::int64_t, physical_bytes, "What it takes of the pool, as last measured."),
    (std::optional<std::int64_t>, iops_min, "Promised operations per second."),
    (std::optional<std::int64_t>, iops_max, "Allowed operations per second."),
    (DiskLimits, limits, "How fast it may be."),
    (bool, display, "Its owner sees it."),
    (bool, delete_protection, "It refuses to be deleted."),
    (std::string, external_id, "Its name in another system, if any."),
    (Time, created, "When it was ordered."),
    (Time, updated, "When its state last changed."),
    (std::optional<Time>, destroyed, "When it was destroyed; it is expunged a while later."),
    (std::optional<Time>, removed, "When it was expunged."))
  WELKIN_COUNTED
};

inline constexpr auto volume_transitions = [] {
  using S = VolumeState;
  using E = VolumeEvent;
  return table_of<S, E>({
      {S::allocated, E::create, S::creating},
      {S::allocated, E::resize, S::allocated},
      {S::allocated, E::destroy, S::destroyed},
      {S::creating, E::create, S::creating},
      {S::creating, E::succeeded, S::ready},
      {S::creating, E::failed, S::allocated},
      {S::ready, E::attach, S::attaching},
      {S::ready, E::resize, S::resizing},
      {S::ready, E::migrate, S::migrating},
      {S::ready, E::destroy, S::destroyed},
      {S::attaching, E::succeeded, S::ready},
      {S::attaching, E::failed, S::ready},
      {S::resizing, E::succeeded, S::ready},
      {S::resizing, E::failed, S::ready},
      {S::migrating, E::succeeded, S::ready},
      {S::migrating, E::failed, S::ready},
      {S::destroyed, E::recover, S::ready},
      {S::destroyed, E::expunge, S::expunging},
      {S::expunging, E::expunge, S::expunging},
      {S::expunging, E::succeeded, S::expunged},
      {S::expunging, E::failed, S::destroyed},
  });
}();
constexpr std::optional<VolumeState> next(VolumeState state, VolumeEvent event) {
  return next_in(volume_transitions, state, event);
}
static_assert(is_deterministic(volume_transitions));
static_assert(!next(VolumeState::ready, VolumeEvent::expunge), "it is destroyed first");
static_assert(!next(VolumeState::expunged, VolumeEvent::recover));

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Volume)
