// The tables of all nouns, by name.
#include "model/tables.hpp"

#include "model/account.hpp"
#include "model/agent.hpp"
#include "model/cluster.hpp"
#include "model/counters.hpp"
#include "model/disk_offering.hpp"
#include "model/domain.hpp"
#include "model/event.hpp"
#include "model/firewall_rule.hpp"
#include "model/host.hpp"
#include "model/image_store.hpp"
#include "model/instance.hpp"
#include "model/job.hpp"
#include "model/network.hpp"
#include "model/network_offering.hpp"
#include "model/nic.hpp"
#include "model/os_type.hpp"
#include "model/physical_network.hpp"
#include "model/pod.hpp"
#include "model/port_forwarding_rule.hpp"
#include "model/public_address.hpp"
#include "model/role.hpp"
#include "model/router.hpp"
#include "model/server.hpp"
#include "model/service_offering.hpp"
#include "model/setting.hpp"
#include "model/ssh_key.hpp"
#include "model/storage_pool.hpp"
#include "model/template.hpp"
#include "model/template_copy.hpp"
#include "model/user.hpp"
#include "model/user_data.hpp"
#include "model/vlan_range.hpp"
#include "model/volume.hpp"
#include "model/zone.hpp"

namespace welkin::model {

namespace {
template <class... Rows>
struct Tables {
  static constexpr sql::TableShape list[] = {sql::table_shape<Rows>()...};
};
using AllTables = Tables<
    Account, Agent, Cluster, Counter, DiskOffering, Domain, Event, FirewallRule, Host, ImageStore,
    Instance, Job, KeyPair, Network, NetworkOffering, NetworkProvider, Nic, OsCategory, OsType,
    PhysicalNetwork, Pod, PortForwardingRule, ProviderElement, PublicAddress, Role, RoleRule, Router,
    Server, ServiceOffering, Session, Setting, SshKey, StoragePool, Template, TemplatePermission,
    TemplatePool, TemplateStore, TrafficType, User, UserData, VlanRange, VniLease, Volume, Zone>;
}  // namespace

std::span<const sql::TableShape> tables() { return AllTables::list; }

}  // namespace welkin::model
