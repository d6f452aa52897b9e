// The tables of all nouns, by name.
#include "model/tables.hpp"

#include "model/account.hpp"
#include "model/affinity_group.hpp"
#include "model/agent.hpp"
#include "model/alert.hpp"
#include "model/annotation.hpp"
#include "model/audit.hpp"
#include "model/cluster.hpp"
#include "model/counters.hpp"
#include "model/dedication.hpp"
#include "model/disk_offering.hpp"
#include "model/domain.hpp"
#include "model/event.hpp"
#include "model/firewall_rule.hpp"
#include "model/gui_theme.hpp"
#include "model/holding.hpp"
#include "model/host.hpp"
#include "model/hypervisor_capabilities.hpp"
#include "model/icon.hpp"
#include "model/image_store.hpp"
#include "model/instance.hpp"
#include "model/instance_group.hpp"
#include "model/job.hpp"
#include "model/kept_answer.hpp"
#include "model/ldap.hpp"
#include "model/limit.hpp"
#include "model/mail.hpp"
#include "model/network.hpp"
#include "model/network_offering.hpp"
#include "model/nic.hpp"
#include "model/os_type.hpp"
#include "model/physical_network.hpp"
#include "model/pod.hpp"
#include "model/port_forwarding_rule.hpp"
#include "model/portable_range.hpp"
#include "model/project.hpp"
#include "model/public_address.hpp"
#include "model/region.hpp"
#include "model/resource_detail.hpp"
#include "model/revoked_certificate.hpp"
#include "model/role.hpp"
#include "model/router.hpp"
#include "model/server.hpp"
#include "model/service_offering.hpp"
#include "model/setting.hpp"
#include "model/ssh_key.hpp"
#include "model/storage_pool.hpp"
#include "model/tag.hpp"
#include "model/tagged_limit.hpp"
#include "model/template.hpp"
#include "model/template_copy.hpp"
#include "model/user.hpp"
#include "model/user_data.hpp"
#include "model/vlan_range.hpp"
#include "model/volume.hpp"
#include "model/zone.hpp"

// A line each, so that two who add one do not meet.
#define ALL_ROWS(X) \
  X(Account) \
  X(AffinityGroup) \
  X(AffinityMember) \
  X(Agent) \
  X(Alert) \
  X(Annotation) \
  X(AuditChain) \
  X(AuditRecord) \
  X(Cluster) \
  X(Dedication) \
  X(DiskOffering) \
  X(Domain) \
  X(Event) \
  X(FirewallRule) \
  X(GuiTheme) \
  X(Holding) \
  X(Host) \
  X(HypervisorCapabilities) \
  X(Icon) \
  X(ImageStore) \
  X(Instance) \
  X(InstanceGroup) \
  X(Job) \
  X(KeptAnswer) \
  X(KeyPair) \
  X(LdapLink) \
  X(LdapServer) \
  X(Limit) \
  X(Mail) \
  X(Network) \
  X(NetworkOffering) \
  X(NetworkProvider) \
  X(Nic) \
  X(OsCategory) \
  X(OsType) \
  X(PhysicalNetwork) \
  X(Pod) \
  X(PortForwardingRule) \
  X(PortableRange) \
  X(Project) \
  X(ProjectInvitation) \
  X(ProjectMember) \
  X(ProjectRole) \
  X(ProjectRoleRule) \
  X(ProviderElement) \
  X(PublicAddress) \
  X(Region) \
  X(ResourceDetail) \
  X(RevokedCertificate) \
  X(Role) \
  X(RoleRule) \
  X(Router) \
  X(Server) \
  X(ServiceOffering) \
  X(Session) \
  X(Setting) \
  X(SshKey) \
  X(StoragePool) \
  X(Tag) \
  X(TaggedLimit) \
  X(Template) \
  X(TemplatePermission) \
  X(TemplatePool) \
  X(TemplateStore) \
  X(TrafficType) \
  X(User) \
  X(UserData) \
  X(VlanRange) \
  X(VniLease) \
  X(Volume) \
  X(Zone)

namespace welkin::model {

namespace {
#define SHAPE_OF_TABLE(Row) sql::table_shape<Row>(),
// Counters are known by name, not by id: they are no rows like the others.
constexpr sql::TableShape all_tables[] = {ALL_ROWS(SHAPE_OF_TABLE) sql::table_shape<Counter>()};
}  // namespace

std::span<const sql::TableShape> tables() { return all_tables; }

}  // namespace welkin::model

#define MODEL_ROW_HERE(Row) ROW_HERE(welkin::model::Row)
ALL_ROWS(MODEL_ROW_HERE)
