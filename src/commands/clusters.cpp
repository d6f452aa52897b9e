// Commands of clusters and hosts.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/places.hpp"
#include "flows/hosts.hpp"
#include "model/agent.hpp"
#include "model/dedication.hpp"
#include "model/hypervisor_capabilities.hpp"
#include "model/instance.hpp"
#include "model/marks.hpp"
#include "model/overcommit.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

struct ClusterAnswer {
  FIELDS(ClusterAnswer,
    (Id<model::Cluster>, id, "The cluster."), (std::string, name, "Its name."),
    (Id<model::Pod>, pod_id, "Its pod."), (std::string, pod_name, "The pod's name."),
    (Id<model::Zone>, zone_id, "Its zone."), (std::string, zone_name, "The zone's name."),
    (std::string, hypervisor_type, "What runs on its hosts."), (std::string, cluster_type, "Who keeps it together."),
    (std::string, allocation_state, "Enabled or Disabled."), (std::string, managed_state, "Managed or Unmanaged."),
    (std::vector<CapacityAnswer>, capacity, "What it has and what is used, when asked for."),
    (std::string, cpu_overcommit_ratio, "Promised speed per real one."),
    (std::string, memory_overcommit_ratio, "Promised memory per real one."),
    (TextMap, resource_details, "Its details."), (std::string, arch, "Architecture of its hosts."),
    (bool, has_annotations, "Whether somebody has written a note."))
};

ClusterAnswer answer_cluster(Call& call, sql::Transaction& tx, const model::Cluster& cluster, bool capacities = false) {
  ClusterAnswer out;
  out.id = cluster.id;
  out.name = cluster.name;
  out.pod_id = cluster.pod_id;
  if (const auto* pod = call.look(tx, cluster.pod_id)) out.pod_name = pod->name;
  out.zone_id = cluster.zone_id;
  if (const auto* zone = call.look(tx, cluster.zone_id)) out.zone_name = zone->name;
  out.hypervisor_type = name_of(cluster.hypervisor);
  out.cluster_type = name_of(cluster.cluster_type);
  out.allocation_state = name_of(cluster.allocation_state);
  out.managed_state = name_of(cluster.managed_state);
  out.cpu_overcommit_ratio = fmt::format("{:.1f}", cluster.cpu_overcommit);
  out.memory_overcommit_ratio = fmt::format("{:.1f}", cluster.memory_overcommit);
  out.resource_details = cluster.details;
  out.resource_details["cpuOvercommitRatio"] = out.cpu_overcommit_ratio;
  out.resource_details["memoryOvercommitRatio"] = out.memory_overcommit_ratio;
  out.arch = name_of(cluster.arch);
  if (capacities) out.capacity = capacity_answers(tx, {cluster.zone_id, {}, cluster.id});
  return out;
}

struct ListClusters : Listing {
  using Base = Listing;
  FIELDS(ListClusters,
    (std::optional<See<model::Cluster>>, id, "Only this cluster."),
    (std::optional<std::string>, name, "Only clusters with this name."),
    (std::optional<See<model::Pod>>, pod_id, "Only clusters of this pod."),
    (std::optional<See<model::Zone>>, zone_id, "Only clusters of this zone."),
    (std::optional<model::HypervisorType>, hypervisor, "Only clusters of this kind."),
    (std::optional<model::ClusterType>, cluster_type, "Only clusters of this type."),
    (std::optional<model::AllocationState>, allocation_state, "Only clusters in this state."),
    (std::optional<model::ManagedState>, managed_state, "Only clusters in this state."),
    (bool, show_capacities, "With what they have and what is used."),
    (std::optional<model::Arch>, arch, "Only clusters of this architecture."))
};

Page<ClusterAnswer> list_clusters(Call& call, sql::Transaction& tx, const ListClusters& r) {
  Where where;
  where.equal("id", r.id)
      .equal("name", r.name)
      .equal("pod_id", r.pod_id)
      .equal("zone_id", r.zone_id)
      .equal("hypervisor", r.hypervisor);
  where.equal("cluster_type", r.cluster_type)
      .equal("allocation_state", r.allocation_state)
      .equal("managed_state", r.managed_state)
      .equal("arch", r.arch);
  where.keyword({"name"}, r.keyword).that("removed is null");
  return answers_of<model::Cluster>(tx, where, r, "created, id", [&](const model::Cluster& c) {
    return answer_cluster(call, tx, c, r.show_capacities);
  });
}

