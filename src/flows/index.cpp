// The list of journeys.
#include "flows/index.hpp"

#include "flows/hosts.hpp"
#include "flows/instances.hpp"
#include "flows/networks.hpp"
#include "flows/volumes.hpp"

namespace welkin::flows {

std::vector<durable::AnyStep> network_steps();

std::vector<durable::FlowKind> kinds() {
  using durable::flow_kind;
  return {
      flow_kind<start_instance>("start instance", 1),       flow_kind<stop_instance>("stop instance", 1),
      flow_kind<reboot_instance>("reboot instance", 1),     flow_kind<expunge_instance>("expunge instance", 1),
      flow_kind<restart_network>("restart network", 1),     flow_kind<shut_down_network>("shut down network", 1),
      flow_kind<apply_rules>("apply rules", 1),             flow_kind<attach_volume>("attach volume", 1),
      flow_kind<detach_volume>("detach volume", 1),         flow_kind<resize_volume>("resize volume", 1),
      flow_kind<delete_volume>("delete volume", 1),         flow_kind<add_host>("add host", 1),
      flow_kind<probe_host>("probe host", 1),               flow_kind<add_pool>("add pool", 1),
      flow_kind<download_template>("download template", 1), flow_kind<delete_template>("delete template", 1),
  };
}

std::vector<durable::AnyStep> steps() {
  std::vector<durable::AnyStep> out;
  for (auto list : {instance_steps(), network_steps(), volume_steps(), host_steps()})
    for (auto& step : list) out.push_back(std::move(step));
  return out;
}

}  // namespace welkin::flows
