// Projects: what their members share, and that nobody else reaches it.
#include "door.hpp"

namespace welkin::simulation {
namespace {

/// A domain with an owner of a project, a member, somebody else and an administrator; each is the first user of an account
/// of their name. `root` calls.
struct Scene {
  explicit Scene(World& world) : world(world) {
    domain = world.made("createDomain", {{"name", "labs"}});
    olga = person("olga", "0");
    mia = person("mia", "0");
    sam = person("sam", "0");
    boss = person("boss", "2");
    world.caller = olga;
    project = world.done("createProject", {{"name", "atlas"}, {"displaytext", "maps"}});
    world.caller = world.root;
  }
  Id<model::User> person(const std::string& name, const std::string& type) {
    const auto text = world.call("createAccount", {{"username", name},     {"password", "kept secret"},
                                                   {"firstname", name},    {"lastname", "Tester"},
                                                   {"accounttype", type},  {"email", name + "@example.org"},
                                                   {"domainid", domain}}).text;
    const JsonDocument document(text);
    return Id<model::User>::parse(document.root()["user"].at(0)["id"].text()).value();
  }
  void add(const std::string& account, Pairs further = {}) {
    further.emplace_back("projectid", project);
    further.emplace_back("account", account);
    world.done("addAccountToProject", further);
  }
  template <class F>
  auto as(const Id<model::User>& user, F body) {
    const auto before = std::exchange(world.caller, user);
    if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
      body();
      world.caller = before;
    } else {
      auto out = body();
      world.caller = before;
      return out;
    }
  }
  std::string account_of(const Id<model::User>& user) {
    return world.read([&](sql::Transaction& tx) { return commands::caller_of(tx, user).account.text(); });
  }