struct AddCluster {
  FIELDS(AddCluster,
    (std::string, cluster_name, "Unique in its pod."),
    (Operate<model::Pod>, pod_id, "Its pod."),
    (Operate<model::Zone>, zone_id, "Its zone."),
    (std::string, hypervisor, "KVM or Simulator."),
    (std::string, cluster_type, "CloudManaged."),
    (std::optional<std::string>, allocation_state, "Enabled or Disabled."),
    (std::optional<std::string>, arch, "x86_64 or aarch64."))
};

Page<ClusterAnswer> add_cluster(Call& call, sql::Transaction& tx, const AddCluster& r) {
  model::Cluster cluster;
  if (r.pod_id->zone_id != r.zone_id.id()) throw Error(Fault::invalid, "The pod is in another zone.", "podid");
  check_free_name<model::Cluster>(tx, "where name = $1 and pod_id = $2 and removed is null", r.cluster_name, {},
                                  r.pod_id.id());
  cluster.id = call.cloud.new_id<model::Cluster>();
  cluster.name = r.cluster_name;
  cluster.zone_id = r.zone_id.id();
  cluster.pod_id = r.pod_id.id();
  cluster.hypervisor = choice(std::optional(r.hypervisor), model::HypervisorType::none, "hypervisor");
  if (cluster.hypervisor != model::HypervisorType::kvm && cluster.hypervisor != model::HypervisorType::simulator)
    throw Error(Fault::unsupported,
                fmt::format("Clusters of {} are not supported yet; KVM and Simulator are.", r.hypervisor),
                "hypervisor");
  cluster.cluster_type = choice(std::optional(r.cluster_type), model::ClusterType::cloud_managed, "clustertype");
  cluster.allocation_state = choice(r.allocation_state, model::AllocationState::enabled, "allocationstate");
  cluster.arch = choice(r.arch, model::Arch::x86_64, "arch");
  cluster.managed_state = model::ManagedState::managed;
  model::take_overcommit(tx, cluster);
  cluster.created = call.cloud.now();
  sql::insert(tx, cluster);
  return {1, {answer_cluster(call, tx, cluster)}};
}

struct UpdateCluster {
  FIELDS(UpdateCluster,
    (Operate<model::Cluster>, id, "The cluster."),
    (std::optional<std::string>, cluster_name, "Its new name."),
    (std::optional<std::string>, allocation_state, "Enabled or Disabled."),
    (std::optional<std::string>, managed_state, "Managed or Unmanaged."),
    (std::optional<std::string>, arch, "x86_64 or aarch64."),
    (std::optional<std::string>, cluster_type, "CloudManaged or ExternalManaged."),
    (std::optional<std::string>, hypervisor, "Accepted when it is the cluster's."))
};

ClusterAnswer update_cluster(Call& call, sql::Transaction& tx, const UpdateCluster& r) {
  auto cluster = *r.id;
  if (r.cluster_name)
    check_free_name<model::Cluster>(tx, "where name = $1 and pod_id = $2 and removed is null", *r.cluster_name,
                                    cluster.id, cluster.pod_id);
  set(cluster.name, r.cluster_name);
  cluster.allocation_state = choice(r.allocation_state, cluster.allocation_state, "allocationstate");
  cluster.managed_state = choice(r.managed_state, cluster.managed_state, "managedstate");
  cluster.arch = choice(r.arch, cluster.arch, "arch");
  cluster.cluster_type = choice(r.cluster_type, cluster.cluster_type, "clustertype");
  if (choice(r.hypervisor, cluster.hypervisor, "hypervisor") != cluster.hypervisor)
    throw Error(
        Fault::unsupported,
        fmt::format("The cluster {} runs {}, which cannot be changed.", cluster.name, name_of(cluster.hypervisor)),
        "hypervisor");
  sql::update(tx, cluster);
  return answer_cluster(call, tx, cluster);
}

