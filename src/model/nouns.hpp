// The names of all nouns, so that an id can say what it names without the rows' headers.
#pragma once

#include "base/described.hpp"

namespace welkin::model {

struct Account;
struct AffinityGroup;
struct AffinityMember;
struct Agent;
struct Alert;
struct Annotation;
struct AuditChain;
struct AuditRecord;
struct Cluster;
struct Counter;
struct Dedication;
struct DiskOffering;
struct Domain;
struct Event;
struct FirewallRule;
struct GuiTheme;
struct Host;
struct HypervisorCapabilities;
struct Icon;
struct ImageStore;
struct Instance;
struct InstanceGroup;
struct Job;
struct KeptAnswer;
struct KeyPair;
struct LdapLink;
struct LdapServer;
struct Mail;
struct Network;
struct NetworkOffering;
struct NetworkProvider;
struct Nic;
struct OsCategory;
struct OsType;
struct PhysicalNetwork;
struct Pod;
struct PortForwardingRule;
struct PortableRange;
struct Project;
struct ProjectInvitation;
struct ProjectMember;
struct ProjectRole;
struct ProjectRoleRule;
struct ProviderElement;
struct PublicAddress;
struct Region;
struct ResourceDetail;
struct RevokedCertificate;
struct Role;
struct RoleRule;
struct Router;
struct Server;
struct ServiceOffering;
struct Session;
struct Setting;
struct SshKey;
struct StoragePool;
struct TaggedLimit;
struct Template;
struct TemplatePermission;
struct TemplatePool;
struct TemplateStore;
struct TrafficType;
struct User;
struct UserData;
struct VlanRange;
struct VniLease;
struct Volume;
struct Zone;

/// Whether new instances and volumes may be placed in a zone, pod or cluster.
CHOICES(AllocationState, (enabled, "Enabled"), (disabled, "Disabled"))

}  // namespace welkin::model
