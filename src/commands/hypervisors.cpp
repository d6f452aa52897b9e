// Commands of hypervisors: which there are, and how much the operator lets them carry.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/offered.hpp"
#include "model/hypervisor_capabilities.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;
using model::HypervisorCapabilities;

struct HypervisorAnswer {
  FIELDS(HypervisorAnswer, (std::string, name, "The hypervisor."))
};
struct ListHypervisors {
  FIELDS(ListHypervisors, (std::optional<access::See<model::Zone>>, zone_id, "Only those of this zone."))
};
Page<HypervisorAnswer> list_hypervisors(Call&, sql::Transaction& tx, const ListHypervisors& r) {
  Where where;
  where.equal("zone_id", r.zone_id).that("removed is null");
  Page<HypervisorAnswer> page;
  tx.query("select distinct hypervisor from clusters" + where.text() + " order by hypervisor", where.cells(),
           [&](const sql::Row& row) { page.rows.push_back({std::string(row[0].text)}); });
  page.count = std::ssize(page.rows);
  return page;
}

struct CapabilitiesAnswer {
  FIELDS(CapabilitiesAnswer,
    (Id<HypervisorCapabilities>, id, "The entry."),
    (std::string, hypervisor, "The hypervisor."),
    (std::string, hypervisor_version, "default: of any version."),
    (std::int64_t, max_guests_limit, "Instances one host may run."),
    (int, max_data_volumes_limit, "Data disks an instance may have."),
    (std::optional<int>, max_hosts_per_cluster, "Hosts a cluster may have; absent without a limit."),
    (bool, security_group_enabled, "Guests can be shielded one by one: not yet."),
    (bool, storage_motion_enabled, "Disks can be moved while in use: not yet."),
    (bool, vm_snapshot_enabled, "Instances can be snapshotted: not yet."))
};
CapabilitiesAnswer answer(const HypervisorCapabilities& entry) {
  CapabilitiesAnswer out;
  out.id = entry.id;
  out.hypervisor = name_of(entry.hypervisor);
  out.hypervisor_version = entry.version;
  out.max_guests_limit = entry.guests_max;
  out.max_data_volumes_limit = entry.data_disks_max;
  if (entry.hosts_per_cluster_max > 0) out.max_hosts_per_cluster = entry.hosts_per_cluster_max;
  return out;
}

struct ListCapabilities : Listing {
  using Base = Listing;
  FIELDS(ListCapabilities,
    (std::optional<See<HypervisorCapabilities>>, id, "Only this entry."),
    (std::optional<model::HypervisorType>, hypervisor, "Only those of this hypervisor."))
};
Page<CapabilitiesAnswer> list_capabilities(Call&, sql::Transaction& tx, const ListCapabilities& r) {
  Where where;
  where.equal("id", r.id).equal("hypervisor", r.hypervisor).keyword({"hypervisor"}, r.keyword);
  return answers_of<HypervisorCapabilities>(tx, where, r, "hypervisor, version", answer);
}

struct UpdateCapabilities {
  FIELDS(UpdateCapabilities,
    (std::optional<Operate<HypervisorCapabilities>>, id, "The entry."),
    (std::optional<model::HypervisorType>, hypervisor, "The hypervisor, in place of id."),
    (std::optional<std::string>, hypervisor_version, "With hypervisor; default when absent."),
    (std::optional<std::int64_t>, max_guests_limit, "Instances one host may run."),
    (std::optional<int>, max_data_volumes_limit, "Data disks an instance may have; 24 at most."),
    (std::optional<int>, max_hosts_per_cluster, "Hosts a cluster may have; 0 is no limit."))
};
HypervisorCapabilities entry_named(sql::Transaction& tx, const UpdateCapabilities& r) {
  if (r.id && r.hypervisor) throw Error(Fault::invalid, "Give id or hypervisor, not both.", "id");
  if (r.id) return **r.id;
  if (!r.hypervisor) throw Error(Fault::invalid, "Name the hypervisor: give id, or hypervisor.", "hypervisor");
  const auto version = r.hypervisor_version.value_or(std::string(model::any_version));
  if (auto entry = sql::first<HypervisorCapabilities>(tx, "where hypervisor = $1 and version = $2", *r.hypervisor, version))
    return std::move(*entry);
  throw Error(Fault::invalid,
              fmt::format("Nothing is kept of {} {}; listHypervisorCapabilities shows what is.", name_of(*r.hypervisor),
                          version),
              "hypervisor");
}
CapabilitiesAnswer update_capabilities(Call& call, sql::Transaction& tx, const UpdateCapabilities& r) {
  auto entry = entry_named(tx, r);
  check_between(r.max_guests_limit, 1, 100'000, "maxguestslimit");
  check_between(r.max_data_volumes_limit, 0, model::data_disk_places, "maxdatavolumeslimit");
  check_between(r.max_hosts_per_cluster, 0, 100'000, "maxhostspercluster");
  set(entry.guests_max, r.max_guests_limit);
  set(entry.data_disks_max, r.max_data_volumes_limit);
  set(entry.hosts_per_cluster_max, r.max_hosts_per_cluster);
  sql::update(tx, entry);
  call.event_note = name_of(entry.hypervisor);
  return answer(entry);
}
}  // namespace

std::vector<Command> hypervisor_commands() {
  return {
      reading<list_hypervisors>(
          {"listHypervisors", "hypervisor", "Lists the hypervisors there are.", Audience::everyone}),
      reading<list_capabilities>(
          {"listHypervisorCapabilities", "hypervisorCapabilities", "Lists what hypervisors can do.", Audience::root}),
      writing<update_capabilities>({"updateHypervisorCapabilities", "hypervisorcapabilities",
                                    "Changes how much hypervisors may carry.", Audience::root}),
  };
}

}  // namespace welkin::commands
