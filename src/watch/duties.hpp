// Standing duties: what runs by itself. Each looks at records and reports, and begins journeys that close the difference.
#pragma once

#include "flows/cloud.hpp"
#include "hypervisor/driver.hpp"
#include "model/host.hpp"

namespace welkin::watch {

/// A host was heard of, or lost. `hypervisor_answers`: its hypervisor does, too.
void host_heard(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& host, bool hypervisor_answers);
void host_lost(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& host);

/// Compares what a host has with what it should have, and begins journeys for the difference: an instance that died is
/// taken for stopped; one that was stopped by force while its host could not be reached is ended there. What nobody knows is
/// reported and left alone; what a journey is at work on is left to it.
void sighted(Cloud& cloud, const Id<model::Host>& host, const hypervisor::Sightings& seen);

/// Hosts silent for too long, destroyed instances whose time has come, networks nobody uses: one round.
void round(Cloud& cloud);
/// Tells routers and hosts what they could not be told when it happened. Every half minute, and when a host is there again.
void catch_up(Cloud& cloud);
/// Takes away what has been kept long enough. Every half minute.
void sweep(Cloud& cloud);
/// Asks each host that is up what it and its instances use, one after the other within `span`; answers go to
/// `cloud.measured`.
void measure(Cloud& cloud, Duration span);
/// How often to measure; nothing when nobody wants to know.
std::optional<Duration> measure_interval(Cloud& cloud);

}  // namespace welkin::watch
