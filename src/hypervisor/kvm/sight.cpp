// Looking: what is there, what it uses, and where its console listens.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "hypervisor/kvm/host.hpp"

namespace welkin::hypervisor::kvm {
namespace {

/// libvirt's answer to one question about all domains.
class Records {
 public:
  Records(virConnectPtr connection, unsigned groups, unsigned flags) {
    // A domain that is busy with something else is not waited for.
    count_ = good(virConnectGetAllDomainStats(connection, groups, &records_,
                                              flags | VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT),
                  "list instances");
  }
  ~Records() { virDomainStatsRecordListFree(records_); }
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  auto begin() const { return records_; }
  auto end() const { return records_ + count_; }

 private:
  virDomainStatsRecordPtr* records_ = nullptr;
  int count_ = 0;
};

/// 0 when libvirt left the value out.
std::int64_t number(const virDomainStatsRecord& record, std::string_view field) {
  for (int i = 0; i < record.nparams; ++i) {
    const auto& value = record.params[i];
    if (field != value.field) continue;
    switch (value.type) {
      case VIR_TYPED_PARAM_INT:
        return value.value.i;
      case VIR_TYPED_PARAM_UINT:
        return value.value.ui;
      case VIR_TYPED_PARAM_LLONG:
        return value.value.l;
      case VIR_TYPED_PARAM_ULLONG:
        return std::int64_t(value.value.ul);
      default:
        return 0;
    }
  }
  return 0;
}

/// Adds up `PREFIX.N.SUFFIX` over all N.
std::int64_t sum(const virDomainStatsRecord& record, std::string_view prefix, std::string_view suffix) {
  const auto count = std::min<std::int64_t>(number(record, fmt::format("{}.count", prefix)), 256);
  std::int64_t total = 0;
  for (int i = 0; i < count; ++i) total += number(record, fmt::format("{}.{}.{}", prefix, i, suffix));
  return total;
}

Uuid id_of(const virDomainStatsRecord& record) {
  Uuid id;
  virDomainGetUUID(record.dom, id.bytes.data());
  return id;
}

/// All domains, each freed in the end.
class AllDomains {
 public:
  explicit AllDomains(virConnectPtr connection) {
    count_ = good(virConnectListAllDomains(connection, &domains_, 0), "list instances");
  }
  ~AllDomains() {
    for (auto* domain : *this) virDomainFree(domain);
    std::free(domains_);
  }
  AllDomains(const AllDomains&) = delete;
  AllDomains& operator=(const AllDomains&) = delete;

  virDomainPtr* begin() const { return domains_; }
  virDomainPtr* end() const { return domains_ + count_; }

 private:
  virDomainPtr* domains_ = nullptr;
  int count_ = 0;
};

using Usages = std::map<Uuid, Usage>;

/// What the host knows of its guests without asking them.
Usages counted_by_the_host(virConnectPtr connection) {
  Usages usages;
  for (auto* record :
       Records(connection, VIR_DOMAIN_STATS_INTERFACE, VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE)) {
    auto& usage = usages[id_of(*record)];
    usage.id = id_of(*record);
    virDomainInfo info{};  // the group of processor statistics would ask QEMU
    if (virDomainGetInfo(record->dom, &info) == 0) usage.cpu_nanoseconds = std::int64_t(info.cpuTime);
    usage.network_bytes_in = sum(*record, "net", "rx.bytes");
    usage.network_bytes_out = sum(*record, "net", "tx.bytes");
  }
  return usages;
}

/// What each QEMU must be asked.
Usages counted_by_qemu(virConnectPtr connection) {
  constexpr unsigned groups = VIR_DOMAIN_STATS_BALLOON | VIR_DOMAIN_STATS_BLOCK;
  Usages usages;
  for (auto* record : Records(connection, groups, VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE)) {
    auto& usage = usages[id_of(*record)];
    usage.memory_bytes = number(*record, "balloon.rss") * 1024;
    usage.disk_bytes_read = sum(*record, "block", "rd.bytes");
    usage.disk_bytes_written = sum(*record, "block", "wr.bytes");
    usage.disk_reads = sum(*record, "block", "rd.reqs");
    usage.disk_writes = sum(*record, "block", "wr.reqs");
  }
  return usages;
}

/// A QEMU that hangs costs this patience once: while it is being asked, libvirt calls it busy, and passes
/// over it.
constexpr auto qemu_patience = std::chrono::seconds(5);

Usages asked_of_qemu(Session& session) {
  try {
    return session.call("ask the instances", counted_by_qemu, qemu_patience);
  } catch (const Error& error) {
    if (error.fault != Fault::timeout) throw;
    return {};
  }
}

}  // namespace

Sightings Driver::look(const Nothing&) {
  Host host(*shared_);
  shared_->logs.trim();
  return host.session.call("list instances", [](virConnectPtr c) {
    Sightings seen;
    for (auto* domain : AllDomains(c)) {
      try {
        seen.instances.push_back(sighting_of(domain));
      } catch (const Error& error) {
        if (error.fault != Fault::missing) throw;  // it went while we looked
      }
    }
    return seen;
  });
}

Statistics Driver::statistics(const Nothing&) {
  Host host(*shared_);
  auto usages = host.session.call("measure instances", counted_by_the_host);
  Statistics statistics;
  for (auto& [id, asked] : asked_of_qemu(host.session)) {
    const auto known = usages.find(id);
    if (known == usages.end()) continue;
    auto& usage = known->second;
    usage.memory_bytes = asked.memory_bytes;
    usage.disk_bytes_read = asked.disk_bytes_read;
    usage.disk_bytes_written = asked.disk_bytes_written;
    usage.disk_reads = asked.disk_reads;
    usage.disk_writes = asked.disk_writes;
  }
  for (auto& [id, usage] : usages) statistics.instances.push_back(std::move(usage));
  statistics.host_cpu_percent = shared_->busy.percent();
  const auto memory = host_memory();
  statistics.host_memory_bytes_used = memory.total_bytes - memory.available_bytes;
  const auto links = host_link_bytes();
  statistics.host_network_bytes_in = links.in;
  statistics.host_network_bytes_out = links.out;
  return statistics;
}

Console Driver::console(const InstanceName& which) {
  Host host(*shared_);
  const auto domain = host.session.get(which.id, which.name);
  const auto view = host.active(domain) ? host.view(domain, VIR_DOMAIN_XML_SECURE) : DomainView{};
  if (view.vnc_port == 0)
    throw Error(Fault::conflict, "The instance does not run, so it has no console.", "id");
  Console console;
  console.host = view.vnc_address.empty() ? "127.0.0.1" : view.vnc_address;
  console.port = view.vnc_port;
  console.password = Secret(view.vnc_password);
  console.serial_log = view.serial_log;
  return console;
}

}  // namespace welkin::hypervisor::kvm
