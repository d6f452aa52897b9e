// Reservations of hosts.
#include "model/host.hpp"

namespace welkin::model {

namespace {
constexpr std::string_view promise =
    "update hosts set cpus_reserved = cpus_reserved + $2, cpu_mhz_reserved = cpu_mhz_reserved + $3, "
    "memory_reserved_bytes = memory_reserved_bytes + $4, instances_reserved = instances_reserved + $5, "
    "generation = generation + 1 "
    "where id = $1 and removed is null and status = 'Up' and resource_state = 'Enabled' "
    "and cpu_mhz_reserved + $3 <= cpu_mhz_capacity and memory_reserved_bytes + $4 <= memory_capacity_bytes "
    "and (instances_max = 0 or instances_reserved + $5 <= instances_max) "
    "and ($5 = 0 or not exists (select 1 from hypervisor_capabilities c where c.hypervisor = hosts.hypervisor "
    "and c.version = 'default' and hosts.instances_reserved + $5 > c.guests_max))";
constexpr std::string_view give_back =
    "update hosts set cpus_reserved = cpus_reserved - $2, cpu_mhz_reserved = cpu_mhz_reserved - $3, "
    "memory_reserved_bytes = memory_reserved_bytes - $4, instances_reserved = instances_reserved - $5, "
    "generation = generation + 1 where id = $1";
constexpr std::string_view ping = "update hosts set last_pinged = $2 where id = $1";

std::int64_t apply(sql::Transaction& tx, std::string_view statement, const Id<Host>& host,
    const HostShare& share,
                   int instances) {
  const auto touched =
      tx.execute(statement, sql::cells(host, share.cpus, share.cpu_mhz, share.memory_bytes, instances));
  if (touched != 0) tx.note(Host::table, host, sql::ChangeKind::changed);
  return touched;
}
}  // namespace

bool reserve(sql::Transaction& tx, const Id<Host>& host, const HostShare& share, int instances) {
  return apply(tx, promise, host, share, instances) == 1;
}

void release(sql::Transaction& tx, const Id<Host>& host, const HostShare& share, int instances) {
  apply(tx, give_back, host, share, instances);
}

void note_ping(sql::Transaction& tx, const Id<Host>& host, Time now) {
  tx.execute(ping, sql::cells(host, now));
}

void set_capacity(Host& host, double cpu_overcommit, double memory_overcommit) {
  host.cpu_mhz_capacity = std::int64_t(double(host.cpus) * host.cpu_mhz * cpu_overcommit);
  host.memory_capacity_bytes = std::int64_t(double(host.memory_bytes) * memory_overcommit);
}

}  // namespace welkin::model
