// What journeys are asked to do, and what their steps hand on. None holds a clear secret.
#pragma once

#include "model/cluster.hpp"
#include "model/firewall_rule.hpp"
#include "model/host.hpp"
#include "model/instance.hpp"
#include "model/network.hpp"
#include "model/pod.hpp"
#include "model/port_forwarding_rule.hpp"
#include "model/public_address.hpp"
#include "model/router.hpp"
#include "model/template.hpp"
#include "model/template_copy.hpp"
#include "model/volume.hpp"
#include "network/fabric.hpp"
#include "storage/pool.hpp"

namespace welkin::flows {

/// Brings an instance up: its first time, or again.
struct StartOrder {
  FIELDS(StartOrder,
    (Id<model::Instance>, instance, "Which."),
    (bool, deploys, "Its first time: when it fails, nothing of it is kept but a row in state Error."),
    (bool, leave_stopped, "Only make it; do not start it."),
    (Id<model::Host>, host, "Only there; nil for anywhere."),
    (Id<model::Cluster>, cluster, "Only there; nil for anywhere."),
    (Id<model::Pod>, pod, "Only there; nil for anywhere."),
    (bool, where_it_was, "Rather where it ran last."))
};

/// What preparing a network for an instance has taken, and must give back if nobody else needs it.
struct Prepared {
  FIELDS(Prepared,
    (Id<model::Network>, network, "Which."),
    (bool, raised, "It stood nowhere before."),
    (bool, leased, "It took an identifier."),
    (network::SegmentName, segment, "Its bridge, by which it is found when the records have moved on."),
    (Id<model::Router>, router, "Its router; nil when it needs none."),
    (Id<model::Host>, router_host, "Where that router stands."),
    (network::RouterName, router_name, "That router's names."),
    (Id<model::PublicAddress>, address, "The address that was taken; nil when it had one or needs none."))
};

struct Reservation {
  FIELDS(Reservation,
    (Id<model::Instance>, instance, "Which."),
    (Id<model::Host>, host, "Where it will run."),
    (bool, deploys, "As ordered."),
    (std::vector<Id<model::Volume>>, volumes, "Those that must be made, and have their pools."),
    (std::vector<storage::PoolSpec>, homes, "The pools of those volumes, in their order."),
    (std::vector<Prepared>, networks, "Those it is plugged into."),
    (std::vector<storage::VolumePlace>, places, "Where the volumes came to lie, in their order."))
};

/// An instance on a host; most steps need no more.
struct OnHost {
  FIELDS(OnHost, (Id<model::Instance>, instance, "Which."), (Id<model::Host>, host, "Where."))
};

struct NetworksOnHost {
  FIELDS(NetworksOnHost,
    (Id<model::Instance>, instance, "For which; nil for the network's own sake."),
    (Id<model::Host>, host, "Where."),
    (std::vector<Prepared>, networks, "Which, and what was taken for them."),
    (std::vector<Id<model::Network>>, behind, "As an answer: those of which some other host could not be told."))
};

struct StopOrder {
  FIELDS(StopOrder,
    (Id<model::Instance>, instance, "Which."),
    (bool, forced, "Pull the plug, and count it as stopped even if the host does not answer."),
    (bool, destroys, "And destroy it."),
    (bool, expunges, "And forget it."),
    (std::vector<Id<model::Volume>>, volumes, "Data disks that go with it."))
};

struct InstanceOrder {
  FIELDS(InstanceOrder, (Id<model::Instance>, instance, "Which."), (bool, forced, "Without asking the guest."))
};

struct NetworkOrder {
  FIELDS(NetworkOrder,
    (Id<model::Network>, network, "Which."),
    (bool, clean, "Make it anew, not only as it should be."),
    (bool, removes, "And forget it."))
};

/// Brings a network's router up to what the records say, and settles rules that wait for it.
struct RuleOrder {
  FIELDS(RuleOrder,
    (Id<model::Network>, network, "Whose router."),
    (std::vector<Uuid>, added, "Rules that are new: gone again if the router does not take them."),
    (std::vector<model::FirewallRule>, former_rules, "Others as they were, to be so again then."),
    (std::vector<model::PortForwardingRule>, former_forwards, "Likewise."),
    (std::vector<model::PublicAddress>, former_addresses, "Likewise."),
    (Id<model::PublicAddress>, address, "An address that is taken or released; nil for none."),
    (std::string, change, "What becomes of that address: take, release, or nothing."),
    (std::int64_t, settles, "As an answer: the debt that has been paid; 0 for none."))
};

struct VolumeOrder {
  FIELDS(VolumeOrder,
    (Id<model::Volume>, volume, "Which."),
    (Id<model::Instance>, instance, "To or from which instance; nil for none."),
    (std::int64_t, bytes, "Its new size."),
    (std::int64_t, former_bytes, "Its size before."),
    (bool, shrink, "A smaller size is meant."),
    (storage::PoolSpec, home, "The pool where it is made; empty for one that was made before."),
    (Id<model::Host>, home_host, "Who makes it there."))
};

struct TemplateOrder {
  FIELDS(TemplateOrder, (Id<model::Template>, image, "Which."), (Id<model::TemplateStore>, copy, "Which copy of it."))
};

}  // namespace welkin::flows
