// Tests of the nouns' machines of states.
#include "model/transitions.hpp"

#include <gtest/gtest.h>

#include <set>

#include "model/account.hpp"
#include "model/host.hpp"
#include "model/instance.hpp"
#include "model/network.hpp"
#include "model/nic.hpp"
#include "model/physical_network.hpp"
#include "model/public_address.hpp"
#include "model/router.hpp"
#include "model/rule_state.hpp"
#include "model/storage_pool.hpp"
#include "model/template.hpp"
#include "model/template_copy.hpp"
#include "model/volume.hpp"

namespace welkin::model {
namespace {

/// The states that can be reached from `from`.
template <class State, class Event, std::size_t n>
std::set<State> reached(const std::array<Transition<State, Event>, n>& table, State from) {
  std::set<State> seen{from};
  for (std::size_t before = 0; before != seen.size();) {
    before = seen.size();
    for (const auto& transition : table)
      if (seen.contains(transition.from)) seen.insert(transition.to);
  }
  return seen;
}

template <class State, class Event, std::size_t n>
void expect_reached(const std::array<Transition<State, Event>, n>& table,
    std::initializer_list<State> starts) {
  std::set<State> all;
  for (const auto start : starts) all.merge(reached(table, start));
  EXPECT_EQ(all.size(), choices_of(State{}).size()) << choices_of(State{}).front();
}

TEST(Machines, reach_every_state_they_name) {
  expect_reached(account_transitions, {AccountState::enabled});
  expect_reached(host_transitions, {HostStatus::creating});
  expect_reached(resource_transitions, {ResourceState::creating});
  expect_reached(instance_transitions, {InstanceState::stopped});
  expect_reached(network_transitions, {NetworkState::allocated, NetworkState::setup});
  expect_reached(nic_transitions, {NicState::allocated});
  expect_reached(provider_transitions, {ProviderState::disabled});
  expect_reached(address_transitions, {AddressState::free});
  expect_reached(router_transitions, {RouterState::stopped});
  expect_reached(rule_transitions, {RuleState::staged});
  expect_reached(pool_transitions, {PoolState::initial});
  expect_reached(template_transitions, {TemplateState::not_uploaded});
  expect_reached(copy_transitions, {CopyState::allocated});
  expect_reached(volume_transitions, {VolumeState::allocated});
}

TEST(Machines, have_a_way_out_of_every_state_in_which_a_journey_works) {
  for (const auto state : {InstanceState::starting, InstanceState::stopping, InstanceState::migrating,
                           InstanceState::expunging})
    EXPECT_GT(reached(instance_transitions, state).size(), 1u) << name_of(state);
  for (const auto state : {VolumeState::creating, VolumeState::attaching, VolumeState::resizing,
                           VolumeState::migrating, VolumeState::expunging})
    EXPECT_TRUE(next(state, VolumeEvent::succeeded) && next(state, VolumeEvent::failed)) << name_of(state);
}

/// A transaction that must not be asked.
struct NoTransaction final : sql::Transaction {
  void query(std::string_view, std::span<const Cell>,
      const std::function<void(const sql::Row&)>&) override { FAIL(); }
  std::int64_t execute(std::string_view, std::span<const Cell>) override {
    ADD_FAILURE();
    return 0;
  }
  void note(std::string_view, const Uuid&, sql::ChangeKind) override { FAIL(); }
};

TEST(Moves, that_the_table_does_not_know_are_refused_with_a_sentence) {
  NoTransaction tx;
  Instance instance;
  instance.name = "web-1";
  instance.state = InstanceState::running;
  try {
    move(tx, instance, InstanceEvent::start);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault, Fault::conflict);
    EXPECT_EQ(error.message, "The instance web-1 is Running and cannot be started.");
  }
  EXPECT_EQ(instance.state, InstanceState::running);
}

TEST(Moves, name_nouns_of_two_words_in_two_words) {
  NoTransaction tx;
  StoragePool pool;
  pool.name = "fast";
  pool.state = PoolState::maintenance;
  try {
    move(tx, pool, PoolEvent::disable);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message, "The storage pool fast is Maintenance and cannot be disabled.");
  }
}

}  // namespace
}  // namespace welkin::model
