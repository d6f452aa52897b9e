// The table of what Welkin lacks, and its look-up.
#include "commands/unsupported.hpp"

#include "commands/words.hpp"

namespace welkin::commands {

namespace {
/// Words between blanks: each of these commands lacks all of these parameters.
struct Wish {
  std::string_view commands, parameters;
};
struct Lack {
  std::string_view thing;  ///< completes "Welkin has no … yet"
  std::vector<Wish> wishes;
};

const std::vector<Lack>& table() {
  static const std::vector<Lack> lacks = {
      {"VPCs",
       {{"createNetwork", "vpcid aclid"},
        {"associateIpAddress listNetworks listPublicIpAddresses listRouters listVirtualMachines", "vpcid"}}},
      {"shared networks",
       {{"createNetwork", "startip endip routerip hideipaddressusage"}, {"updateNetwork", "hideipaddressusage"}}},
      {"networks tied to one another", {{"createNetwork listNetworks", "associatednetworkid"}}},
      {"private VLANs", {{"createNetwork", "isolatedpvlan isolatedpvlantype"}}},
      {"overlapping VLANs", {{"createNetwork", "bypassvlanoverlapcheck"}}},
      {"IPv6 networks",
       {{"createNetwork", "ip6cidr ip6gateway ip6dns1 ip6dns2 startipv6 endipv6 routeripv6"},
        {"createVlanIpRange updateVlanIpRange", "ip6cidr ip6gateway startipv6 endipv6"},
        {"updateNetwork", "ip6dns1 ip6dns2"},
        {"deployVirtualMachine", "ip6address"}}},
      {"routed networks",
       {{"createNetwork", "asnumber bgppeerids cidrsize"},
        {"createNetworkOffering", "routingmode specifyasnumber"},
        {"listNetworkOfferings", "routingmode"}}},
      {"NSX or Tungsten",
       {{"createNetwork", "tungstenvirtualrouteruuid"},
        {"createNetworkOffering", "fornsx fortungsten nsxsupportlb nsxsupportsinternallb provider"},
        {"createVlanIpRange", "provider"}}},
      {"load balancing", {{"createNetworkOffering updateNetworkOffering", "keepaliveenabled maxconnections"}}},
      {"choice of a network's source NAT address or of its router's hardware address",
       {{"createNetwork updateNetwork", "sourcenatipaddress keepmacaddressonpublicnic"}}},
      {"change of a network's offering or addresses",
       {{"updateNetwork", "changecidr forced guestvmcidr networkofferingid updateinsequence"}}},
      {"isolation of single kinds of traffic", {{"addTrafficType", "isolationmethod"}}},
      {"lists of search domains", {{"updateZone", "dnssearchorder"}}},
      {"stored results of routers' health checks", {{"listRouters", "fetchhealthcheckresults"}}},


      {"security groups",
       {{"deployVirtualMachine updateVirtualMachine", "securitygroupids securitygroupnames"},
        {"listVirtualMachines", "securitygroupid"},
        {"updateHypervisorCapabilities", "securitygroupenabled"}}},
      {"snapshots of instances", {{"updateHypervisorCapabilities", "vmsnapshotenabled"}}},
      {"groups of instances scaled by load", {{"listVirtualMachines", "autoscalevmgroupid"}}},
      {"leases",
       {{"createServiceOffering deployVirtualMachine updateVirtualMachine", "leaseduration leaseexpiryaction"}}},
      {"backups", {{"listVirtualMachines", "backupofferingid"}}},
      {"ISOs", {{"listVirtualMachines", "isoid"}}},
      {"graphics processors",
       {{"createServiceOffering", "gpucount gpudisplay vgpuprofileid"}, {"listServiceOfferings", "vgpuprofileid"}}},
      {"deployment planners",
       {{"createServiceOffering", "deploymentplanner"}}},
      {"starts into the firmware's setup",
       {{"deployVirtualMachine rebootVirtualMachine startVirtualMachine", "bootintosetup"}}},
      {"further DHCP options", {{"deployVirtualMachine updateVirtualMachine", "dhcpoptionsnetworklist"}}},
      {"extra configuration of guests",
       {{"deployVirtualMachine updateVirtualMachine", "extraconfig"}, {"updateVirtualMachine", "cleanupextraconfig"}}},
      {"tuning of guests' devices",
       {{"deployVirtualMachine", "iodriverpolicy iothreadsenabled nicmultiqueuenumber nicpackedvirtqueuesenabled"}}},
      {"templates with several disks", {{"deployVirtualMachine", "datadiskofferinglist"}}},
      {"instances from volumes, snapshots or nothing", {{"deployVirtualMachine", "blankinstance snapshotid volumeid"}}},
      {"volumes from snapshots", {{"createVolume", "virtualmachineid"}}},
      {"templates deployed as they are",
       {{"deployVirtualMachine", "nicnetworklist properties"}, {"registerTemplate", "deployasis"}}},
      {"templates for routers or system VMs",
       {{"deleteTemplate", "issystem"},
        {"registerTemplate updateTemplate", "isrouting"},
        {"createServiceOffering", "systemvmtype"}}},
      {"numbers of limits", {{"listResourceLimits", "id"}}},
      {"trust stores with passwords", {{"ldapConfig", "truststorepass"}}},
      {"choice of an instance's name in the hypervisor", {{"updateVirtualMachine", "instancename"}}},

      {"disk offerings for root disks",
       {{"createServiceOffering", "diskofferingid diskofferingstrictness"},
        {"deployVirtualMachine", "overridediskofferingid"}}},
      {"promised operations of root disks", {{"createServiceOffering", "customizediops maxiops miniops"}}},
      {"bursts of disk speed",
       {{"createDiskOffering createServiceOffering updateDiskOffering",
         "bytesreadratemax bytesreadratemaxlength byteswriteratemax byteswriteratemaxlength iopsreadratemax iopsreadratemaxlength iopswriteratemax iopswriteratemaxlength"}}},
      {"space kept for hypervisors' snapshots",
       {{"createDiskOffering createServiceOffering", "hypervisorsnapshotreserve"}}},
      {"storage policies", {{"createDiskOffering createServiceOffering", "storagepolicy"}}},
      {"encryption of volumes",
       {{"createVolume listVolumes", "kmskeyid"}, {"deployVirtualMachine", "rootdiskkmskeyid"}}},
      {"choice of a volume's pool", {{"createVolume", "storageid"}}},
      {"moves of volumes",
       {{"resizeVolume", "automigrate"}, {"updateHypervisorCapabilities", "storagemotionenabled"}}},
      {"repair of a volume's records", {{"updateVolume", "chaininfo path state storageid"}}},
      {"managed storage", {{"createStoragePool", "managed"}, {"listStoragePools", "storagecustomstats"}}},
      {"moves of storage pools", {{"updateStoragePool", "url"}}},
      {"storage access groups",
       {{"addCluster addHost createPod createStoragePool createZone", "storageaccessgroups"},
        {"listClusters listHosts listPods listStoragePools listZones", "storageaccessgroup"}}},

      {"other hypervisors' clusters",
       {{"addCluster",
         "guestvswitchname guestvswitchtype publicvswitchname publicvswitchtype ovm3cluster ovm3pool ovm3vip url username password vsmipaddress vsmpassword vsmusername"},
        {"addTrafficType updateTrafficType", "ovm3networklabel"}}},
      {"extensions",
       {{"addCluster", "extensionid externaldetails"},
        {"registerTemplate", "extensionid externaldetails"},
        {"addHost createServiceOffering deployVirtualMachine updateCluster", "externaldetails"},
        {"updateHost updateServiceOffering", "externaldetails cleanupexternaldetails"},
        {"listTemplates listVirtualMachines", "extensionid"}}},
      {"tags that are rules",
       {{"createStoragePool updateStoragePool", "istagarule"}, {"updateHost", "guestosrule istagarule"}}},
      {"hosts that prefer an operating system", {{"updateHost", "oscategoryid"}}},
      {"out-of-band management", {{"listHosts", "outofbandmanagementenabled outofbandmanagementpowerstate"}}},
      {"management servers to choose among",
       {{"listAsyncJobs listConfigurations listHosts resetConfiguration updateConfiguration", "managementserverid"}}},
      {"certificates brought to hosts without their agents", {{"provisionCertificate", "forced"}}},
      {"purging of records", {{"createServiceOffering updateServiceOffering", "purgeresources"}}},
      {"ids that can be changed",
       {{"updateEgressFirewallRule updateFirewallRule updateNetwork updatePortForwardingRule updateVirtualMachine updateVolume",
         "customid"}}},
  };
  return lacks;
}

bool asks(std::string_view value) {
  return !value.empty() && value != "-1" && !same_text_ignoring_case(value, "false");
}
}  // namespace

void note_lacks(std::vector<Command>& commands) {
  std::unordered_map<std::string_view, Lacks*> by_name;
  for (auto& command : commands) by_name[command.facts.name] = &command.lacks;
  for (const auto& lack : table())
    for (const auto& wish : lack.wishes)
      each_word(wish.commands, [&](auto name) {
        const auto command = by_name.find(name);
        must(command != by_name.end(), "only a command that is there can lack a parameter");
        each_word(wish.parameters, [&](auto parameter) {
          const bool fresh = command->second->emplace(parameter, lack.thing).second;
          must(fresh, "a lack is named once");
        });
      });
}

void refuse_lacks(const Command& command, const Parameters& parameters) {
  if (command.lacks.empty()) return;
  for (const auto& [name, value] : parameters.all()) {
    const auto lack = command.lacks.find(std::string_view(name).substr(0, name.find('[')));
    if (lack == command.lacks.end() || !asks(value)) continue;
    throw Error(Fault::unsupported,
                fmt::format("{} is not supported here: Welkin has no {} yet. Leave it out.", lack->first, lack->second),
                std::string(lack->first));
  }
}

}  // namespace welkin::commands
