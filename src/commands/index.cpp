// The list of commands: a line for each noun.
#include "commands/index.hpp"

#include <algorithm>

#include "commands/since.hpp"
#include "commands/unsupported.hpp"

namespace welkin::commands {

std::vector<Command> zone_commands();
std::vector<Command> cluster_commands();
std::vector<Command> pool_commands();
std::vector<Command> capacity_commands();
std::vector<Command> physical_network_commands();
std::vector<Command> network_provider_commands();
std::vector<Command> address_range_commands();
std::vector<Command> region_commands();
std::vector<Command> portable_range_commands();
std::vector<Command> service_offering_commands();
std::vector<Command> disk_offering_commands();
std::vector<Command> network_offering_commands();
std::vector<Command> template_commands();
std::vector<Command> os_type_commands();
std::vector<Command> ssh_key_commands();
std::vector<Command> user_data_commands();
std::vector<Command> instance_group_commands();
std::vector<Command> network_commands();
std::vector<Command> router_commands();
std::vector<Command> address_commands();
std::vector<Command> firewall_commands();
std::vector<Command> forwarding_commands();
std::vector<Command> deploy_commands();
std::vector<Command> instance_commands();
std::vector<Command> volume_commands();
std::vector<Command> setting_commands();
std::vector<Command> limit_commands();
std::vector<Command> role_commands();
std::vector<Command> domain_commands();
std::vector<Command> account_commands();
std::vector<Command> user_commands();
std::vector<Command> ldap_server_commands();
std::vector<Command> ldap_link_commands();
std::vector<Command> ldap_user_commands();
std::vector<Command> project_commands();
std::vector<Command> project_member_commands();
std::vector<Command> user_key_commands();
std::vector<Command> second_factor_commands();
std::vector<Command> project_invitation_commands();
std::vector<Command> project_role_commands();
std::vector<Command> tag_commands();
std::vector<Command> annotation_commands();
std::vector<Command> resource_detail_commands();
std::vector<Command> icon_commands();
std::vector<Command> affinity_group_commands();
std::vector<Command> dedication_commands();
std::vector<Command> job_commands();
std::vector<Command> event_commands();
std::vector<Command> alert_commands();
std::vector<Command> audit_commands();
std::vector<Command> explain_commands();
std::vector<Command> api_limit_commands();
std::vector<Command> hypervisor_commands();
std::vector<Command> gui_theme_commands();
std::vector<Command> certificate_commands();
std::vector<Command> discovery_commands();
std::vector<Command> catalogue_commands();
std::vector<Command> api_commands();

std::vector<Command> all_commands() {
  std::vector<Command> out;
  for (auto* list : {zone_commands,
                     cluster_commands,
                     pool_commands,
                     capacity_commands,
                     physical_network_commands,
                     network_provider_commands,
                     address_range_commands,
                     region_commands,
                     portable_range_commands,
                     service_offering_commands,
                     disk_offering_commands,
                     network_offering_commands,
                     template_commands,
                     os_type_commands,
                     ssh_key_commands,
                     user_data_commands,
                     instance_group_commands,
                     network_commands,
                     router_commands,
                     address_commands,
                     firewall_commands,
                     forwarding_commands,
                     deploy_commands,
                     instance_commands,
                     volume_commands,
                     setting_commands,
                     limit_commands,
                     role_commands,
                     domain_commands,
                     account_commands,
                     user_commands,
                     ldap_server_commands,
                     ldap_link_commands,
                     ldap_user_commands,
                     project_commands,
                     project_member_commands,
                     user_key_commands,
                     second_factor_commands,
                     project_invitation_commands,
                     project_role_commands,
                     tag_commands,
                     annotation_commands,
                     resource_detail_commands,
                     icon_commands,
                     affinity_group_commands,
                     dedication_commands,
                     job_commands,
                     event_commands,
                     alert_commands,
                     audit_commands,
                     explain_commands,
                     api_limit_commands,
                     hypervisor_commands,
                     gui_theme_commands,
                     certificate_commands,
                     discovery_commands,
                     catalogue_commands,
                     api_commands})
    std::ranges::move(list(), std::back_inserter(out));
  note_lacks(out);
  note_since(out);
  return out;
}

namespace {
bool audience_has(Audience audience, model::RoleType type) {
  switch (audience) {
    case Audience::everyone: return true;
    case Audience::admins: return type != model::RoleType::user;
    case Audience::root: return type == model::RoleType::admin;
  }
  return false;
}
}  // namespace

bool allows(const access::Rules& rules, const Command& command) {
  return rules.decide(command.facts.name).value_or(audience_has(command.facts.audience, rules.type));
}

}  // namespace welkin::commands
