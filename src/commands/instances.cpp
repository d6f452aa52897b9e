// Commands of instances, beside their deployment.
#include "commands/instances.hpp"

#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "flows/orders.hpp"
#include "model/instance_group.hpp"
#include "model/names.hpp"
#include "model/os_type.hpp"
#include "model/pod.hpp"
#include "model/public_address.hpp"
#include "model/settings.hpp"
#include "model/storage_pool.hpp"
#include "model/user_data.hpp"
#include "sql/like.hpp"

namespace welkin::commands {

namespace {
using access::End;
using access::Operate;
using access::See;
using access::Using;

struct ListVirtualMachines : CountedListing {
  using Base = CountedListing;
  FIELDS(ListVirtualMachines,
    (std::optional<See<model::Instance>>, id, "Only this instance."),
    (std::vector<See<model::Instance>>, ids, "Only these instances."),
    (std::optional<std::string>, name, "Only those whose name has this text."),
    (std::optional<std::string>, state, "Only those in this state; Present for all that are not destroyed."),
    (std::optional<See<model::Zone>>, zone_id, "Only those in this zone."),
    (std::optional<See<model::Network>>, network_id, "Only those plugged into this network."),
    (std::optional<model::HypervisorType>, hypervisor, "Only those it runs."),
    (std::optional<See<model::Template>>, template_id, "Only those made from it."),
    (std::optional<See<model::ServiceOffering>>, service_offering_id, "Only those ordered so."),
    (std::optional<See<model::Host>>, host_id, "Only those on this host.", .admin = true),
    (std::optional<See<model::Pod>>, pod_id, "Only those in this pod.", .admin = true),
    (std::optional<See<model::Cluster>>, cluster_id, "Only those in this cluster.", .admin = true),
    (std::optional<See<model::StoragePool>>, storage_id, "Only those with a disk on this pool.", .admin = true),
    (std::optional<See<model::InstanceGroup>>, group_id, "Only those in this group."),
    (std::optional<See<model::AffinityGroup>>, affinity_group_id, "Only those in this affinity group."),
    (std::optional<std::string>, key_pair, "Only those with this SSH key."),
    (std::optional<See<model::User>>, user_id, "Only those this user deployed."),
    (std::optional<bool>, ha_enable, "Only those that are started again, or only the others."),
    (std::optional<bool>, display_vm, "Only those shown, or only the others.", .admin = true),
    (std::optional<model::Arch>, arch, "Only those of this architecture."),
    (std::vector<std::string>, details, "Accepted; all details are always answered."),
    (bool, user_data, "With their user data."),
    (std::optional<See<model::UserData>>, user_data_id, "Only those made with this registered user data."),
    (std::optional<bool>, for_virtual_network, "Only those plugged into isolated networks, or only those plugged into others."),
    (std::optional<bool>, is_vnf, "Only network functions: there are none yet."),
    (std::optional<bool>, gpu_enabled, "Only those with a graphics processor: there are none yet."),
    (std::optional<bool>, leased, "Only those that are leased: there are none yet."),
    (bool, accumulate, "Use since their starts, in place of that since the measurement before."),
    (bool, show_icon, "With icons."))
};

/// The caller rules, or a setting of the account lets its users do it.
bool users_may(Call& call, sql::Transaction& tx, const model::KnownSetting<bool>& setting) {
  return call.caller.is_admin() || model::value_for(tx, setting, call.caller.account, call.caller.domain);
}

/// By the kind of a network they are plugged into.
void plugged(Where& where, const std::optional<bool>& isolated) {
  if (isolated)
    where.that(fmt::format(
        "id in (select n.instance_id from nics n join networks w on w.id = n.network_id where n.removed is null and w.guest_type {} 'Isolated')",
        *isolated ? "=" : "<>"));
}

struct UserDataOfInstance {
  static constexpr std::string_view table = model::Instance::table;
  FIELDS(UserDataOfInstance,
    (Id<model::Instance>, id, "The instance."),
    (std::string, user_data, "Base64."))
};
void add_user_data(sql::Transaction& tx, std::vector<InstanceAnswer>& answers) {
  std::vector<Uuid> ids;
  for (const auto& answer : answers) ids.push_back(answer.id);
  std::unordered_map<Uuid, std::string> texts;
  for (auto& row : all_in<UserDataOfInstance>(tx, "id", ids)) texts[row.id] = std::move(row.user_data);
  for (auto& answer : answers) answer.user_data = unless_empty(texts[answer.id]);
}

/// One without an icon of its own shows its template's, or that of its operating system's family. Its own comes later.
void lend_icons(Call& call, sql::Transaction& tx, std::vector<InstanceAnswer>& answers) {
  std::vector<FieldOf<std::optional<IconAnswer>>> families, templates;
  for (auto& answer : answers) {
    if (const auto* os = call.look(tx, answer.guest_os_id)) families.push_back({os->os_category_id, &answer.icon});
    templates.push_back({answer.template_id, &answer.icon});
  }
  show_icons(tx, families);
  show_icons(tx, templates);
}

Page<InstanceAnswer> list_instances(Call& call, sql::Transaction& tx, const ListVirtualMachines& r) {
  Where where;
  where.scope(call, tx, r, r.id || !r.ids.empty());
  where.equal("id", r.id)
      .any_of("id", r.ids)
      .equal("zone_id", r.zone_id)
      .equal("hypervisor", r.hypervisor)
      .equal("template_id", r.template_id);
  where.equal("service_offering_id", r.service_offering_id)
      .equal("host_id", r.host_id)
      .equal("pod_id", r.pod_id)
      .equal("cluster_id", r.cluster_id);
  where.equal("user_id", r.user_id).equal("group_id", r.group_id);
  where.equal("ha", r.ha_enable).equal("display", r.display_vm).equal("arch", r.arch);
  where.keyword({"name", "display_name"}, r.name).keyword({"name", "display_name", "internal_name"}, r.keyword);
  if (r.state && same_text_ignoring_case(*r.state, "Present")) where.that("state not in ('Destroyed', 'Expunging')");
  else if (r.state) where.equal("state", choice(r.state, model::InstanceState::error, "state"));
  if (!users_may(call, tx, model::settings::users_see_destroyed)) where.that("state not in ('Destroyed', 'Expunging')");
  where.equal("user_data_id", r.user_data_id).none_have(r.is_vnf).none_have(r.gpu_enabled).none_have(r.leased);
  plugged(where, r.for_virtual_network);
  if (r.network_id)
    where.that("id in (select instance_id from nics where removed is null and network_id = $)", r.network_id->id());
  if (r.storage_id)
    where.that("id in (select instance_id from volumes where removed is null and pool_id = $)", r.storage_id->id());
  if (r.affinity_group_id)
    where.that("id in (select instance_id from affinity_members where group_id = $)", r.affinity_group_id->id());
  if (r.key_pair) where.that("key_names like $ escape '!'", sql::like_listing(*r.key_pair));
  where.tagged(model::TaggedKind::instance, r.tags);
  where.that("removed is null");
  auto page = page_of<InstanceShown>(tx, where, r, "created desc, id desc");
  auto answers = answer_instances(call, tx, page.rows);
  if (r.user_data) add_user_data(tx, answers);
  if (r.accumulate) accumulate_use(call, page.rows, answers);
  if (r.show_icon) lend_icons(call, tx, answers);
  return {page.count, std::move(answers)};
}

/// Users do it only if a setting of their account lets them.
void must_be_let(Call& call, sql::Transaction& tx, const model::KnownSetting<bool>& setting, std::string_view deed) {
  if (users_may(call, tx, setting)) return;
  throw Error(Fault::forbidden,
              fmt::format("Only administrators may {} instances, unless the setting {} lets the account's users do it.",
                          deed, setting.name));
}

void must_be(const model::Instance& instance, std::initializer_list<model::InstanceState> states,
             std::string_view verb) {
  for (const auto state : states)
    if (instance.state == state) return;
  throw Error(Fault::conflict,
              fmt::format("The instance {} is {}; it cannot {} now.", instance.name, name_of(instance.state), verb),
              instance.id.text());
}

struct StartVirtualMachine {
  FIELDS(StartVirtualMachine,
    (Operate<model::Instance>, id, "The instance."),
    (std::optional<See<model::Host>>, host_id, "Only on this host.", .admin = true),
    (std::optional<See<model::Cluster>>, cluster_id, "Only in this cluster.", .admin = true),
    (std::optional<See<model::Pod>>, pod_id, "Only in this pod.", .admin = true),
    (std::optional<std::string>, deployment_planner, "How a host is chosen: one of listDeploymentPlanners.", .admin = true),
    (std::optional<bool>, consider_last_host, "Rather where it ran last; true when absent."))
};
Begun start(Call& call, sql::Transaction& tx, const StartVirtualMachine& r) {
  must_be(*r.id, {model::InstanceState::stopped}, "be started");
  check_planner(tx, r.deployment_planner);
  flows::StartOrder order;
  order.instance = r.id.id();
  order.where_it_was = r.consider_last_host.value_or(true);
  if (r.host_id) order.host = r.host_id->id();
  if (r.cluster_id) order.cluster = r.cluster_id->id();
  if (r.pod_id) order.pod = r.pod_id->id();
  return begin(call, tx, "start instance", order, "VirtualMachine", r.id.id());
}

struct StopVirtualMachine {
  FIELDS(StopVirtualMachine,
    (End<model::Instance>, id, "The instance."),
    (bool, forced, "Pull the plug; count it as stopped even if its host does not answer."))
};
Begun stop(Call& call, sql::Transaction& tx, const StopVirtualMachine& r) {
  must_be(*r.id, {model::InstanceState::running, model::InstanceState::stopped}, "be stopped");
  if (r.forced) must_be_let(call, tx, model::settings::users_may_force_stop, "stop by force");
  flows::StopOrder order;
  order.instance = r.id.id();
  order.forced = r.forced;
  return begin(call, tx, "stop instance", order, "VirtualMachine", r.id.id());
}

struct RebootVirtualMachine {
  FIELDS(RebootVirtualMachine,
    (Operate<model::Instance>, id, "The instance."),
    (bool, forced, "Without asking the guest."))
};
Begun reboot(Call& call, sql::Transaction& tx, const RebootVirtualMachine& r) {
  must_be(*r.id, {model::InstanceState::running}, "be rebooted");
  return begin(call, tx, "reboot instance", flows::InstanceOrder{r.id.id(), r.forced}, "VirtualMachine", r.id.id());
}

struct DestroyVirtualMachine {
  FIELDS(DestroyVirtualMachine,
    (End<model::Instance>, id, "The instance."),
    (bool, expunge, "Forget it at once."),
    (bool, forced, "Accepted; the plug is always pulled."),
    (std::vector<End<model::Volume>>, volume_ids, "Data disks that go with it."))
};
Begun destroy(Call& call, sql::Transaction& tx, const DestroyVirtualMachine& r) {
  const auto& instance = *r.id;
  if (instance.delete_protection)
    throw Error(Fault::conflict,
                fmt::format("The instance {} is protected from being destroyed; lift that first.", instance.name),
                instance.id.text());
  if (r.expunge) must_be_let(call, tx, model::settings::users_may_expunge, "expunge");
  must_be(instance,
          {model::InstanceState::running, model::InstanceState::stopped, model::InstanceState::error,
           model::InstanceState::destroyed},
          "be destroyed");
  flows::StopOrder order;
  order.instance = instance.id;
  order.forced = true;
  order.destroys = instance.state != model::InstanceState::destroyed;
  order.expunges = r.expunge;
  for (const auto& volume : r.volume_ids) {
    if (volume->instance_id != instance.id)
      throw Error(Fault::invalid, fmt::format("The volume {} is not attached to the instance.", volume->name),
                  "volumeids");
    order.volumes.push_back(volume.id());
  }
  const auto* flow = instance.state == model::InstanceState::destroyed ? "expunge instance" : "stop instance";
  return begin(call, tx, flow, order, "VirtualMachine", instance.id);
}

struct ExpungeVirtualMachine {
  FIELDS(ExpungeVirtualMachine, (End<model::Instance>, id, "The destroyed instance."))
};
Begun expunge(Call& call, sql::Transaction& tx, const ExpungeVirtualMachine& r) {
  must_be_let(call, tx, model::settings::users_may_expunge, "expunge");
  must_be(*r.id, {model::InstanceState::destroyed, model::InstanceState::error}, "be expunged");
  flows::StopOrder order;
  order.instance = r.id.id();
  order.expunges = true;
  return begin(call, tx, "expunge instance", order, "VirtualMachine", r.id.id());
}

struct RecoverVirtualMachine {
  FIELDS(RecoverVirtualMachine, (Operate<model::Instance>, id, "The destroyed instance."))
};
InstanceAnswer recover(Call& call, sql::Transaction& tx, const RecoverVirtualMachine& r) {
  auto instance = *r.id;
  must_be_let(call, tx, model::settings::users_may_expunge, "recover");
  must_be(instance, {model::InstanceState::destroyed}, "be recovered");
  if (sql::count(
          tx,
          "select count(*) from volumes where instance_id = $1 and kind = 'ROOT' and state in ('Allocated', 'Ready') and removed is null",
          instance.id) == 0)
    throw Error(
        Fault::conflict,
        fmt::format("The instance {} cannot be recovered: its root disk has been given up already.", instance.name),
        instance.id.text());
  instance.destroyed.reset();
  instance.updated = call.cloud.now();
  model::move(tx, instance, model::InstanceEvent::recover);
  call.event_note = instance.name;
  return answer_instance(call, tx, instance.id);
}

struct UpdateVirtualMachine {
  FIELDS(UpdateVirtualMachine,
    (Operate<model::Instance>, id, "The instance."),
    (std::optional<std::string>, name, "Its new host name; the guest learns it at its next start."),
    (std::optional<std::string>, display_name, "As its owner calls it."),
    (std::optional<std::string>, group, "The group to sort it into; made when there is none of this name."),
    (std::optional<bool>, ha_enable, "It is started again when its host dies."),
    (std::optional<See<model::OsType>>, os_type_id, "What it runs."),
    (std::optional<std::string>, user_data, "For its next start, base64.", .length = 1048576),
    (std::optional<bool>, display_vm, "Shown to its owner."),
    (TextMap, details, "Its details from now on.", .length = 4096),
    (bool, cleanup_details, "Forget all details."),
    (std::optional<bool>, is_dynamically_scalable, "It may grow while it runs."),
    (std::optional<bool>, delete_protection, "It refuses to be destroyed."),
    (std::optional<Using<model::UserData>>, user_data_id, "Registered user data for its next start, in place of userdata."),
    (TextMap, user_data_details, "Values for what the user data expects.", .length = 4096))
};
InstanceAnswer update_instance(Call& call, sql::Transaction& tx, const UpdateVirtualMachine& r) {
  auto instance = *r.id;
  if (r.name && !model::is_host_name(*r.name))
    throw Error(Fault::invalid, fmt::format("{} cannot be a host name.", *r.name), "name");
  set(instance.name, r.name);
  set(instance.display_name, r.display_name);
  if (r.group)
    instance.group_id = model::group_named(tx, instance.account_id, instance.domain_id, *r.group, call.cloud.clock(),
                                           call.cloud.random);
  set(instance.ha, r.ha_enable);
  if (r.os_type_id) instance.os_type_id = r.os_type_id->id();
  take_user_data(instance, r);
  set(instance.display, r.display_vm);
  if (r.cleanup_details) instance.details.clear();
  if (!r.details.empty()) instance.details = r.details;
  set(instance.dynamic_scaling, r.is_dynamically_scalable);
  set(instance.delete_protection, r.delete_protection);
  sql::update(tx, instance);
  call.event_note = instance.name;
  return answer_instance(call, tx, instance.id);
}

struct ListNics : Listing {
  using Base = Listing;
  FIELDS(ListNics,
    (See<model::Instance>, virtual_machine_id, "Of which instance."),
    (std::optional<See<model::Nic>>, nic_id, "Only this nic."),
    (std::optional<See<model::Network>>, network_id, "Only those in this network."),
    (std::optional<bool>, for_display, "Only nics shown, or only the others; they are shown as their instance is.", .admin = true))
};
Page<NicAnswer> list_nics(Call& call, sql::Transaction& tx, const ListNics& r) {
  Where where;
  where.equal("instance_id", r.virtual_machine_id)
      .equal("id", r.nic_id)
      .equal("network_id", r.network_id)
      .that("removed is null");
  if (r.for_display && *r.for_display != r.virtual_machine_id->display) where.nothing();
  auto page = answers_of<NicShown>(tx, where, r, "device_position",
                                     [&](const auto& nic) { return answer_nic(call, tx, nic); });
  for (const auto& address :
       sql::all<model::PublicAddress>(tx, "where static_nat = 1 and instance_id = $1", r.virtual_machine_id.id()))
    name_address(page.rows, address);
  return page;
}
}  // namespace

void check_planner(sql::Transaction& tx, const std::optional<std::string>& wished) {
  if (!wished || wished->empty()) return;
  const auto known = model::setting(tx, "vm.deployment.planner");
  if (*wished != known)
    bad(fmt::format("There is no deployment planner {}; there is {}.", *wished, known), "deploymentplanner");
}

std::vector<Command> instance_commands() {
  constexpr auto all = Audience::everyone;
  constexpr std::string_view vm = "virtualmachine", entity = "VirtualMachine";
  return {
      reading<list_instances>({"listVirtualMachines", vm, "Lists instances.", all}),
      journey<start, one_instance>({"startVirtualMachine", vm, "Starts a stopped instance.", all, "VM.START", entity}),
      journey<stop, one_instance>({"stopVirtualMachine", vm, "Stops an instance.", all, "VM.STOP", entity}),
      journey<reboot, one_instance>({"rebootVirtualMachine", vm, "Reboots an instance.", all, "VM.REBOOT", entity}),
      journey<destroy, one_instance>({"destroyVirtualMachine", vm,
                                      "Destroys an instance; it can be recovered until it is expunged.", all,
                                      "VM.DESTROY", entity}),
      journey<expunge, succeeded>({"expungeVirtualMachine", "", "Forgets a destroyed instance and its root disk.",
                                   Audience::admins, "VM.EXPUNGE", entity}),
      writing<recover>(
          {"recoverVirtualMachine", vm, "Brings a destroyed instance back, stopped.", Audience::admins, "VM.RECOVER"}),
      writing<update_instance>(
          {"updateVirtualMachine", vm, "Changes what is recorded of an instance.", all, "VM.UPDATE"}),
      reading<list_nics>({"listNics", "nic", "Lists an instance's nics.", all}),
  };
}

}  // namespace welkin::commands