  World& world;
  std::string domain, project;
  Id<model::User> olga, mia, sam, boss;
};

void expect_refused(World& world, std::string_view command, const Pairs& parameters, std::string_view subject) {
  const auto error = refusal(world, command, parameters);
  ASSERT_TRUE(error) << command << " " << subject;
  EXPECT_EQ(error->subject, subject) << command << ": " << error->message;
}


/// A network, an instance with a disk, a key and user data, all of the project; answers the instance.
std::string furnish_project(Scene& scene) {
  auto& world = scene.world;
  const std::pair<std::string, std::string> in = {"projectid", scene.project};
  const auto network = world.made("createNetwork", {{"name", "net"}, {"displaytext", "net"}, {"zoneid", world.zone},
                                                    {"networkofferingid", world.network_offering}, in});
  world.call("registerUserData", {{"name", "data"}, {"userdata", "bmljZQ=="}, in});
  const auto* key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReVj5rOV1Oqr0jRsWDXsWj6Xdr4nTDe";
  world.call("registerSSHKeyPair", {{"name", "key"}, {"publickey", key}, in});
  auto wish = deployment(world, {network}, true);
  wish.push_back(in);
  wish.emplace_back("keypair", "key");
  return world.done("deployVirtualMachine", wish);
}

TEST(Projects, members_share_what_the_project_owns_and_others_do_not_see_it) {
  World world(1, 2);
  Scene scene(world);
  const std::pair<std::string, std::string> in = {"projectid", scene.project};
  const auto instance = scene.as(scene.olga, [&] { return furnish_project(scene); });
  EXPECT_EQ(scene.as(scene.olga, [&] { return listed(world, "listVirtualMachines", {}); }), "");
  EXPECT_EQ(scene.as(scene.olga, [&] { return listed(world, "listVirtualMachines", {in}); }), instance);
  EXPECT_EQ(scene.as(scene.olga, [&] { return listed(world, "listVirtualMachines", {{"id", instance}}); }), instance);
  scene.as(scene.mia, [&] {
    expect_refused(world, "listVirtualMachines", {in}, "projectid");
    expect_refused(world, "stopVirtualMachine", {{"id", instance}}, "id");
    expect_refused(world, "createNetwork",
                   {{"name", "n"}, {"zoneid", world.zone}, {"networkofferingid", world.network_offering}, in}, "projectid");
  });
  scene.add("mia");
  scene.as(scene.mia, [&] {
    EXPECT_EQ(listed(world, "listVirtualMachines", {in}), instance);
    EXPECT_EQ(listed(world, "listVirtualMachines", {in}, "project"), "atlas");
    EXPECT_EQ(listed(world, "listVirtualMachines", {in}, "account"), "");
    world.done("stopVirtualMachine", {{"id", instance}});
    world.done("startVirtualMachine", {{"id", instance}});
  });
  for (const auto* list :
       {"listVolumes", "listNetworks", "listSSHKeyPairs", "listUserData", "listRouters", "listPublicIpAddresses"}) {
    const auto whose = scene.as(scene.mia, [&] { return listed(world, list, {in}, "projectid"); });
    EXPECT_EQ(whose.substr(0, 36), scene.project) << list;
    EXPECT_EQ(scene.as(scene.mia, [&] { return listed(world, list, {}); }), "") << list;
    EXPECT_EQ(scene.as(scene.boss, [&] { return listed(world, list, {{"listall", "true"}}); }), "") << list;
    EXPECT_NE(scene.as(scene.boss, [&] { return listed(world, list, {in}); }), "") << list;
  }
  expect_health(world, "with a project");
}

TEST(Projects, all_projects_at_once_never_widen_what_is_seen) {
  World world(1, 2);
  Scene scene(world);
  const auto shared = scene.as(scene.olga, [&] { return furnish_project(scene); });
  const auto own = scene.as(scene.sam, [&] { return deploy(world, {make_network(world)}); });
  const auto both = fmt::format("{},{}", std::min(own, shared), std::max(own, shared));
  scene.as(scene.olga, [&] {
    const auto other = world.done("createProject", {{"name", "borea"}});
    EXPECT_EQ(listed(world, "listVirtualMachines", {{"projectid", other}}), "");
  });
  const Pairs any = {{"projectid", "-1"}}, all = {{"projectid", "-1"}, {"listall", "true"}};
  scene.as(scene.sam, [&] {
    EXPECT_EQ(listed(world, "listVirtualMachines", any), "");
    EXPECT_EQ(listed(world, "listVirtualMachines", all), own);
    EXPECT_EQ(listed(world, "listProjects", {{"listall", "true"}}), "");
    expect_refused(world, "listProjects", {{"id", scene.project}}, "id");
    expect_refused(world, "listVirtualMachines", {{"projectid", scene.project}, {"listall", "true"}}, "projectid");
    expect_refused(world, "listVirtualMachines", {{"projectid", "x"}}, "projectid");
  });
  scene.as(scene.olga, [&] {
    EXPECT_EQ(listed(world, "listVirtualMachines", any), shared);
    EXPECT_EQ(listed(world, "listVirtualMachines", all), shared);
    expect_refused(world, "listVirtualMachines", {{"projectid", scene.project}, {"account", "olga"}}, "projectid");
  });
  scene.as(scene.boss, [&] {
    EXPECT_EQ(listed(world, "listVirtualMachines", any), "") << "an administrator is no member";
    EXPECT_EQ(listed(world, "listVirtualMachines", all), both);
    EXPECT_EQ(listed(world, "listVirtualMachines", {{"listall", "true"}}), own);
  });
  EXPECT_EQ(listed(world, "listVirtualMachines", any), shared);
  EXPECT_EQ(listed(world, "listVirtualMachines", {{"listall", "true"}}), own);
  EXPECT_EQ(listed(world, "listVirtualMachines", all), both);
  world.done("deleteAccount", {{"id", scene.account_of(scene.sam)}});
}

TEST(Projects, an_administrator_of_another_domain_is_a_stranger) {
  World world(1, 2);
  Scene scene(world);
  const auto instance = scene.as(scene.olga, [&] { return furnish_project(scene); });
  scene.domain = world.made("createDomain", {{"name", "other"}});
  const auto chief = scene.person("chief", "2");
  scene.as(chief, [&] {
    expect_refused(world, "listVirtualMachines", {{"projectid", scene.project}}, "projectid");
    expect_refused(world, "stopVirtualMachine", {{"id", instance}}, "id");
    expect_refused(world, "updateProject", {{"id", scene.project}, {"name", "mine"}}, "id");
    expect_refused(world, "addAccountToProject", {{"projectid", scene.project}, {"account", "chief"}}, "projectid");
    EXPECT_EQ(listed(world, "listProjects", {{"listall", "true"}}), "");
    EXPECT_EQ(listed(world, "listVirtualMachines", {{"projectid", "-1"}, {"listall", "true"}}), "");
  });
  expect_refused(world, "addAccountToProject", {{"projectid", scene.project}, {"account", "chief"}}, "account");
  expect_refused(world, "addUserToProject", {{"projectid", scene.project}, {"username", "chief"}}, "username");
}

TEST(Projects, the_last_owner_stays_and_regular_members_change_nothing) {
  World world(1, 1);
  Scene scene(world);
  const std::pair<std::string, std::string> in = {"projectid", scene.project};
  scene.add("mia");
  scene.as(scene.olga, [&] {
    expect_refused(world, "deleteAccountFromProject", {in, {"account", "olga"}}, scene.project);
    expect_refused(world, "updateProject",
                   {{"id", scene.project}, {"account", "olga"}, {"swapowner", "false"}, {"roletype", "Regular"}},
                   scene.project);
    expect_refused(world, "updateProject", {{"id", scene.project}, {"account", "sam"}}, "account");
  });
  scene.as(scene.mia, [&] {
    expect_refused(world, "updateProject", {{"id", scene.project}, {"displaytext", "mine"}}, "id");
    expect_refused(world, "addAccountToProject", {in, {"account", "sam"}}, "projectid");
    expect_refused(world, "deleteAccountFromProject", {in, {"account", "olga"}}, "projectid");
  });
  scene.as(scene.olga, [&] { world.done("updateProject", {{"id", scene.project}, {"account", "mia"}}); });
  EXPECT_EQ(listed(world, "listProjectAccounts", {in, {"role", "Admin"}}, "account"), "mia");
  scene.as(scene.olga, [&] {
    world.done("deleteAccountFromProject", {in, {"account", "olga"}});
    expect_refused(world, "listProjectAccounts", {in}, "projectid");
  });
  world.done("addUserToProject", {in, {"username", "sam"}, {"roletype", "Admin"}});
  EXPECT_EQ(listed(world, "listProjectAccounts", {in, {"userid", scene.sam.text()}}, "username"), "sam");
  scene.as(scene.sam, [&] {
    world.done("deleteAccountFromProject", {in, {"account", "mia"}});
    expect_refused(world, "deleteUserFromProject", {in, {"userid", scene.sam.text()}}, scene.project);
  });
}

TEST(Projects, a_project_has_a_name_of_its_own_and_an_account_that_nobody_names) {
  World world(1, 1);
  Scene scene(world);
  scene.as(scene.mia, [&] {
    expect_refused(world, "createProject", {{"name", "Atlas"}}, "name");
    expect_refused(world, "createProject", {{"name", "<b>"}}, "name");
  });
  const auto hidden = listed(world, "listProjects", {{"id", scene.project}}, "projectaccountname");
  EXPECT_TRUE(hidden.starts_with("PrjAcct-atlas-")) << hidden;
  const Pairs named = {{"account", hidden}, {"domainid", scene.domain}};
  EXPECT_EQ(listed(world, "listAccounts", {{"listall", "true"}, {"name", hidden}}), "");
  for (const auto* command : {"listVirtualMachines", "listNetworks"}) expect_refused(world, command, named, "account");
  expect_refused(world, "deleteAccount", {{"id", scene.project}}, "id");
  expect_refused(world, "disableAccount", {{"id", scene.project}, {"lock", "true"}}, "id");
  Pairs wish = {{"username", "PrjAcct-x"}, {"password", "kept secret"}, {"firstname", "u"}, {"lastname", "u"},
                {"email", "u@example.org"}, {"domainid", scene.domain}, {"accounttype", "0"}};
  expect_refused(world, "createAccount", wish, "account");
  wish.emplace_back("account", hidden);
  expect_refused(world, "createUser", wish, "account");
  world.call("updateConfiguration", {{"name", "allow.user.create.projects"}, {"value", "false"}});
  scene.as(scene.mia, [&] { expect_refused(world, "createProject", {{"name", "new"}}, "name"); });
  const Pairs for_mia = {{"name", "new"}, {"account", "mia"}, {"domainid", scene.domain}};
  scene.as(scene.boss, [&] { world.done("createProject", for_mia); });
  EXPECT_EQ(scene.as(scene.mia, [&] { return listed(world, "listProjects", {}, "name"); }), "new");
}

TEST(Projects, nothing_of_a_project_is_tied_to_what_a_member_owns) {
  World world(1, 2);
  Scene scene(world);
  scene.as(scene.olga, [&] {
    const auto instance = furnish_project(scene);
    const auto network = ids(world, "networks").front();
    const auto own = make_network(world);
    expect_refused(world, "deployVirtualMachine", deployment(world, {network}), "networkids");
    auto wish = deployment(world, {own});
    wish.emplace_back("projectid", scene.project);
    expect_refused(world, "deployVirtualMachine", wish, "networkids");
    expect_refused(world, "attachVolume", {{"id", make_volume(world)}, {"virtualmachineid", instance}}, "virtualmachineid");
    expect_refused(world, "associateIpAddress", {{"networkid", own}, {"projectid", scene.project}}, "networkid");
  });
}

TEST(Projects, what_is_suspended_is_seen_and_ended_but_not_used) {
  World world(1, 2);
  Scene scene(world);
  const std::pair<std::string, std::string> in = {"projectid", scene.project};
  scene.add("mia");
  const auto instance = scene.as(scene.mia, [&] { return furnish_project(scene); });
  scene.as(scene.olga, [&] { world.done("suspendProject", {{"id", scene.project}}); });
  EXPECT_EQ(listed(world, "listProjects", {{"id", scene.project}}, "state"), "Suspended");
  scene.as(scene.mia, [&] {
    EXPECT_EQ(listed(world, "listVirtualMachines", {in}, "state"), "Stopped");
    expect_refused(world, "startVirtualMachine", {{"id", instance}}, scene.project);
    expect_refused(world, "updateVirtualMachine", {{"id", instance}, {"displayname", "x"}}, scene.project);
    expect_refused(world, "registerUserData", {{"name", "more"}, {"userdata", "bmljZQ=="}, in}, scene.project);
    expect_refused(world, "activateProject", {{"id", scene.project}}, "id");
  });
  scene.as(scene.olga, [&] {
    expect_refused(world, "addAccountToProject", {in, {"account", "sam"}}, scene.project);
    world.done("activateProject", {{"id", scene.project}});
  });
  scene.as(scene.mia, [&] { world.done("startVirtualMachine", {{"id", instance}}); });
  scene.as(scene.olga, [&] { world.done("suspendProject", {{"id", scene.project}}); });
  scene.as(scene.mia, [&] { world.done("destroyVirtualMachine", {{"id", instance}}); });
  expect_health(world, "after the project was suspended");
}

TEST(Projects, a_deleted_project_takes_along_what_it_owned_and_frees_its_name) {
  World world(1, 2);
  Scene scene(world);
  scene.as(scene.olga, [&] {
    furnish_project(scene);
    const auto error = refusal(world, "deleteProject", {{"id", scene.project}});
    ASSERT_TRUE(error);
    EXPECT_EQ(error->fault, Fault::in_use);
    world.done("deleteProject", {{"id", scene.project}, {"cleanup", "true"}});
    expect_refused(world, "listProjects", {{"id", scene.project}}, "id");
    expect_refused(world, "listVirtualMachines", {{"projectid", scene.project}}, "projectid");
    world.done("createProject", {{"name", "atlas"}});
  });
  for (const auto* owned : {"instances where removed is null and", "volumes where removed is null and",
                            "networks where removed is null and", "ssh_keys where", "user_data where",
                            "public_addresses where"})
    EXPECT_TRUE(ids(world, fmt::format("{} account_id = '{}'", owned, scene.project)).empty()) << owned;
  EXPECT_TRUE(ids(world, fmt::format("project_members where project_id = '{}'", scene.project)).empty());
  expect_health(world, "after the project is gone");
}

TEST(Projects, nobody_is_deleted_who_alone_owns_a_project) {
  World world(1, 1);
  Scene scene(world);
  const auto account = scene.account_of(scene.olga);
  expect_refused(world, "deleteAccount", {{"id", account}}, account);
  scene.add("mia", {{"roletype", "Admin"}});
  world.done("deleteAccount", {{"id", account}});
  EXPECT_EQ(listed(world, "listProjectAccounts", {{"projectid", scene.project}}, "account"), "mia");
  world.done("addUserToProject", {{"projectid", scene.project}, {"username", "sam"}, {"roletype", "Admin"}});
  scene.as(scene.mia, [&] {
    world.done("deleteAccountFromProject", {{"projectid", scene.project}, {"account", "mia"}});
  });
  expect_refused(world, "deleteUser", {{"id", scene.sam.text()}}, scene.sam.text());
  expect_refused(world, "deleteDomain", {{"id", scene.domain}}, scene.domain);
  world.done("deleteDomain", {{"id", scene.domain}, {"cleanup", "true"}});
  EXPECT_EQ(listed(world, "listProjects", {{"listall", "true"}}), "");
  expect_health(world, "after the domain is gone");
}

TEST(Projects, who_is_invited_becomes_a_member_by_accepting_in_time) {
  World world(1, 1);
  Scene scene(world);
  world.call("updateConfiguration", {{"name", "project.invite.required"}, {"value", "true"}});
  const std::pair<std::string, std::string> in = {"projectid", scene.project};
  scene.add("mia");
  const auto invitation = scene.as(scene.mia, [&] {
    expect_refused(world, "listProjectAccounts", {in}, "projectid");
    EXPECT_EQ(listed(world, "listProjectInvitations", {}, "project"), "atlas");
    return listed(world, "listProjectInvitations", {{"activeonly", "true"}});
  });
  EXPECT_EQ(listed(world, "listProjectInvitations", {in}), invitation);
  scene.as(scene.olga, [&] { expect_refused(world, "addAccountToProject", {in, {"account", "mia"}}, invitation); });
  scene.as(scene.sam, [&] {
    EXPECT_EQ(listed(world, "listProjectInvitations", {{"listall", "true"}}), "");
    expect_refused(world, "listProjectInvitations", {{"id", invitation}}, "id");
    expect_refused(world, "listProjectInvitations", {in}, "projectid");
    expect_refused(world, "updateProjectInvitation", {in}, "projectid");
    expect_refused(world, "updateProjectInvitation", {in, {"account", "mia"}}, "projectid");
    expect_refused(world, "deleteProjectInvitation", {{"id", invitation}}, "id");
  });
  scene.as(scene.mia, [&] {
    expect_refused(world, "deleteProjectInvitation", {{"id", invitation}}, "id");
    world.done("updateProjectInvitation", {in, {"accept", "false"}});
    EXPECT_EQ(listed(world, "listProjectInvitations", {}, "state"), "Declined");
    expect_refused(world, "updateProjectInvitation", {in}, "projectid");
  });
  scene.add("mia");
  world.loop.run_for(24h);
  scene.as(scene.mia, [&] {
    EXPECT_EQ(listed(world, "listProjectInvitations", {{"state", "Expired"}}, "state"), "Expired");
    expect_refused(world, "updateProjectInvitation", {in}, "projectid");
  });
  scene.add("mia", {{"roletype", "Admin"}});
  scene.as(scene.mia, [&] {
    world.done("updateProjectInvitation", {in});
    EXPECT_EQ(listed(world, "listProjectAccounts", {in, {"role", "Admin"}}, "account"), "mia,olga");
    expect_refused(world, "updateProjectInvitation", {in}, "projectid");
    world.done("addUserToProject", {in, {"username", "sam"}});
    world.done("deleteProjectInvitation", {{"id", listed(world, "listProjectInvitations", {in, {"state", "Pending"}})}});
  });
  scene.as(scene.sam, [&] { expect_refused(world, "updateProjectInvitation", {in}, "projectid"); });
}

/// A role in the project with rules that say so, each with a minus to deny.
std::string make_role(Scene& scene, const std::string& name, const std::vector<std::string>& rules) {
  const auto role = scene.world.made("createProjectRole", {{"projectid", scene.project}, {"name", name}});
  for (const auto& rule : rules)
    scene.world.call("createProjectRolePermission", {{"projectid", scene.project},
                                                     {"projectroleid", role},
                                                     {"rule", rule.substr(rule.starts_with('-') ? 1 : 0)},
                                                     {"permission", rule.starts_with('-') ? "deny" : "allow"}});
  return role;
}

TEST(Projects, a_role_in_a_project_denies_what_it_says_by_whatever_name_things_are_reached) {
  World world(1, 2);
  Scene scene(world);
  const std::pair<std::string, std::string> in = {"projectid", scene.project};
  const auto instance = scene.as(scene.olga, [&] { return furnish_project(scene); });
  const auto role = scene.as(scene.olga, [&] {
    return make_role(scene, "reader", {"listVirtualMachines", "-*VirtualMachine*", "-listVolumes"});
  });
  scene.add("mia", {{"projectroleid", role}});
  EXPECT_EQ(listed(world, "listProjectAccounts", {in, {"projectroleid", role}}, "account"), "mia");
  scene.as(scene.mia, [&] {
    EXPECT_EQ(listed(world, "listVirtualMachines", {in}), instance);
    EXPECT_EQ(listed(world, "listVirtualMachines", {{"projectid", "-1"}}), instance);
    EXPECT_NE(listed(world, "listNetworks", {in}), "");
    for (const auto& parameters : {Pairs{{"id", instance}}, {{"id", instance}, in}}) {
      const auto error = refusal(world, "stopVirtualMachine", parameters);
      ASSERT_TRUE(error);
      EXPECT_EQ(error->fault, Fault::unauthorized);
      EXPECT_TRUE(error->message.contains("is not available for user mia")) << error->message;
    }
    EXPECT_TRUE(refusal(world, "listVolumes", {in}));
    EXPECT_EQ(listed(world, "listVolumes", {{"projectid", "-1"}}), "");
    EXPECT_EQ(listed(world, "listVolumes", {{"projectid", "-1"}, {"listall", "true"}}), "");
    deploy(world, {make_network(world)});  // her own account is not the project's concern
    EXPECT_NE(listed(world, "listVolumes", {{"projectid", "-1"}, {"listall", "true"}}), "");
  });
  world.done("updateProject", {{"id", scene.project}, {"account", "mia"}, {"swapowner", "false"}, {"roletype", "Admin"}});
  scene.as(scene.mia, [&] { world.done("stopVirtualMachine", {{"id", instance}}); });
}

TEST(Projects, roles_in_a_project_are_its_owners_and_of_no_use_elsewhere) {
  World world(1, 1);
  Scene scene(world);
  const std::pair<std::string, std::string> in = {"projectid", scene.project};
  scene.add("mia");
  const auto role = scene.as(scene.olga, [&] { return make_role(scene, "reader", {"list*", "-*"}); });
  const auto rules = listed(world, "listProjectRolePermissions", {in, {"projectroleid", role}});
  const auto first = ids(world, "project_role_rules where rule = 'list*'").front();
  const auto second = ids(world, "project_role_rules where rule = '*'").front();
  EXPECT_EQ(rules, fmt::format("{},{}", std::min(first, second), std::max(first, second)));
  const auto foreign_to = [&](const Id<model::User>& user, std::string_view subject) {
    scene.as(user, [&] {
      expect_refused(world, "createProjectRole", {in, {"name", "x"}}, subject);
      expect_refused(world, "updateProjectRole", {in, {"id", role}, {"name", "x"}}, subject);
      expect_refused(world, "deleteProjectRole", {in, {"id", role}}, subject);
      expect_refused(world, "deleteProjectRolePermission", {in, {"id", first}}, subject);
      expect_refused(world, "createProjectRolePermission",
                     {in, {"projectroleid", role}, {"rule", "x"}, {"permission", "allow"}}, subject);
    });
  };
  foreign_to(scene.mia, "projectid");
  scene.domain = world.made("createDomain", {{"name", "other"}});
  const auto chief = scene.person("chief", "2");
  foreign_to(chief, "projectid");
  scene.as(chief, [&] {
    const auto own = world.done("createProject", {{"name", "own"}});
    const std::pair<std::string, std::string> in_own = {"projectid", own};
    expect_refused(world, "listProjectRoles", {in}, "projectid");
    expect_refused(world, "updateProjectRole", {in_own, {"id", role}, {"name", "x"}}, "id");
    expect_refused(world, "deleteProjectRolePermission", {in_own, {"id", first}}, "id");
    expect_refused(world, "addAccountToProject", {in_own, {"account", "chief"}, {"projectroleid", role}}, "projectroleid");
  });
  scene.as(scene.olga, [&] {
    const auto other = world.done("createProject", {{"name", "borea"}});
    expect_refused(world, "updateProjectRole", {{"projectid", other}, {"id", role}, {"name", "x"}}, "id");
    expect_refused(world, "addAccountToProject", {{"projectid", other}, {"account", "sam"}, {"projectroleid", role}},
                   "projectroleid");
    expect_refused(world, "updateProjectRolePermission", {in, {"projectroleid", role}, {"ruleorder", first}}, "ruleorder");
    world.call("updateProjectRolePermission", {in, {"projectroleid", role}, {"ruleorder", second + "," + first}});
    expect_refused(world, "createProjectRole", {in, {"name", "Reader"}}, "name");
    world.done("addAccountToProject", {in, {"account", "sam"}, {"projectroleid", role}});
    const auto error = refusal(world, "deleteProjectRole", {in, {"id", role}});
    ASSERT_TRUE(error);
    EXPECT_EQ(error->fault, Fault::in_use);
  });
  scene.as(scene.sam, [&] { EXPECT_TRUE(refusal(world, "listVirtualMachines", {in})); });
  scene.as(scene.olga, [&] {
    world.done("deleteAccountFromProject", {in, {"account", "sam"}});
    world.call("deleteProjectRole", {in, {"id", role}});
    EXPECT_EQ(listed(world, "listProjectRoles", {in}), "");
  });
}

TEST(Projects, what_happens_in_a_project_is_an_event_of_the_project) {
  World world(1, 2);
  Scene scene(world);
  scene.add("mia");
  const std::pair<std::string, std::string> in = {"projectid", scene.project};
  scene.as(scene.mia, [&] {
    const auto instance = furnish_project(scene);
    world.done("stopVirtualMachine", {{"id", instance}});
    EXPECT_EQ(listed(world, "listEvents", {in, {"type", "VM.STOP"}}, "project"), "atlas,atlas");
    EXPECT_EQ(listed(world, "listEvents", {in, {"type", "VM.STOP"}}, "username"), "mia,mia");
    EXPECT_EQ(listed(world, "listEvents", {in, {"type", "NETWORK.CREATE"}}, "project"), "atlas");
    EXPECT_EQ(listed(world, "listEvents", {{"type", "VM.STOP"}}), "");
  });
  scene.as(scene.olga, [&] { EXPECT_NE(listed(world, "listEvents", {in, {"type", "VM.STOP"}}), ""); });
  scene.as(scene.sam, [&] {
    EXPECT_EQ(listed(world, "listEvents", {{"type", "VM.STOP"}, {"projectid", "-1"}, {"listall", "true"}}), "");
  });
}

TEST(Projects, the_door_of_the_api_answers_401_for_what_a_role_in_a_project_denies) {
  World world(1, 1);
  Scene scene(world);
  Door door(world);
  const std::pair<std::string, std::string> in = {"projectid", scene.project};
  const auto role = scene.as(scene.olga, [&] { return make_role(scene, "reader", {"list*", "-*"}); });
  scene.add("mia", {{"projectroleid", role}});
  const auto keys = make_keys(world, scene.mia);
  EXPECT_EQ(door.status(keys, "listNetworks", {in}), 200);
  const auto reply = door.signed_by(keys, "registerUserData", {{"name", "data"}, {"userdata", "bmljZQ=="}, in});
  EXPECT_EQ(reply.status, 401);
  EXPECT_TRUE(reply.body.contains("not available for user")) << reply.body;
  EXPECT_EQ(door.status(make_keys(world, scene.sam), "listNetworks", {in}), 431);
  const auto apis = door.signed_by(keys, "listApis", {in}).body;
  EXPECT_TRUE(apis.contains("\"name\":\"listNetworks\"")) << apis;
  EXPECT_FALSE(apis.contains("\"name\":\"registerUserData\"")) << apis;
}

TEST(Projects, what_a_project_holds_is_limited_as_projects_are) {
  World world(1, 1);
  Scene scene(world);
  const auto told = [&](std::string_view member) {
    return listed(world, "listProjects", {{"id", scene.project}}, member);
  };
  EXPECT_EQ(told("networklimit"), "20");
  world.call("updateConfiguration", {{"name", "max.project.networks"}, {"value", "3"}});
  EXPECT_EQ(told("networklimit"), "3");
  world.call("updateResourceLimit", {{"projectid", scene.project}, {"resourcetype", "6"}, {"max", "1"}});
  EXPECT_EQ(listed(world, "listResourceLimits", {{"projectid", scene.project}, {"resourcetype", "6"}}, "project"), "atlas");
  Pairs wish = {{"name", "net"}, {"zoneid", world.zone}, {"networkofferingid", world.network_offering},
                {"projectid", scene.project}};
  scene.as(scene.olga, [&] {
    world.made("createNetwork", wish);
    expect_refused(world, "createNetwork", wish, "network");
  });
  EXPECT_EQ(told("networkavailable"), "0");
  world.call("updateResourceLimit", {{"account", "olga"}, {"domainid", scene.domain}, {"resourcetype", "5"}, {"max", "1"}});
  scene.as(scene.olga, [&] { expect_refused(world, "createProject", {{"name", "second"}}, "project"); });
  EXPECT_EQ(listed(world, "listAccounts", {{"id", scene.account_of(scene.olga)}}, "projectavailable"), "0");
}

}  // namespace
}  // namespace welkin::simulation