struct DeleteCluster {
  FIELDS(DeleteCluster, (Operate<model::Cluster>, id, "The cluster; it must be empty."))
};

Success delete_cluster(Call& call, sql::Transaction& tx, const DeleteCluster& r) {
  auto cluster = *r.id;
  check_none_left(tx, "cluster", cluster.name, "hosts", "cluster_id = $1 and removed is null", cluster.id);
  check_none_left(tx, "cluster", cluster.name, "storage_pools", "cluster_id = $1 and removed is null", cluster.id);
  model::forget_marks(tx, cluster.id);
  model::release_dedication_of(tx, cluster.id);
  cluster.removed = call.cloud.now();
  sql::update(tx, cluster);
  return {true, {}};
}

struct HighAvailability {
  FIELDS(HighAvailability,
    (bool, ha_enable, "The host is watched from outside: never."),
    (std::string, ha_state, "Disabled."))
};
struct OutOfBandManagement {
  FIELDS(OutOfBandManagement,
    (std::string, power_state, "Disabled."),
    (bool, enabled, "The host's power is switched from outside: never."))
};

struct HostAnswer : UnderWay {
  using Base = UnderWay;
  FIELDS(HostAnswer,
    (Id<model::Host>, id, "The host."),
    (std::string, name, "As it calls itself."),
    (std::string, state, "Up, Down, Alert …"),
    (std::optional<Time>, disconnected, "When it was last lost."),
    (std::string, type, "Routing: it runs instances."),
    (std::string, ip_address, "Management address."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (std::string, zone_name, "The zone's name."),
    (Id<model::Pod>, pod_id, "Its pod."),
    (std::string, pod_name, "The pod's name."),
    (std::string, version, "Of its agent."),
    (std::string, hypervisor, "What runs its instances."),
    (int, cpu_sockets, "Sockets."),
    (int, cpu_number, "Processors."),
    (std::int64_t, cpu_speed, "MHz of one."),
    (std::string, cpu_allocated, "Promised share of the real speed."),
    (std::int64_t, cpu_allocated_value, "Promised MHz."),
    (std::string, cpu_allocated_percentage, "Promised share of the real speed."),
    (std::string, cpu_allocated_with_overprovisioning, "Promised share of what may be promised."),
    (std::string, cpu_with_overprovisioning, "MHz that may be promised."),
    (std::int64_t, memory_total, "Bytes."),
    (std::string, memory_with_overprovisioning, "Bytes that may be promised."),
    (std::optional<std::string>, cpu_used, "Share of its processors that is busy, in per cent."),
    (std::optional<std::int64_t>, memory_used, "Bytes it uses, as last measured."),
    (std::optional<std::int64_t>, network_kbs_read, "KiB received since it was started."),
    (std::optional<std::int64_t>, network_kbs_write, "KiB sent since it was started."),
    (std::int64_t, memory_allocated, "Promised bytes."),
    (std::string, memory_allocated_percentage, "Promised share of the real memory."),
    (std::int64_t, memory_allocated_bytes, "Promised bytes."),
    (std::string, capabilities, "What it can do."),
    (std::optional<Time>, last_pinged, "When it was last heard of."),
    (Uuid, management_server_id, "The server its agent is connected to."),
    (Id<model::Cluster>, cluster_id, "Its cluster."),
    (std::string, cluster_name, "The cluster's name."),
    (std::string, cluster_type, "The cluster's type."),
    (bool, is_local_storage_active, "It has a pool of its own."),
    (Time, created, "When it was added."),
    (std::optional<Time>, removed, "When it was removed."),
    (std::string, events, "What may happen to it next."),
    (std::optional<std::string>, host_tags, "Its tags."),
    (std::optional<std::string>, explicit_host_tags, "Those the operator gave."),
    (bool, has_enough_capacity, "It can take something new."),
    (HighAvailability, host_ha, "Its own high availability.", .type = "hostharesponse"),
    (OutOfBandManagement, out_of_band_management, "Its power switch.", .type = "outofbandmanagementresponse"),
    (bool, ha_host, "Kept for instances whose host has died: never."),
    (std::string, resource_state, "What the operator wants of it."),
    (std::string, hypervisor_version, "The hypervisor's version."),
    (TextMap, details, "Its details."),
    (std::optional<std::string>, annotation, "A word of the operator's."),
    (bool, uefi_capability, "Instances may boot by UEFI."),
    (bool, encryption_supported, "Disks may be encrypted: not yet."),
    (bool, instance_conversion_supported, "Images of other hypervisors can be converted: not yet."),
    (std::string, arch, "Of its processors."),
    (bool, has_annotations, "Whether somebody has written a note."))
};

std::string share(std::int64_t part, std::int64_t whole) {
  return fmt::format("{:.2f}%", whole > 0 ? 100.0 * double(part) / double(whole) : 0.0);
}

HostAnswer answer_host(Call& call, sql::Transaction& tx, const model::Host& host) {
  HostAnswer out;
  const auto mhz = std::int64_t(host.cpus) * host.cpu_mhz;
  out.id = host.id;
  out.name = host.name;
  out.state = name_of(host.status);
  out.disconnected = host.disconnected;
  out.type = "Routing";
  out.ip_address = host.address;
  out.zone_id = host.zone_id;
  if (const auto* zone = call.look(tx, host.zone_id)) out.zone_name = zone->name;
  out.pod_id = host.pod_id;
  if (const auto* pod = call.look(tx, host.pod_id)) out.pod_name = pod->name;
  out.version = host.agent_version.empty() ? call.cloud.version : host.agent_version;
  out.hypervisor = name_of(host.hypervisor);
  out.cpu_sockets = host.cpu_sockets;
  out.cpu_number = host.cpus;
  out.cpu_speed = host.cpu_mhz;
  out.cpu_allocated = out.cpu_allocated_percentage = share(host.cpu_mhz_reserved, mhz);
  out.cpu_allocated_value = host.cpu_mhz_reserved;
  out.cpu_allocated_with_overprovisioning = share(host.cpu_mhz_reserved, host.cpu_mhz_capacity);
  out.cpu_with_overprovisioning = fmt::format("{:.2f}", double(host.cpu_mhz_capacity));
  out.memory_total = host.memory_bytes;
  out.memory_with_overprovisioning = fmt::format("{}", host.memory_capacity_bytes);
  out.memory_allocated = out.memory_allocated_bytes = host.memory_reserved_bytes;
  if (const auto use = call.cloud.measured.of_host(host.id)) {
    out.cpu_used = percent(use->cpu_percent);
    out.memory_used = use->memory_bytes;
    out.network_kbs_read = use->network_bytes_in >> 10;
    out.network_kbs_write = use->network_bytes_out >> 10;
  }
  out.memory_allocated_percentage = share(host.memory_reserved_bytes, host.memory_bytes);
  out.capabilities = "hvm";
  out.last_pinged = host.last_pinged;
  if (call.cloud.agents.connected(host.id)) out.management_server_id = call.cloud.server;
  out.host_ha.ha_state = out.out_of_band_management.power_state = "Disabled";
  out.cluster_id = host.cluster_id;
  if (const auto* cluster = call.look(tx, host.cluster_id)) {
    out.cluster_name = cluster->name;
    out.cluster_type = name_of(cluster->cluster_type);
  }
  out.is_local_storage_active =
      sql::count(tx, "select count(*) from storage_pools where host_id = $1 and removed is null", host.id) > 0;
  out.created = host.created;
  out.removed = host.removed;
  out.events = "PrepareUnmanaged; Ping; AgentDisconnected; HostDown; ShutdownRequested; Remove";
  out.host_tags = out.explicit_host_tags = unless_empty(joined(host.tags));
  out.has_enough_capacity =
      host.cpu_mhz_reserved < host.cpu_mhz_capacity && host.memory_reserved_bytes < host.memory_capacity_bytes;
  out.resource_state = name_of(host.resource_state);
  out.hypervisor_version = host.hypervisor_version;
  out.details = host.details;
  out.annotation = unless_empty(host.annotation);
  out.uefi_capability = host.uefi;
  out.arch = name_of(host.arch);
  return out;
}

struct ListHosts : Listing {
  using Base = Listing;
  FIELDS(ListHosts,
    (std::optional<See<model::Cluster>>, cluster_id, "Only hosts of this cluster."),
    (std::optional<See<model::Host>>, id, "Only this host."),
    (std::optional<std::string>, name, "Only the host with this name."),
    (std::optional<See<model::Pod>>, pod_id, "Only hosts of this pod."),
    (std::optional<model::HostStatus>, state, "Only hosts in this state."),
    (std::optional<std::string>, type, "Routing; hosts of other types do not exist."),
    (std::optional<See<model::Zone>>, zone_id, "Only hosts of this zone."),
    (std::optional<model::ResourceState>, resource_state, "Only hosts in this state."),
    (std::optional<model::HypervisorType>, hypervisor, "Only hosts of this kind."),
    (std::optional<model::Arch>, arch, "Only hosts of this architecture."),
    (std::optional<std::string>, version, "Only hosts whose agent is of this version."),
    (std::optional<bool>, ha_host, "Only hosts kept for instances whose host has died: there are none."),
    (std::optional<See<model::Instance>>, virtual_machine_id, "Only hosts of the cluster that the instance lives in."),
    (std::vector<std::string>, details, "Accepted; all details are always answered."))
};

Page<HostAnswer> list_hosts(Call& call, sql::Transaction& tx, const ListHosts& r) {
  Where where;
  where.equal("cluster_id", r.cluster_id)
      .equal("id", r.id)
      .equal("name", r.name)
      .equal("pod_id", r.pod_id)
      .equal("status", r.state)
      .equal("zone_id", r.zone_id);
  where.equal("resource_state", r.resource_state)
      .equal("hypervisor", r.hypervisor)
      .equal("arch", r.arch)
      .keyword({"name"}, r.keyword)
      .that("removed is null");
  where.none_have(r.ha_host);
  // A host that the server simulates is of the server's version.
  if (r.version)
    where.that(*r.version == call.cloud.version ? "agent_version = $ or agent_version = ''" : "agent_version = $",
               *r.version);
  if (r.virtual_machine_id && (*r.virtual_machine_id)->cluster_id)
    where.equal("cluster_id", (*r.virtual_machine_id)->cluster_id);
  if (r.type && !same_text_ignoring_case(*r.type, "Routing")) where.nothing();
  return with_jobs(call, tx, answers_of<model::Host>(tx, where, r, "created, id", [&](const model::Host& host) {
                     return answer_host(call, tx, host);
                   }));
}

struct AddHost {
  FIELDS(AddHost,
    (std::optional<Operate<model::Cluster>>, cluster_id, "Its cluster."), (std::optional<std::string>, cluster_name, "Its cluster by name, in place of the id."),
    (Operate<model::Pod>, pod_id, "Its pod."), (Operate<model::Zone>, zone_id, "Its zone."),
    (std::string, url, "http://NAME: the name or address of a machine whose agent has enrolled; http://sim/NAME for a simulated one."),
    (std::string, hypervisor, "KVM or Simulator; as its cluster's."),
    (std::optional<std::string>, username, "Not needed: agents enrol with a token."), (std::optional<Secret>, password, "Not needed: agents enrol with a token."),
    (std::optional<std::string>, allocation_state, "Enabled or Disabled."), (std::vector<std::string>, host_tags, "Its tags."))
};

model::Cluster cluster_for(sql::Transaction& tx, const AddHost& r) {
  if (r.cluster_id) return **r.cluster_id;
  if (!r.cluster_name) throw Error(Fault::invalid, "Name the cluster: give clusterid or clustername.", "clusterid");
  auto cluster = sql::first<model::Cluster>(tx, "where name = $1 and pod_id = $2 and removed is null", *r.cluster_name,
                                            r.pod_id.id());
  if (!cluster)
    throw Error(Fault::invalid, fmt::format("There is no cluster {} in the pod.", *r.cluster_name), "clustername");
  return std::move(*cluster);
}

std::string host_part(const std::string& url) {
  const auto start = url.find("://");
  auto rest = start == std::string::npos ? url : url.substr(start + 3);
  while (rest.ends_with('/')) rest.pop_back();
  return rest;
}

/// The agent that waits under this name: connected, and speaking for no host yet.
model::Agent waiting_agent(sql::Transaction& tx, const std::string& name) {
  for (auto& agent : sql::all<model::Agent>(
           tx, "where removed is null and enrolled is not null and (name = $1 or address = $1) order by created", name))
    if (sql::count(tx, "select count(*) from hosts where agent_id = $1 and removed is null", agent.id) == 0)
      return agent;
  throw Error(
      Fault::invalid,
      fmt::format(
          "No agent waits under the name {}: start welkin-agent there with a token of this cloud, then add the host again.",
          name),
      "url");
}

void check_room(sql::Transaction& tx, const model::Cluster& cluster) {
  const auto capabilities = model::capabilities_of(tx, cluster.hypervisor);
  if (!capabilities || capabilities->hosts_per_cluster_max == 0) return;
  const auto there = sql::count(tx, "select count(*) from hosts where cluster_id = $1 and removed is null", cluster.id);
  if (there >= capabilities->hosts_per_cluster_max)
    throw Error(Fault::limited,
                fmt::format("The cluster {} has {} hosts; {} lets a cluster have {}. Add the host to another one.",
                            cluster.name, there, name_of(cluster.hypervisor), capabilities->hosts_per_cluster_max),
                "clusterid");
}

Begun add_host(Call& call, sql::Transaction& tx, const AddHost& r) {
  const auto cluster = cluster_for(tx, r);
  if (!same_text_ignoring_case(r.hypervisor, name_of(cluster.hypervisor)))
    throw Error(Fault::invalid,
                fmt::format("The cluster {} runs {}, not {}.", cluster.name, name_of(cluster.hypervisor), r.hypervisor),
                "hypervisor");
  check_room(tx, cluster);
  model::Host host;
  host.name = host_part(r.url);
  host.url = r.url;
  check_free_name<model::Host>(tx, "where name = $1 and cluster_id = $2 and removed is null", host.name, {},
                               cluster.id);
  if (cluster.hypervisor == model::HypervisorType::simulator) {
    host.id = call.cloud.new_id<model::Host>();
    host.address = host.tunnel_address = "127.0.0.1";
    host.outside_bridge = "sim-outside";
    call.afterwards.emplace_back([&cloud = call.cloud, id = host.id, name = host.name] {
      cloud.enrolment.simulate(id, name, 16, 2000, std::int64_t(64) << 30);
    });
  } else {
    const auto agent = waiting_agent(tx, host.name);
    host.id = Id<model::Host>(agent.id);
    host.agent_id = agent.id;
    host.address = host.tunnel_address = agent.address;
    host.agent_version = agent.version;
    host.outside_bridge = "w" + call.cloud.tag + "pub";
  }
  host.zone_id = r.zone_id.id();
  host.pod_id = r.pod_id.id();
  host.cluster_id = cluster.id;
  host.hypervisor = cluster.hypervisor;
  host.status = model::HostStatus::connecting;
  const auto wanted = choice(r.allocation_state, model::AllocationState::enabled, "allocationstate");
  host.resource_state =
      wanted == model::AllocationState::enabled ? model::ResourceState::enabled : model::ResourceState::disabled;
  host.tags = r.host_tags;
  host.created = call.cloud.now();
  if (sql::get<model::Host>(tx, host.id)) sql::erase(tx, host.id);
  sql::insert(tx, host);
  return begin(call, tx, "add host", flows::HostOrder{host.id}, "Host", host.id);
}

Page<HostAnswer> added_host(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow&) {
  return {1, {answer_host(call, tx, sql::need<model::Host>(tx, Id<model::Host>(job.instance_id)))}};
}

struct UpdateHost {
  FIELDS(UpdateHost,
    (Operate<model::Host>, id, "The host."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::string>, allocation_state, "Enable or Disable."),
    (std::optional<std::vector<std::string>>, host_tags, "Its tags from now on."),
    (std::optional<std::string>, url, "Where it is reached."),
    (std::optional<std::string>, annotation, "A word of the operator's."))
};

HostAnswer update_host(Call& call, sql::Transaction& tx, const UpdateHost& r) {
  auto host = *r.id;
  set(host.name, r.name);
  set(host.tags, r.host_tags);
  set(host.url, r.url);
  set(host.annotation, r.annotation);
  sql::update(tx, host);
  if (r.allocation_state) {
    const bool enable = same_text_ignoring_case(*r.allocation_state, "Enable") ||
                        same_text_ignoring_case(*r.allocation_state, "Enabled");
    const bool disable = same_text_ignoring_case(*r.allocation_state, "Disable") ||
                         same_text_ignoring_case(*r.allocation_state, "Disabled");
    if (!enable && !disable)
      throw Error(Fault::invalid,
                  fmt::format("allocationstate cannot be {}; it is Enable or Disable.", *r.allocation_state),
                  "allocationstate");
    model::move(tx, host, enable ? model::ResourceEvent::enable : model::ResourceEvent::disable);
  }
  return answer_host(call, tx, host);
}

struct DeleteHost {
  FIELDS(DeleteHost,
    (Operate<model::Host>, id, "The host."), (bool, forced, "Even if it is up."),
    (bool, force_destroy_local_storage, "Forget the pools that only it reaches, with their volumes."))
};

Success delete_host(Call& call, sql::Transaction& tx, const DeleteHost& r) {
  auto host = *r.id;
  check_none_left(tx, "host", host.name, "instances", "host_id = $1 and removed is null", host.id);
  for (auto& pool : sql::all<model::StoragePool>(tx, "where host_id = $1 and removed is null", host.id)) {
    if (!r.force_destroy_local_storage)
      check_none_left(tx, "host's storage pool", pool.name, "volumes", "pool_id = $1 and removed is null", pool.id);
    model::forget_marks(tx, pool.id);
    pool.removed = call.cloud.now();
    sql::update(tx, pool);
  }
  model::forget_marks(tx, host.id);
  model::release_dedication_of(tx, host.id);
  host.removed = call.cloud.now();
  host.status = model::HostStatus::removed;
  sql::update(tx, host);
  if (!host.agent_id) call.afterwards.emplace_back([&cloud = call.cloud, id = host.id] { cloud.enrolment.forget(id); });
  return {true, {}};
}

struct ReconnectHost {
  FIELDS(ReconnectHost, (Operate<model::Host>, id, "The host to ask again what it is."))
};

Begun reconnect_host(Call& call, sql::Transaction& tx, const ReconnectHost& r) {
  return begin(call, tx, "probe host", flows::HostOrder{r.id.id()}, "Host", r.id.id());
}

HostAnswer one_host(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow&) {
  return answer_host(call, tx, sql::need<model::Host>(tx, Id<model::Host>(job.instance_id)));
}
}  // namespace

std::vector<Command> cluster_commands() {
  return {
      reading<list_clusters>({"listClusters", "cluster", "Lists clusters.", Audience::root}),
      writing<add_cluster>({"addCluster", "cluster", "Adds a cluster to a pod.", Audience::root}),
      writing<update_cluster>({"updateCluster", "cluster", "Changes a cluster.", Audience::root}),
      writing<delete_cluster>({"deleteCluster", "", "Deletes an empty cluster.", Audience::root}),
      reading<list_hosts>({"listHosts", "host", "Lists hosts.", Audience::root}),
      awaited<add_host, added_host>({"addHost", "host", "Takes a machine in as a host.", Audience::root, "", "Host"}),
      writing<update_host>({"updateHost", "host", "Changes a host.", Audience::root}),
      writing<delete_host>({"deleteHost", "", "Removes a host without instances.", Audience::root}),
      journey<reconnect_host, one_host>(
          {"reconnectHost", "host", "Asks a host again what it is.", Audience::root, "HOST.RECONNECT", "Host"}),
  };
}

}  // namespace welkin::commands
