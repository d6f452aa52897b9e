// Specs of instances and of their disks and nics.
#include "flows/specs.hpp"
#include "model/names.hpp"

namespace welkin::flows {

storage::PoolSpec pool_spec(const model::StoragePool& pool) {
  return {pool.id, std::string(name_of(pool.kind)), pool.path};
}

hypervisor::DiskSpec disk_spec(const model::Volume& volume) {
  hypervisor::DiskSpec disk;
  disk.id = volume.id;
  disk.path = volume.path;
  disk.format = volume.format;
  disk.position = volume.device_position;
  disk.read_bytes_per_second = volume.limits.bytes_read;
  disk.write_bytes_per_second = volume.limits.bytes_write;
  disk.read_operations_per_second = volume.limits.iops_read;
  disk.write_operations_per_second = volume.limits.iops_write;
  return disk;
}

hypervisor::NicSpec nic_spec(Cloud& cloud, const model::Nic& nic, const model::Network& network) {
  hypervisor::NicSpec spec;
  spec.id = nic.id;
  spec.mac = nic.mac;
  spec.bridge = network.bridge;
  spec.tap = model::tap_name(cloud.tag, nic.id);
  spec.position = nic.device_position;
  spec.mtu = nic.mtu ? nic.mtu : network.private_mtu ? network.private_mtu : guest_mtu;
  spec.model = nic.model;
  return spec;
}

hypervisor::InstanceSpec instance_spec(sql::Transaction& tx, Cloud& cloud, const Id<model::Instance>& id) {
  const auto instance = sql::need<model::Instance>(tx, id);
  hypervisor::InstanceSpec spec;
  spec.id = instance.id;
  spec.name = instance.internal_name;
  spec.cpus = instance.cpus;
  spec.cpu_mhz = instance.cpu_mhz;
  spec.cpu_capped = instance.limit_cpu;
  spec.memory_bytes = std::int64_t(instance.memory_mb) << 20;
  spec.uefi = instance.boot_type == model::BootType::uefi;
  spec.console_password = cloud.vault.open_sealed(instance.sealed_console_password);
  spec.details = instance.details;
  for (const auto& volume :
       sql::all<model::Volume>(tx, "where instance_id = $1 and removed is null order by device_position", id))
    if (!volume.path.empty()) spec.disks.push_back(disk_spec(volume));
  for (const auto& nic :
       sql::all<model::Nic>(tx, "where instance_id = $1 and removed is null order by device_position", id))
    spec.nics.push_back(nic_spec(cloud, nic, sql::need<model::Network>(tx, nic.network_id)));
  return spec;
}

network::GuardSpec guard_spec(sql::Transaction& tx, Cloud& cloud, const Id<model::Instance>& id) {
  network::GuardSpec spec;
  spec.instance = id;
  for (const auto& nic :
       sql::all<model::Nic>(tx, "where instance_id = $1 and removed is null order by device_position", id)) {
    const auto network = sql::need<model::Network>(tx, nic.network_id);
    const auto offering = sql::get<model::NetworkOffering>(tx, network.network_offering_id);
    network::GuardedNic guarded{model::tap_name(cloud.tag, nic.id), nic.mac, {}, offering ? offering->network_rate : 0};
    if (!nic.address.empty()) guarded.addresses.push_back(nic.address);
    spec.nics.push_back(std::move(guarded));
  }
  return spec;
}

}  // namespace welkin::flows
