// A host's agent gets a fresh certificate.
#include "flows/certificates.hpp"

#include "flows/hands.hpp"
#include "link/authority.hpp"
#include "net/base64.hpp"

namespace welkin::flows {

namespace {
using link::Papers;

Task<CertificateOrder> act_provision(durable::Stage& stage, CertificateOrder order) {
  const auto agent = look(stage, [&](sql::Transaction& tx) { return sql::need<model::Host>(tx, order.host).agent_id; });
  const auto asked = co_await ask<&Papers::begin_renewal>(stage, order.host, {}, 0);
  const auto request = net::from_base64(asked.request);
  if (!request) throw Error(Fault::internal, "The agent's signing request cannot be read.");
  must(stage.cloud.authority != nullptr, "a cloud with agents has an authority");
  const link::NewCertificate fresh{stage.cloud.authority->issue(agent, *request), order.reconnect};
  co_await ask<&Papers::finish_renewal>(stage, order.host, fresh, 1);
  co_return order;
}

const durable::Step<CertificateOrder, CertificateOrder> provision{
    .name = "provision certificate", .act = act_provision, .deadline = 60s};
}  // namespace

Task<CertificateOrder> provision_certificate(durable::Flow& flow, CertificateOrder order) {
  co_await flow.run(provision, order);
  co_return order;
}

}  // namespace welkin::flows
