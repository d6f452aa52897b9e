// Details of things whose own rows have no place for them.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

/// What may carry details, as clients name it.
CHOICES(DetailedKind, (instance, "UserVm"), (image, "Template"), (volume, "Volume"), (network, "Network"),
        (nic, "Nic"), (port_forwarding_rule, "PortForwardingRule"), (firewall_rule, "FirewallRule"),
        (public_address, "PublicIpAddress"), (project, "Project"), (account, "Account"), (user, "User"),
        (domain, "Domain"), (zone, "Zone"), (service_offering, "ServiceOffering"), (disk_offering, "DiskOffering"),
        (network_offering, "NetworkOffering"), (pool, "Storage"), (os_type, "GuestOs"))

struct ResourceDetail {
  static constexpr std::string_view table = "resource_details";
  static constexpr std::string_view indexes[] = {"unique (resource_id, resource_kind, key)",
                                                 "(resource_kind, key, value)", "(account_id, created, id)",
                                                 "(domain_id, created, id)", "(created, id)"};
  FIELDS(ResourceDetail,
    (Id<ResourceDetail>, id, "The detail."),
    (DetailedKind, resource_kind, "What it is of."),
    (Uuid, resource_id, "Which of these."),
    (std::string, key, "Unique on the thing."),
    (std::string, value, "What it says."),
    (bool, display, "The thing's owner sees it."),
    (Id<Account>, account_id, "Who owns the thing; nil where nobody does."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (Time, created, "When it was added."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::ResourceDetail)
