// Kinds of networks: what flows in them, who shares them, and in which words rules speak of traffic.
#pragma once

#include "base/described.hpp"

namespace welkin::model {

CHOICES(Traffic, (guest, "Guest"), (public_side, "Public"), (management, "Management"), (storage, "Storage"),
        (control, "Control"), (vpn, "Vpn"), (none, "None"))
CHOICES(GuestType, (isolated, "Isolated"), (shared, "Shared"), (l2, "L2"))
/// Who may plug into a network: its account alone, or a domain.
CHOICES(AclType, (account, "Account"), (domain, "Domain"))
CHOICES(Direction, (ingress, "Ingress"), (egress, "Egress"))
CHOICES(EnabledState, (disabled, "Disabled"), (enabled, "Enabled"))

}  // namespace welkin::model
