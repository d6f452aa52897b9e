// Journeys of volumes, and the steps that instances share with them.
#pragma once

#include "durable/flow.hpp"
#include "flows/orders.hpp"

namespace welkin::flows {

/// The templates that the reservation's volumes lie on are on their pools.
extern const durable::Step<Reservation, Reservation> bring_templates;
/// The reservation's volumes exist.
extern const durable::Step<Reservation, Reservation> create_volumes;
/// True in an owed undo when another journey has made the volume there since.
bool is_made_anew(durable::Stage& stage, const Id<model::Volume>& volume, const storage::PoolSpec& pool);
/// The volumes that go with an instance: its root disk and those the order names.
std::vector<Id<model::Volume>> doomed_volumes(sql::Transaction& tx, const StopOrder& order);
/// The instance's root disk, and the data disks the order names, are gone.
extern const durable::Step<StopOrder, StopOrder> remove_volumes;

Task<VolumeOrder> attach_volume(durable::Flow& flow, VolumeOrder order);
Task<VolumeOrder> detach_volume(durable::Flow& flow, VolumeOrder order);
Task<VolumeOrder> resize_volume(durable::Flow& flow, VolumeOrder order);
Task<VolumeOrder> delete_volume(durable::Flow& flow, VolumeOrder order);

extern const durable::Claim<VolumeOrder, VolumeOrder> claim_attach;
extern const durable::Claim<VolumeOrder, VolumeOrder> claim_resize;
extern const durable::Claim<VolumeOrder, VolumeOrder> claim_delete;
std::vector<durable::AnyStep> volume_steps();

}  // namespace welkin::flows
