// The hands' verbs on the wire: each method of a hand interface, named once. Both ends are derived from this
// list.
#pragma once

#include <span>

#include "hypervisor/driver.hpp"
#include "link/agents.hpp"
#include "link/papers.hpp"
#include "network/fabric.hpp"
#include "storage/pool.hpp"

namespace welkin::link {

/// The hands of one host.
struct Hands {
  hypervisor::Driver& hypervisor;
  storage::Pools& storage;
  network::Fabric& network;
  Papers* papers = nullptr;  ///< of the agent; simulated hosts have none
};

namespace detail {
template <class M>
struct MethodTraits;
template <class Hand_, class Answer_, class Spec_>
struct MethodTraits<Answer_ (Hand_::*)(const Spec_&)> {
  using Hand = Hand_;
  using Answer = Answer_;
  using Spec = Spec_;
};
inline hypervisor::Driver& hand_of(Hands& h, hypervisor::Driver*) { return h.hypervisor; }
inline storage::Pools& hand_of(Hands& h, storage::Pools*) { return h.storage; }
inline network::Fabric& hand_of(Hands& h, network::Fabric*) { return h.network; }
inline Papers& hand_of(Hands& h, Papers*) {
  if (!h.papers) throw Error(Fault::unsupported, "The host has no agent of its own, and so no certificate.");
  return *h.papers;
}

template <auto Method>
std::string serve(Hands& hands, std::string_view body) {
  using Traits = MethodTraits<decltype(Method)>;
  auto& hand = hand_of(hands, static_cast<typename Traits::Hand*>(nullptr));
  return to_json((hand.*Method)(from_json<typename Traits::Spec>(body)), true);
}
}  // namespace detail

/// A verb's name, and what the agent does when asked for it.
struct Verb {
  std::string_view name;
  std::string (*serve)(Hands& hands, std::string_view body);
};

/// The name of a method; a method that is not listed does not compile into a call.
template <auto Method>
inline constexpr std::string_view verb_name{};

#define WELKIN_VERB(method, text) \
  template <>                     \
  inline constexpr std::string_view verb_name<&method> = text;

WELKIN_VERB(hypervisor::Driver::probe, "hypervisor.probe")
WELKIN_VERB(hypervisor::Driver::look, "hypervisor.look")
WELKIN_VERB(hypervisor::Driver::start, "hypervisor.start")
WELKIN_VERB(hypervisor::Driver::stop, "hypervisor.stop")
WELKIN_VERB(hypervisor::Driver::reboot, "hypervisor.reboot")
WELKIN_VERB(hypervisor::Driver::pause, "hypervisor.pause")
WELKIN_VERB(hypervisor::Driver::resume, "hypervisor.resume")
WELKIN_VERB(hypervisor::Driver::forget, "hypervisor.forget")
WELKIN_VERB(hypervisor::Driver::plug_disk, "hypervisor.plug_disk")
WELKIN_VERB(hypervisor::Driver::unplug_disk, "hypervisor.unplug_disk")
WELKIN_VERB(hypervisor::Driver::plug_nic, "hypervisor.plug_nic")
WELKIN_VERB(hypervisor::Driver::unplug_nic, "hypervisor.unplug_nic")
WELKIN_VERB(hypervisor::Driver::resize_disk, "hypervisor.resize_disk")
WELKIN_VERB(hypervisor::Driver::scale, "hypervisor.scale")
WELKIN_VERB(hypervisor::Driver::statistics, "hypervisor.statistics")
WELKIN_VERB(hypervisor::Driver::console, "hypervisor.console")
WELKIN_VERB(storage::Pools::open, "storage.open")
WELKIN_VERB(storage::Pools::create, "storage.create")
WELKIN_VERB(storage::Pools::remove, "storage.remove")
WELKIN_VERB(storage::Pools::resize, "storage.resize")
WELKIN_VERB(storage::Pools::measure, "storage.measure")
WELKIN_VERB(storage::Pools::bring_template, "storage.bring_template")
WELKIN_VERB(storage::Pools::remove_template, "storage.remove_template")
WELKIN_VERB(network::Fabric::ensure_outside, "network.ensure_outside")
WELKIN_VERB(network::Fabric::ensure_segment, "network.ensure_segment")
WELKIN_VERB(network::Fabric::remove_segment, "network.remove_segment")
WELKIN_VERB(network::Fabric::ensure_router, "network.ensure_router")
WELKIN_VERB(network::Fabric::remove_router, "network.remove_router")
WELKIN_VERB(network::Fabric::look_at_router, "network.look_at_router")
WELKIN_VERB(network::Fabric::guard, "network.guard")
WELKIN_VERB(network::Fabric::look, "network.look")
WELKIN_VERB(Papers::begin_renewal, "papers.begin_renewal")
WELKIN_VERB(Papers::finish_renewal, "papers.finish_renewal")
#undef WELKIN_VERB

/// All verbs, for the agent's end.
std::span<const Verb> verbs();

/// Does what the request asks of these hands. Throws `unsupported` for an unknown verb.
std::string serve(Hands& hands, std::string_view verb, std::string_view body);

template <auto Method>
using AnswerOf = detail::MethodTraits<decltype(Method)>::Answer;
template <auto Method>
using SpecOf = detail::MethodTraits<decltype(Method)>::Spec;

/// `co_await ask<&hypervisor::Driver::start>(agents, host, operation, spec)`.
template <auto Method>
Task<AnswerOf<Method>> ask(Agents& agents, Uuid host, Operation operation, SpecOf<Method> spec) {
  static_assert(!verb_name<Method>.empty(), "the method is named in the list of verbs");
  const auto answer = co_await agents.call(host, verb_name<Method>, to_json(spec, true), operation);
  co_return from_json<AnswerOf<Method>>(answer);
}

}  // namespace welkin::link
