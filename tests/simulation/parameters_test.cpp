// Parameters have their effect: lists are narrowed by each filter, and changes are what was asked for.
#include "user.hpp"

#include "sql/trial.hpp"

namespace welkin::simulation {
namespace {

std::size_t rows(World& world, std::string_view command, Pairs parameters) {
  const auto text = world.call(command, std::move(parameters)).text;
  const JsonDocument document(text);
  return document.root().size();
}

/// A field of the first row, or of the object.
std::string told(World& world, std::string_view command, Pairs parameters, std::string_view field) {
  const auto text = world.call(command, std::move(parameters)).text;
  const JsonDocument document(text);
  const auto first = document.root().is_list() ? document.root().at(0) : document.root();
  return std::string(first[field].text());
}

/// A filter with a value that something matches, and one that nothing does. Either may be left out.
struct Filter {
  std::string_view command;
  Pairs always;
  std::string name, matches, misses;
};

void expect_narrowing(World& world, const std::vector<Filter>& filters) {
  for (const auto& filter : filters)
    for (const auto& [value, some] : {std::pair(filter.matches, true), {filter.misses, false}}) {
      if (value.empty()) continue;
      auto parameters = filter.always;
      parameters.emplace_back(filter.name, value);
      EXPECT_EQ(rows(world, filter.command, parameters) > 0, some)
          << filter.command << " " << filter.name << "=" << value;
    }
}

/// Lists are text that both engines read.
void on_each_database(int hosts, void (*body)(World&)) {
  sql::for_each_database([&](std::unique_ptr<sql::Database> records) {
    World world(1, hosts, std::move(records));
    body(world);
  });
}

std::string register_user_data(World& world, const std::string& name) {
  return world.made("registerUserData", {{"name", name}, {"userdata", "bmljZQ=="}});
}

TEST(Parameters, lists_of_instances_and_what_they_have_are_narrowed) {
  on_each_database(2, [](World& world) {
    const auto network = make_network(world);
    const auto mine = register_user_data(world, "mine"), other = register_user_data(world, "other");
    auto wish = deployment(world, {network}, true);
    wish.emplace_back("userdataid", mine);
    wish.emplace_back("keyboard", "de");
    const auto instance = world.done("deployVirtualMachine", wish);
    const auto here = ids(world, "hosts where id in (select host_id from instances)").front();
    const auto there = ids(world, "hosts where id not in (select host_id from instances)").front();
    const auto cluster = world.made("addCluster", {{"clustername", "empty"},
                                                   {"podid", world.pod},
                                                   {"zoneid", world.zone},
                                                   {"hypervisor", "Simulator"},
                                                   {"clustertype", "CloudManaged"}});
    const auto offering = world.made("createServiceOffering", {{"name", "other"},
                                                               {"cpunumber", "2"},
                                                               {"cpuspeed", "700"},
                                                               {"memory", "512"},
                                                               {"storagetype", "local"},
                                                               {"rootdisksize", "1"}});
    const auto version = told(world, "listHosts", {}, "version");
    expect_narrowing(world, {
        {"listVirtualMachines", {}, "forvirtualnetwork", "true", "false"},
        {"listVirtualMachines", {}, "isvnf", "false", "true"},
        {"listVirtualMachines", {}, "gpuenabled", "false", "true"},
        {"listVirtualMachines", {}, "leased", "false", "true"},
        {"listVirtualMachines", {}, "userdataid", mine, other},
        {"listVirtualMachines", {}, "retrieveonlyresourcecount", "false", "true"},
        {"listNics", {{"virtualmachineid", instance}}, "fordisplay", "true", "false"},
        {"listVolumes", {}, "isencrypted", "false", "true"},
        {"listVolumes", {}, "hostid", here, there},
        {"listVolumes", {}, "clusterid", world.cluster, cluster},
        {"listVolumes", {}, "podid", world.pod, ""},
        {"listVolumes", {}, "serviceofferingid", world.offering, offering},
        {"listHosts", {}, "version", version, "0"},
        {"listHosts", {}, "hahost", "false", "true"},
        {"listHosts", {{"clusterid", world.cluster}}, "virtualmachineid", instance, ""},
        {"listHosts", {{"clusterid", cluster}}, "virtualmachineid", "", instance},
        {"listServiceOfferings", {}, "cpuspeed", "700", "701"},
        {"listServiceOfferings", {{"id", offering}}, "encryptroot", "false", "true"},
        {"listServiceOfferings", {{"id", offering}}, "gpuenabled", "false", "true"},
        {"listServiceOfferings", {{"id", offering}}, "virtualmachineid", instance, ""},
        {"listServiceOfferings", {{"id", world.offering}}, "virtualmachineid", "", instance},
        {"listServiceOfferings", {{"id", offering}}, "templateid", world.image, ""},
        {"listEvents", {{"duration", "0"}}, "entrytime", "3600", ""},
        {"listEvents", {{"duration", "3600"}}, "entrytime", "", "7200"},
    });
    EXPECT_EQ(world.read([&](sql::Transaction& tx) {
      return sql::need<model::Instance>(tx, *Id<model::Instance>::parse(instance)).details.at("keyboard");
    }),
              "de");
    world.call("updateVirtualMachine", {{"id", instance}, {"userdataid", other}});
    EXPECT_EQ(rows(world, "listVirtualMachines", {{"userdataid", other}}), 1u);
    EXPECT_THROW(
        world.call("updateVirtualMachine", {{"id", instance}, {"userdataid", other}, {"userdata", "bmljZQ=="}}), Error);
    tear_down(world);
  });
}

TEST(Parameters, lists_of_networks_addresses_and_rules_are_narrowed) {
  on_each_database(1, [](World& world) {
    const auto network = make_network(world);
    deploy(world, {network});
    const auto vni = told(world, "listNetworks", {}, "vlan");
    const auto address = source_nat_of(world, network);
    world.done("createFirewallRule",
               {{"ipaddressid", address}, {"protocol", "tcp"}, {"startport", "22"}, {"type", "user"}});
    EXPECT_THROW(world.call("createFirewallRule",
                            {{"ipaddressid", address}, {"protocol", "tcp"}, {"startport", "23"}, {"type", "system"}}),
                 Error);
    expect_narrowing(world, {
        {"listNetworks", {}, "networkfilter", "account", "domain"},
        {"listNetworks", {}, "networkfilter", "all", "shared"},
        {"listNetworks", {}, "vlan", vni, "1"},
        {"listNetworks", {}, "specifyipranges", "false", "true"},
        {"listNetworks", {}, "retrieveonlyresourcecount", "", "true"},
        {"listNetworkOfferings", {{"id", world.network_offering}}, "istagged", "false", "true"},
        {"listNetworkOfferings", {}, "tags", "", "none"},
        {"listNetworkOfferings", {{"id", world.network_offering}}, "networkid", "", network},
        {"listPublicIpAddresses", {}, "forloadbalancing", "false", "true"},
        {"listPublicIpAddresses", {}, "forprovider", "false", "true"},
        {"listPublicIpAddresses", {}, "forsystemvms", "false", "true"},
        {"listFirewallRules", {}, "fordisplay", "true", "false"},
        {"listRouters", {}, "clusterid", world.cluster, ""},
        {"listRouters", {}, "arch", "x86_64", "aarch64"},
        {"listRouters", {}, "version", "", "0"},
        {"listRouters", {}, "healthchecksfailed", "false", "true"},
        {"listVlanIpRanges", {}, "podid", "", world.pod},
    });
    EXPECT_THROW(world.call("listNetworks", {{"networkfilter", "mine"}}), Error);
    EXPECT_THROW(world.call("listIpForwardingRules", {{"id", address}}), Error);
    tear_down(world);
  });
}

TEST(Parameters, lists_of_templates_offerings_and_people_are_narrowed) {
  on_each_database(1, [](World& world) {
    deploy(world, {make_network(world)});
    const auto store = ids(world, "image_stores").front(), pool = ids(world, "storage_pools").front();
    const auto family =
        ids(world,
            "os_categories where id in (select os_category_id from os_types where id in (select os_type_id from templates))")
            .front();
    const auto stranger = ids(world, fmt::format("os_categories where id <> '{}'", family)).front();
    const auto domain = told(world, "listDomains", {}, "id");
    const auto open =
        world.made("createDiskOffering", {{"name", "open"}, {"customized", "true"}, {"storagetype", "local"}});
    const auto kept = world.made("createDiskOffering",
                                 {{"name", "kept"}, {"customized", "true"}, {"storagetype", "local"}, {"tags", "ssd"}});
    world.call("updateDiskOffering",
               {{"id", kept}, {"domainid", domain}, {"zoneid", world.zone}, {"iopsreadrate", "100"}});
    auto volume = world
                      .call("createVolume", {{"name", "v"},
                                             {"zoneid", world.zone},
                                             {"diskofferingid", open},
                                             {"size", "1"},
                                             {"customid", "6b9b5a6e-0000-4000-8000-000000000001"}})
                      .id;
    EXPECT_EQ(volume, "6b9b5a6e-0000-4000-8000-000000000001");
    const Pairs all = {{"templatefilter", "all"}};
    expect_narrowing(world, {
        {"listTemplates", all, "forcks", "false", "true"},
        {"listTemplates", all, "isvnf", "false", "true"},
        {"listTemplates", all, "imagestoreid", store, ""},
        {"listTemplates", all, "storageid", pool, ""},
        {"listTemplates", all, "oscategoryid", family, stranger},
        {"listTemplates", all, "parenttemplateid", "", world.image},
        {"listTemplates", all, "showunique", "true", ""},
        {"listOsCategories", {{"id", family}}, "arch", "x86_64", "aarch64"},
        {"listOsCategories", {{"id", family}}, "isiso", "false", "true"},
        {"listOsCategories", {{"id", family}}, "isvnf", "false", "true"},
        {"listOsCategories", {{"id", family}}, "zoneid", world.zone, ""},
        {"listOsCategories", {{"id", stranger}}, "zoneid", "", world.zone},
        {"listDiskOfferings", {{"id", open}}, "storageid", pool, ""},
        {"listDiskOfferings", {{"id", kept}}, "storageid", "", pool},
        {"listDiskOfferings", {{"id", open}}, "volumeid", "", volume},
        {"listDiskOfferings", {{"id", kept}}, "volumeid", volume, ""},
        {"listDiskOfferings", {{"id", open}}, "domainid", "", domain},
        {"listDiskOfferings", {{"id", kept}}, "domainid", domain, ""},
        {"listDiskOfferings", {{"id", kept}, {"domainid", domain}}, "account", "admin", ""},
        {"listUsers", {}, "usersource", "NATIVE", "LDAP"},
        {"listUsers", {}, "apikeyaccess", "INHERIT", "DISABLED"},
        {"listAccounts", {}, "apikeyaccess", "INHERIT", "DISABLED"},
        {"listServiceOfferings", {{"domainid", domain}}, "account", "admin", ""},
        {"listDiskOfferings", {{"isrecursive", "true"}, {"id", kept}}, "domainid", domain, ""},
      {"listDomains", {{"domainid", domain}}, "account", "admin", ""},
        {"listDomains", {}, "domainid", domain, ""},
    });
    EXPECT_THROW(world.call("updateTemplate", {{"id", world.image}, {"format", "RAW"}}), Error);
    world.call(
        "updateTemplate",
        {{"id", world.image}, {"format", "QCOW2"}, {"arch", "aarch64"}, {"forcks", "true"}, {"bootable", "false"}});
    EXPECT_EQ(rows(world, "listTemplates", {{"templatefilter", "all"}, {"forcks", "true"}, {"arch", "aarch64"}}), 1u);
    EXPECT_THROW(deploy(world, {make_network(world)}), Error);
    EXPECT_THROW(
        world.call("createServiceOffering",
                   {{"name", "o"}, {"cpunumber", "1"}, {"cpuspeed", "500"}, {"memory", "512"}, {"customized", "true"}}),
        Error);
    tear_down(world);
  });
}

TEST(Parameters, a_range_of_addresses_grows_shrinks_and_is_kept_to_an_account) {
  World world(1, 1);
  deploy(world, {make_network(world)});
  const auto range = ids(world, "vlan_ranges").front();
  const auto domain = told(world, "listDomains", {}, "id");
  world.call("updateVlanIpRange", {{"id", range}, {"endip", "203.0.113.20"}});
  EXPECT_EQ(ids(world, "public_addresses").size(), 11u);
  world.call("updateVlanIpRange", {{"id", range}, {"startip", "203.0.113.9"}});
  EXPECT_EQ(ids(world, "public_addresses").size(), 12u);
  const auto held = told(world, "listPublicIpAddresses", {}, "ipaddress");
  EXPECT_THROW(world.call("updateVlanIpRange", {{"id", range}, {"startip", "203.0.113.19"}}), Error) << held;
  EXPECT_EQ(ids(world, "public_addresses").size(), 12u);
  world.call("createVlanIpRange", {{"zoneid", world.zone},
                                   {"gateway", "203.0.113.1"},
                                   {"netmask", "255.255.255.0"},
                                   {"startip", "203.0.113.80"},
                                   {"endip", "203.0.113.81"},
                                   {"account", "admin"},
                                   {"domainid", domain}});
  EXPECT_EQ(rows(world, "listVlanIpRanges", {{"account", "admin"}, {"domainid", domain}}), 1u);
  const auto network = make_network(world);
  const auto taken = take_address(world, network);
  EXPECT_EQ(told(world, "listPublicIpAddresses", {{"id", taken}}, "ipaddress").substr(0, 11), "203.0.113.8")
      << "the account's own range comes first";
  tear_down(world);
}

TEST(Parameters, a_forwarding_leads_elsewhere_and_lets_others_in) {
  World world(1, 1);
  const auto network = make_network(world);
  const auto instance = deploy(world, {network});
  const auto inner = told(world, "listNics", {{"virtualmachineid", instance}}, "ipaddress");
  const auto rule = world.done("createPortForwardingRule", {{"ipaddressid", source_nat_of(world, network)},
                                                            {"protocol", "tcp"},
                                                            {"publicport", "100"},
                                                            {"publicendport", "102"},
                                                            {"privateport", "10"},
                                                            {"virtualmachineid", instance},
                                                            {"vmguestip", inner}});
  world.done("updatePortForwardingRule",
             {{"id", rule}, {"privateendport", "32"}, {"cidrlist", "192.0.2.0/24"}, {"vmguestip", inner}});
  EXPECT_EQ(told(world, "listPortForwardingRules", {}, "privateport"), "30");
  EXPECT_EQ(told(world, "listPortForwardingRules", {{"fordisplay", "true"}}, "cidrlist"), "192.0.2.0/24");
  EXPECT_EQ(told(world, "listFirewallRules", {}, "cidrlist"), "192.0.2.0/24") << "what it opened follows";
  EXPECT_THROW(world.call("updatePortForwardingRule", {{"id", rule}, {"privateport", "10"}, {"privateendport", "11"}}),
               Error);
  EXPECT_THROW(world.call("updatePortForwardingRule", {{"id", rule}, {"vmguestip", "10.1.1.250"}}), Error);
  tear_down(world);
}

TEST(Parameters, an_order_says_which_addresses_and_disks_an_instance_gets) {
  World world(1, 1);
  const auto first = make_network(world), second = make_network(world);
  Pairs wish = {{"serviceofferingid", world.offering}, {"templateid", world.image}, {"zoneid", world.zone}};
  const auto with = [&](Pairs more) {
    auto all = wish;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const auto instance =
      world.done("deployVirtualMachine", with({{"iptonetworklist[0].networkid", first},
                                               {"iptonetworklist[0].mac", "02:00:00:00:AB:01"},
                                               {"iptonetworklist[1].networkid", second},
                                               {"iptonetworklist[1].ip", "10.1.1.77"},
                                               {"datadisksdetails[0].diskofferingid", world.disk_offering},
                                               {"datadisksdetails[0].size", "2"},
                                               {"datadisksdetails[0].deviceid", "5"},
                                               {"datadisksdetails[1].diskofferingid", world.disk_offering},
                                               {"datadisksdetails[1].size", "1"}}));
  EXPECT_EQ(told(world, "listNics", {{"virtualmachineid", instance}, {"networkid", first}}, "macaddress"),
            "02:00:00:00:ab:01");
  EXPECT_EQ(told(world, "listNics", {{"virtualmachineid", instance}, {"networkid", second}}, "ipaddress"), "10.1.1.77");
  EXPECT_EQ(ids(world, "volumes where device_position = 5 and bytes = 2147483648").size(), 1U);
  EXPECT_EQ(ids(world, "volumes where device_position = 1 and bytes = 1073741824").size(), 1U);
  for (const auto& [name, value] : {std::pair("macaddress", "02:00:00:00:ab:01"),
                                    {"macaddress", "01:00:00:00:ab:02"},
                                    {"macaddress", "02:00:00:00:00:1;"},
                                    {"iptonetworklist[0].ip", "10.1.1.9"},
                                    {"iptonetworklist[0].networkid", "10.1.1.9"},
                                    {"datadisksdetails[0].diskofferingid", first.c_str()},
                                    {"datadisksdetails[0].size", "1"}})
    EXPECT_THROW(world.call("deployVirtualMachine", with({{"networkids", first}, {name, value}})), Error)
        << name << "=" << value;
  EXPECT_THROW(
      world.call("deployVirtualMachine", with({{"networkids", first}, {"iptonetworklist[0].networkid", second}})),
      Error);
  tear_down(world);
}

TEST(Parameters, what_welkin_lacks_is_refused_by_name) {
  World world(1, 1);
  EXPECT_THROW(world.call("createNetwork", {{"name", "n"},
                                            {"networkofferingid", world.network_offering},
                                            {"zoneid", world.zone},
                                            {"vpcid", world.zone}}),
               Error);
  EXPECT_NO_THROW(world.call("listRouters", {{"projectid", "-1"}, {"vpcid", ""}}));
}

}  // namespace
}  // namespace welkin::simulation
