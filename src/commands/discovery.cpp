// What this cloud can do.
#include "commands/binder.hpp"
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "model/settings.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
struct CapabilityAnswer {
  FIELDS(CapabilityAnswer,
    (bool, security_groups_enabled, "Guests can be shielded one by one: not yet."),
    (bool, dynamic_roles_enabled, "Roles are rules that can be changed."),
    (std::string, cloudstack_version, "The version whose API is spoken.", .wire = "cloudstackversion"),
    (bool, user_public_template_enabled, "Users may publish templates."),
    (std::string, support_elb, "Elastic load balancing.", .wire = "supportELB"),
    (bool, project_invite_required, "Members of projects must accept."),
    (bool, allow_user_create_projects, "Users may make projects."),
    (std::int64_t, custom_disk_offering_min_size, "GB."),
    (std::int64_t, custom_disk_offering_max_size, "GB."),
    (bool, region_secondary_enabled, "Image stores may serve all zones."),
    (bool, kvm_snapshot_enabled, "Snapshots on KVM: not yet."),
    (bool, snapshot_show_chain_size, "Sizes of chains are shown."),
    (bool, allow_user_view_destroyed_vm, "Users see destroyed instances."),
    (bool, allow_user_expunge_recover_vm, "Users may expunge and recover instances."),
    (bool, allow_user_expunge_recover_volume, "Users may expunge and recover volumes."),
    (bool, allow_user_view_all_domain_accounts, "Users see other accounts of their domain."),
    (bool, allow_user_force_stop_vm, "Users may pull the plug."),
    (bool, kubernetes_service_enabled, "Kubernetes clusters: not yet."),
    (bool, kubernetes_cluster_experimental_features_enabled, "Kubernetes clusters: not yet."),
    (std::string, custom_hypervisor_display_name, "What clients call the hypervisor Custom."),
    (std::int64_t, default_ui_page_size, "Rows of a page in the console."),
    (int, instances_stats_retention_time, "Minutes statistics are kept."),
    (bool, instances_stats_user_only, "Only users' instances are measured."),
    (bool, instances_disks_stats_retention_enabled, "Disk statistics are kept."),
    (int, instances_disks_stats_retention_time, "Minutes disk statistics are kept."),
    (bool, additional_config_enabled, "Users may hand extra configuration to the hypervisor: not yet."),
    (bool, dynamic_scaling_enabled, "Instances may grow while they run: not yet."),
    (bool, instance_lease_enabled, "Instances may be leased: not yet."),
    (std::optional<int>, api_limit_interval, "Seconds in which an account may call so often; absent without a limit."),
    (std::optional<int>, api_limit_max, "So often."))
};
struct ListCapabilities {
  FIELDS(ListCapabilities, (std::optional<access::See<model::Domain>>, domain_id, "As they hold for this domain."))
};
CapabilityAnswer list_capabilities(Call& call, sql::Transaction& tx, const ListCapabilities& r) {
  CapabilityAnswer out;
  namespace settings = model::settings;
  const auto holds = [&](const auto& setting) {
    return model::value_for(tx, setting, r.domain_id ? Id<model::Account>() : call.caller.account,
                            r.domain_id ? r.domain_id->id() : call.caller.domain);
  };
  out.dynamic_roles_enabled = true;
  out.cloudstack_version = "4.23.0.0";
  out.user_public_template_enabled = true;
  out.support_elb = "false";
  out.custom_disk_offering_min_size = holds(settings::custom_disk_gib_min);
  out.custom_disk_offering_max_size = holds(settings::custom_disk_gib_max);
  out.region_secondary_enabled = true;
  out.project_invite_required = model::value_of(tx, settings::projects_invite);
  out.allow_user_create_projects = model::value_of(tx, settings::users_make_projects);
  out.allow_user_view_destroyed_vm = holds(settings::users_see_destroyed);
  out.allow_user_expunge_recover_vm = holds(settings::users_may_expunge);
  out.allow_user_expunge_recover_volume = true;
  out.allow_user_force_stop_vm = holds(settings::users_may_force_stop);
  out.custom_hypervisor_display_name = "Custom";
  out.default_ui_page_size = 20;
  if (model::value_of(tx, settings::throttles)) {
    out.api_limit_interval = int(model::value_of(tx, settings::calls_interval).count());
    out.api_limit_max = int(model::value_of(tx, settings::calls_max));
  }
  return out;
}
}  // namespace

std::vector<Command> discovery_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<list_capabilities>({"listCapabilities", "capability", "Answers what this cloud can do.", all}),
  };
}

}  // namespace welkin::commands
