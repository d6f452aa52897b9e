// The list of journeys.
#include "flows/index.hpp"

#include "flows/certificates.hpp"
#include "flows/hosts.hpp"
#include "flows/instances.hpp"
#include "flows/networks.hpp"
#include "flows/tenants.hpp"
#include "flows/volumes.hpp"

namespace welkin::flows {

std::vector<durable::FlowKind> kinds() {
  using durable::flow_kind;
  return {
      flow_kind<start_instance, claim_start>("start instance", 2),
      flow_kind<stop_instance, claim_stop>("stop instance", 2),
      flow_kind<end_stray, claim_stray>("end stray guest", 1),
      flow_kind<reboot_instance>("reboot instance", 1),
      flow_kind<expunge_instance, claim_expunge>("expunge instance", 2),
      flow_kind<restart_network, claim_restart>("restart network", 2),
      flow_kind<shut_down_network, claim_closing>("shut down network", 2),
      flow_kind<apply_rules, claim_rules>("apply rules", 2),
      flow_kind<attach_volume, claim_attach>("attach volume", 2),
      flow_kind<detach_volume>("detach volume", 1),
      flow_kind<resize_volume, claim_resize>("resize volume", 2),
      flow_kind<delete_volume, claim_delete>("delete volume", 2),
      flow_kind<add_host, claim_host>("add host", 2),
      flow_kind<probe_host>("probe host", 1),
      flow_kind<provision_certificate>("provision certificate", 1),
      flow_kind<add_pool, claim_pool>("add pool", 2),
      flow_kind<download_template, claim_download>("download template", 2),
      flow_kind<delete_template>("delete template", 1),
      flow_kind<end_tenants, claim_tenants>("end tenants", 1),
  };
}

std::vector<durable::AnyStep> steps() {
  std::vector<durable::AnyStep> out;
  for (auto list : {instance_steps(), network_steps(), volume_steps(), template_steps()})
    for (auto& step : list) out.push_back(std::move(step));
  return out;
}

}  // namespace welkin::flows
