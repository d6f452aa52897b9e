// The table of fields that Welkin does not answer: each that CloudStack documents for an answer of ours is answered, or
// named here with what Welkin lacks for it. listApis names them, and a test finds those that are forgotten.
#include "commands/unanswered.hpp"

#include "commands/words.hpp"

namespace welkin::commands {
namespace {

/// Words between blanks: each of these answers lacks all of these fields.
struct Gap {
  std::string_view answers, fields;
};
struct Lack {
  std::string_view thing;
  std::vector<Gap> gaps;
};

const std::vector<Lack> lacks = {
    {"VPCs",
     {{"AddressAnswer NetworkAnswer NicAnswer RouterAnswer", "vpcid vpcname"},
      {"FirewallAnswer", "vpcid"},
      {"NetworkAnswer", "aclid aclname"}}},
    {"networks tied to one another, or spanning zones",
     {{"NetworkAnswer", "associatednetwork associatednetworkid zonesnetworkspans"}}},
    {"addresses kept from the cloud", {{"NetworkAnswer", "networkcidr reservediprange"}}},
    {"private VLANs", {{"NicAnswer", "isolatedpvlan isolatedpvlantype"}}},
    {"IPv6 networks",
     {{"NetworkAnswer", "ip6cidr ip6dns1 ip6dns2 ip6gateway ip6routes ip6routing"},
      {"NicAnswer", "ip6address ip6cidr ip6gateway"},
      {"RouterAnswer", "ip6dns1 ip6dns2"},
      {"VlanAnswer", "endipv6 ip6cidr ip6gateway startipv6"}}},
    {"routed networks",
     {{"NetworkAnswer", "asnumber asnumberid bgppeers ip4routes ip4routing"},
      {"NetworkOfferingAnswer", "routingmode"}}},
    {"outside providers of networks",
     {{"NetworkAnswer", "tungstenvirtualrouteruuid"},
      {"NicAnswer", "nsxlogicalswitch nsxlogicalswitchport vlanid"},
      {"VlanAnswer ZoneAnswer", "provider"}}},
    {"names of guests in an outside DNS", {{"NetworkAnswer", "dnssubdomain dnszone"}, {"NicAnswer", "nicdnsname"}}},
    {"load balancing", {{"NetworkOfferingAnswer", "maxconnections"}}},
    {"uses of the cloud's own addresses", {{"AddressAnswer", "purpose"}}},
    {"owners of a router element", {{"ElementAnswer", "account domain domainid domainpath project projectid"}}},
    {"routers that are machines",
     {{"RouterAnswer",
       "linklocalip linklocalmacaddress linklocalnetmask linklocalnetworkid scriptsversion templateid templatename"}}},
    {"stored results of routers' health checks", {{"RouterAnswer", "healthcheckresults"}}},
    {"system VMs", {{"HostAnswer", "virtualmachineid"}}},

    {"measured traffic", {{"AccountAnswer InstanceAnswer NetworkAnswer", "receivedbytes sentbytes"}}},
    {"measured use",
     {{"HostAnswer", "cpuloadaverage"},
      {"InstanceAnswer", "memoryintfreekbs"},
      {"PoolAnswer", "allocatediops storagecustomstats usediops"},
      {"VolumeAnswer", "diskioread diskiowrite diskkbsread diskkbswrite"}}},
    {"disks of hosts beside their pools", {{"HostAnswer", "disksizeallocated disksizetotal"}}},

    {"groups of instances scaled by load", {{"InstanceAnswer", "autoscalevmgroupid autoscalevmgroupname"}}},
    {"services run by instances", {{"InstanceAnswer", "servicestate"}}},
    {"network functions", {{"InstanceAnswer", "vnfdetails vnfnics"}}},
    {"leases",
     {{"InstanceAnswer", "leaseduration leaseexpiryaction leaseexpirydate"},
      {"ServiceOfferingAnswer", "leaseduration leaseexpiryaction"}}},
    {"backups", {{"InstanceAnswer", "backupofferingid backupofferingname backupprovider"}}},
    {"ISOs",
     {{"InstanceAnswer", "isodisplaytext isoid isomaxcount isoname"},
      {"VolumeAnswer", "isodisplaytext isoid isoname"}}},
    {"graphics processors",
     {{"HostAnswer", "gpugroup gputotal gpuused"},
      {"InstanceAnswer",
       "gpucardid gpucardname gpucount maxheads maxresolutionx maxresolutiony vgpu vgpuprofileid vgpuprofilename videoram"},
      {"ServiceOfferingAnswer",
       "gpucardid gpucardname gpucount maxheads maxresolutionx maxresolutiony vgpuprofileid vgpuprofilename videoram"}}},
    {"lists of details that owners may change", {{"InstanceAnswer", "alloweddetails readonlydetails"}}},
    {"deployment planners", {{"ServiceOfferingAnswer", "deploymentplanner"}}},
    {"moves between hosts and pools", {{"HostAnswer PoolAnswer", "suitableformigration"}}},
    {"further addresses and kinds of nics", {{"NicAnswer", "adaptertype ipaddresses"}}},
    {"notes", {{"HostAnswer", "lastannotated"}}},

    {"bursts of disk speed",
     {{"DiskOfferingAnswer ServiceOfferingAnswer",
       "diskBytesReadRateMax diskBytesReadRateMaxLength diskBytesWriteRateMax diskBytesWriteRateMaxLength diskIopsReadRateMax diskIopsReadRateMaxLength diskIopsWriteRateMax diskIopsWriteRateMaxLength"}}},
    {"space kept for hypervisors' snapshots",
     {{"DiskOfferingAnswer ServiceOfferingAnswer", "hypervisorsnapshotreserve"}}},
    {"storage policies", {{"DiskOfferingAnswer ServiceOfferingAnswer", "vspherestoragepolicy"}}},
    {"a judgement of offerings for one instance", {{"DiskOfferingAnswer", "suitableforvirtualmachine"}}},
    {"snapshots", {{"VolumeAnswer", "snapshotid"}}},
    {"uploads", {{"VolumeAnswer", "status"}}},
    {"encryption of volumes", {{"VolumeAnswer", "encryptformat kmskey kmskeyid kmskeyversion"}}},
    {"checks and repair of volumes", {{"VolumeAnswer", "chaininfo volumecheckresult volumerepairresult"}}},
    {"shared storage", {{"PoolAnswer", "nfsmountopts"}}},
    {"storage access groups",
     {{"ClusterAnswer HostAnswer", "podstorageaccessgroups storageaccessgroups zonestorageaccessgroups"},
      {"HostAnswer", "clusterstorageaccessgroups"},
      {"PodAnswer", "storageaccessgroups zonestorageaccessgroups"},
      {"PoolAnswer ZoneAnswer", "storageaccessgroups"}}},
    {"templates of several disks", {{"TemplateAnswer", "childtemplates parenttemplateid"}}},
    {"templates deployed as they are, or lying on one host", {{"TemplateAnswer", "deployasisdetails hostid hostname"}}},

    {"other hypervisors",
     {{"ClusterAnswer", "ovm3vip"}, {"TrafficTypeAnswer", "ovm3networklabel"}, {"VolumeAnswer", "externaluuid"}}},
    {"extensions",
     {{"ClusterAnswer HostAnswer TemplateAnswer", "extensionid extensionname"},
      {"CapabilityAnswer", "extensionspath"}}},
    {"tags that are rules, or that hosts give themselves", {{"HostAnswer", "guestosrule implicithosttags istagarule"}}},
    {"hosts that prefer an operating system", {{"HostAnswer", "oscategoryid oscategoryname"}}},
    {"passwords of hosts", {{"HostAnswer", "username"}}},
    {"names and numbers of management servers",
     {{"HostAnswer", "managementservername msid"}, {"JobAnswer", "managementservername"}}},
    {"file systems for instances", {{"CapabilityAnswer", "sharedfsvmmincpucount sharedfsvmminramsize"}}},
    {"virtual private networks", {{"CapabilityAnswer", "vpncustomergatewayparameters"}}},
    {"secrets shown again", {{"LdapAnswer", "bindpass"}, {"UserAnswer", "secretkey"}}},
    {"what CloudStack documents and does not answer",
     {{"ApiAnswer", "type"},
      {"DetailAnswer", "customer"},
      {"InstanceAnswer", "forvirtualnetwork"},
      {"MemberAnswer",
       "backupavailable backuplimit backupstorageavailable backupstoragelimit backupstoragetotal "
       "backuptotal bucketavailable bucketlimit buckettotal cpuavailable cpulimit cputotal created "
       "displaytext gpuavailable gpulimit gputotal icon id ipavailable iplimit iptotal memoryavailable "
       "memorylimit memorytotal name networkavailable networklimit networktotal objectstorageavailable "
       "objectstoragelimit objectstoragetotal owner primarystorageavailable primarystoragelimit "
       "primarystoragetotal projectaccountname secondarystorageavailable secondarystoragelimit "
       "secondarystoragetotal snapshotavailable snapshotlimit snapshottotal state taggedresources tags "
       "templateavailable templatelimit templatetotal vmavailable vmlimit vmrunning vmstopped vmtotal "
       "volumeavailable volumelimit volumetotal vpcavailable vpclimit vpctotal"},
      {"SettingAnswer", "id"},
      {"UserDataAnswer", "displaytext success"},
      {"ZoneAnswer", "displaytext"}}},
};

std::map<std::string_view, Lacks> table() {
  std::map<std::string_view, Lacks> out;
  for (const auto& lack : lacks)
    for (const auto& gap : lack.gaps)
      each_word(gap.answers, [&](auto answer) {
        each_word(gap.fields, [&](auto field) {
          const bool fresh = out[answer].emplace(field, lack.thing).second;
          must(fresh, "a lack is named once");
        });
      });
  return out;
}
}  // namespace

const std::map<std::string_view, Lacks>& unanswered() {
  static const auto known = table();
  return known;
}

}  // namespace welkin::commands
