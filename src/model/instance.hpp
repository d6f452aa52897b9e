// An instance: a machine that a tenant ordered.
#pragma once

#include "model/machine.hpp"
#include "model/transitions.hpp"
#include "model/nouns.hpp"
#include "model/resource.hpp"
#include "model/user_data.hpp"

namespace welkin::model {

CHOICES(InstanceState, (stopped, "Stopped"), (starting, "Starting"), (running, "Running"),
        (stopping, "Stopping"), (destroyed, "Destroyed"), (expunging, "Expunging"), (migrating, "Migrating"),
        (error, "Error"))
/// `found_…` come from what hosts report, the others from journeys.
CHOICES(InstanceEvent, (start, "be started"), (started, "finish starting"), (start_failed, "fail to start"),
        (stop, "be stopped"), (stopped, "finish stopping"), (stop_failed, "fail to stop"),
        (migrate, "be migrated"), (migrated, "finish migrating"), (migrate_failed, "fail to migrate"),
        (destroy, "be destroyed"), (recover, "be recovered"), (expunge, "be expunged"),
        (expunge_failed, "fail to be expunged"), (deploy_failed, "be given up"),
        (found_running, "be found running"), (found_stopped, "be found stopped"))
/// What a host last reported of it.
CHOICES(PowerState, (unknown, "PowerUnknown"), (on, "PowerOn"), (off, "PowerOff"),
        (missing, "PowerReportMissing"))

struct Instance {
  static constexpr std::string_view table = "instances";
  // `removed` stands in indexes of what is present, so that counting reads nothing but the index.
  static constexpr std::string_view indexes[] = {"unique (internal_name) where removed is null",
                                                 "(account_id, created, id, removed) where removed is null",
                                                 "(domain_id, created, id, removed) where removed is null",
                                                 "(created, id, removed) where removed is null",
                                                 "(host_id)",
                                                 "(zone_id)",
                                                 "(state, updated)",
                                                 "(service_offering_id)",
                                                 "(template_id)",
                                                 "(group_id)",
                                                 "(name) where removed is null"};
  FIELDS(Instance,
    (Id<Instance>, id, "The instance."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Account>, account_id, "Its owner."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (Id<User>, user_id, "Who deployed it."),
    (std::string, name, "Its host name in the guest, unique in its networks."),
    (std::string, display_name, "As the owner calls it."),
    (std::string, internal_name, "In the hypervisor: i-2-7-VM."),
    (InstanceState, state, "Where it stands."),
    (PowerState, power, "What its host last reported."),
    (std::optional<Time>, power_seen, "When that was."),
    (Id<Zone>, zone_id, "Its zone."),
    (Id<Pod>, pod_id, "Its pod; nil before it first ran."),
    (Id<Cluster>, cluster_id, "Its cluster; nil before it first ran."),
    (Id<Host>, host_id, "Where it runs; nil when it does not."),
    (Id<Host>, last_host_id, "Where it ran last."),
    (Id<Template>, template_id, "What its root disk was made from."),
    (Id<ServiceOffering>, service_offering_id, "What was ordered."),
    (Id<OsType>, os_type_id, "What it runs; may be nil."),
    (HypervisorType, hypervisor, "What runs it."),
    (Arch, arch, "Of its processors."),
    (int, cpus, "Virtual processors, as promised when it was ordered or scaled."),
    (int, cpu_mhz, "Speed of each."),
    (int, memory_mb, "Memory in MiB."),
    (bool, limit_cpu, "The promised speed is also the limit."),
    (Id<InstanceGroup>, group_id, "The group that its owner sorts it into; may be nil."),
    (std::vector<std::string>, key_names, "Names of its SSH keys."),
    (std::string, public_keys, "Those keys, a line each."),
    (bool, password_enabled, "It takes a password from the router."),
    (std::string, sealed_password,
     "Its password, sealed for whoever owns the SSH key; empty when there is none."),
    (std::string, fresh_password, "A password not yet handed to the guest, sealed by the vault."),
    (std::string, user_data, "For its first start, base64."),
    (Id<UserData>, user_data_id, "The registered user data it was made with; may be nil."),
    (UserDataPolicy, user_data_policy, "How that and the template's go together."),
    (TextMap, user_data_values, "Values for the names that the user data expects."),
    (std::string, sealed_console_password, "For its console, sealed by the vault."),
    (BootType, boot_type, "Firmware."),
    (BootMode, boot_mode, "Whether the firmware checks what it boots."),
    (bool, ha, "It is started again elsewhere when its host dies."),
    (bool, display, "Its owner sees it."),
    (bool, dynamic_scaling, "It may grow while it runs."),
    (bool, delete_protection, "It refuses to be destroyed."),
    (bool, volatile_disk, "Its root disk is made anew at each reboot."),
    (TextMap, details, "Further wishes and facts, by name."),
    (Time, created, "When it was ordered."),
    (Time, updated, "When its state last changed."),
    (std::optional<Time>, started, "When it last began to run."),
    (std::optional<Time>, destroyed, "When it was destroyed; it is expunged a while later."),
    (std::optional<Time>, removed, "When it was expunged."))
  WELKIN_COUNTED
};

inline constexpr auto instance_transitions = [] {
  using S = InstanceState;
  using E = InstanceEvent;
  return table_of<S, E>({
      {S::stopped, E::start, S::starting},
      {S::stopped, E::stop, S::stopped},
      {S::stopped, E::migrate, S::migrating},
      {S::stopped, E::destroy, S::destroyed},
      {S::stopped, E::expunge, S::expunging},
      {S::stopped, E::deploy_failed, S::error},
      {S::stopped, E::found_running, S::running},
      {S::stopped, E::found_stopped, S::stopped},
      {S::starting, E::start, S::starting},
      {S::starting, E::started, S::running},
      {S::starting, E::start_failed, S::stopped},
      {S::starting, E::deploy_failed, S::error},
      {S::running, E::stop, S::stopping},
      {S::running, E::migrate, S::migrating},
      {S::running, E::found_running, S::running},
      {S::running, E::found_stopped, S::stopped},
      {S::migrating, E::migrated, S::running},
      {S::migrating, E::migrate_failed, S::running},
      {S::migrating, E::found_stopped, S::stopped},
      {S::stopping, E::stop, S::stopping},
      {S::stopping, E::stopped, S::stopped},
      {S::stopping, E::stop_failed, S::running},
      {S::destroyed, E::recover, S::stopped},
      {S::destroyed, E::expunge, S::expunging},
      {S::error, E::destroy, S::destroyed},
      {S::error, E::expunge, S::expunging},
      {S::expunging, E::expunge, S::expunging},
      {S::expunging, E::expunge_failed, S::destroyed},
  });
}();
constexpr std::optional<InstanceState> next(InstanceState state, InstanceEvent event) {
  return next_in(instance_transitions, state, event);
}
static_assert(is_deterministic(instance_transitions));
static_assert(next(InstanceState::stopped, InstanceEvent::start) == InstanceState::starting);
static_assert(!next(InstanceState::running, InstanceEvent::start));
static_assert(!next(InstanceState::running, InstanceEvent::destroy), "it is stopped first");
static_assert(!next(InstanceState::expunging, InstanceEvent::recover));

/// True while a journey is at work on it.
constexpr bool is_transitional(InstanceState state) {
  return state == InstanceState::starting || state == InstanceState::stopping ||
      state == InstanceState::migrating ||
         state == InstanceState::expunging;
}

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Instance)
