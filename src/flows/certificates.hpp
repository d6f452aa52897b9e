// Journeys of agents' certificates.
#pragma once

#include "durable/flow.hpp"
#include "model/host.hpp"

namespace welkin::flows {

struct CertificateOrder {
  FIELDS(CertificateOrder,
    (Id<model::Host>, host, "Whose agent."),
    (bool, reconnect, "It connects anew, and shows the new one."))
};

/// Asks the host's agent for a signing request, and gives it a certificate for the key in it.
Task<CertificateOrder> provision_certificate(durable::Flow& flow, CertificateOrder order);

}  // namespace welkin::flows
