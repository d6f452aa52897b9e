// What hands are told, rendered from the records: always the whole of the wished state.
#pragma once

#include "flows/cloud.hpp"
#include "hypervisor/driver.hpp"
#include "model/host.hpp"
#include "model/image_store.hpp"
#include "model/instance.hpp"
#include "model/network.hpp"
#include "model/network_offering.hpp"
#include "model/nic.hpp"
#include "model/router.hpp"
#include "model/storage_pool.hpp"
#include "model/volume.hpp"
#include "network/fabric.hpp"
#include "storage/pool.hpp"

namespace welkin::flows {

/// MTU of guests where nothing else is said: what VXLAN leaves of 1500.
inline constexpr int guest_mtu = 1450;
inline int mtu_of(const model::Network& network) { return network.private_mtu ? network.private_mtu : guest_mtu; }

storage::PoolSpec pool_spec(const model::StoragePool& pool);
hypervisor::DiskSpec disk_spec(const model::Volume& volume);
hypervisor::NicSpec nic_spec(Cloud& cloud, const model::Nic& nic, const model::Network& network);
hypervisor::InstanceSpec instance_spec(sql::Transaction& tx, Cloud& cloud, const Id<model::Instance>& instance);

/// A host that carries a network, and where its tunnels end.
struct Carrier {
  static constexpr std::string_view table = model::Host::table;
  FIELDS(Carrier,
    (Id<model::Host>, id, "The host."),
    (std::string, tunnel_address, "Where other hosts' frames arrive."))
};
/// The hosts of the network's instances and of its router, and `also`, in the order of their ids.
std::vector<Carrier> carriers_of(sql::Transaction& tx, const Id<model::Network>& network, const Id<model::Host>& also);
network::SegmentSpec segment_spec(Cloud& cloud, const model::Network& network, const Id<model::Host>& host,
                                  const std::vector<Carrier>& carriers);
network::SegmentName segment_name(Cloud& cloud, const model::Network& network);
network::GuardSpec guard_spec(sql::Transaction& tx, Cloud& cloud, const Id<model::Instance>& instance);

/// The router as it should be, without what belongs to the instance `except`.
network::RouterSpec router_spec(sql::Transaction& tx, Cloud& cloud, const model::Network& network,
                                const model::Router& router, const Id<model::Instance>& except);
network::RouterName router_name(Cloud& cloud, const model::Router& router);
/// The network's router, if it has one.
std::optional<model::Router> router_of(sql::Transaction& tx, const Id<model::Network>& network);
/// Its record goes, with all that people have put on it.
void forget_router(sql::Transaction& tx, const model::Router& router);

}  // namespace welkin::flows
