// Journeys of hosts, pools and images.
#pragma once

#include "durable/flow.hpp"
#include "flows/orders.hpp"
#include "model/image_store.hpp"
#include "model/storage_pool.hpp"

namespace welkin::flows {

struct HostOrder {
  FIELDS(HostOrder, (Id<model::Host>, host, "Which."))
};
struct PoolOrder {
  FIELDS(PoolOrder, (Id<model::StoragePool>, pool, "Which."), (Id<model::Host>, host, "Who opens it."))
};

/// Asks a new host what it is and takes it in; the row goes again when it does not answer.
Task<HostOrder> add_host(durable::Flow& flow, HostOrder order);
/// Asks a host again what it is.
Task<HostOrder> probe_host(durable::Flow& flow, HostOrder order);
/// Opens a new pool on a host; the row goes again when it cannot be.
Task<PoolOrder> add_pool(durable::Flow& flow, PoolOrder order);
/// Fetches a template into its image store.
Task<TemplateOrder> download_template(durable::Flow& flow, TemplateOrder order);
/// Removes a template from its stores and pools.
Task<TemplateOrder> delete_template(durable::Flow& flow, TemplateOrder order);

extern const durable::Claim<HostOrder, HostOrder> claim_host;
extern const durable::Claim<PoolOrder, PoolOrder> claim_pool;
extern const durable::Claim<TemplateOrder, TemplateOrder> claim_download;
std::vector<durable::AnyStep> template_steps();

}  // namespace welkin::flows
