// What tenants own is ended by the journeys that users would begin, layer after layer.
#include "flows/tenants.hpp"

#include "flows/cloud.hpp"
#include "flows/hands.hpp"
#include "model/dedication.hpp"
#include "model/domain.hpp"
#include "model/gui_theme.hpp"
#include "model/instance_group.hpp"
#include "model/ldap.hpp"
#include "model/project.hpp"
#include "model/setting.hpp"
#include "model/ssh_key.hpp"
#include "model/tagged_limit.hpp"
#include "model/marks.hpp"
#include "model/transitions.hpp"
#include "model/user_data.hpp"
#include "model/vlan_range.hpp"

namespace welkin::flows {

namespace {
constexpr std::size_t begun_in_a_round = 50;
constexpr int idle_rounds_max = 300;
constexpr std::chrono::milliseconds pause_first{20}, pause_longest{500}, round_longest{40'000};

/// How far the journey has come.
struct Clearing {
  FIELDS(Clearing,
    (TenantOrder, order, "Whose things."),
    (bool, over, "Nothing is left."),
    (std::vector<Uuid>, stuck, "Things whose own journeys failed; they are not tried again."),
    (std::string, fault, "Of the first of those."),
    (std::string, message, "What hindered it."),
    (int, idle, "Rounds in a row that found all things at work for somebody else."))

  void hinder(const Uuid& thing, std::string_view name, std::string_view named_fault, std::string_view text) {
    stuck.push_back(thing);
    if (!message.empty()) return;
    fault = named_fault;
    message = fmt::format("{} hinders it: {}", name, text);
  }
};

/// A thing, and the journey that ends it.
struct Chore {
  Uuid thing;
  std::string name;
  std::string_view flow;
  std::string order;  ///< as JSON
};

/// A condition on rows that belong to the tenants, and its parameter.
struct Scope {
  std::string condition;
  std::vector<Cell> cells;
};
Scope scope_of(sql::Transaction& tx, const TenantOrder& order) {
  if (order.account) return {"account_id = $1", sql::cells(order.account)};
  static const auto beneath = fmt::format("domain_id in (select id from domains where removed is null and {})",
                                          model::lies_beneath("path", "cast($1 as text)"));
  return {beneath, sql::cells(sql::need<model::Domain>(tx, order.domain).path)};
}

/// The domain of the scope and those beneath it, the deepest first.
std::vector<model::Domain> domains_in(sql::Transaction& tx, const Scope& scope) {
  return sql::all_with<model::Domain>(tx,
                                      fmt::format("where removed is null and {} order by level desc",
                                                  model::lies_beneath("path", "cast($1 as text)")),
                                      scope.cells);
}
template <class T>
std::vector<T> owned(sql::Transaction& tx, const Scope& scope, std::string_view further = "and removed is null") {
  return sql::all_with<T>(tx, fmt::format("where {} {} order by id", scope.condition, further), scope.cells);
}

/// The account of the order, or all of its domains'.
std::vector<model::Account> accounts_in(sql::Transaction& tx, const TenantOrder& order, const Scope& scope) {
  if (order.account) return sql::all<model::Account>(tx, "where id = $1", order.account);
  return owned<model::Account>(tx, scope);
}

Chore end_of(const model::Instance& instance, TenantGoal goal) {
  using enum model::InstanceState;
  StopOrder order;
  order.instance = instance.id;
  order.forced = order.expunges = goal == TenantGoal::removed;
  order.destroys = order.expunges && instance.state != destroyed;
  const auto* flow = instance.state == destroyed ? "expunge instance" : "stop instance";
  return {instance.id, "The instance " + instance.name, flow, to_json(order)};
}

/// What can be ended now: the things of the first layer of which some are left.
std::vector<Chore> layer_of(sql::Transaction& tx, const TenantOrder& order) {
  const auto scope = scope_of(tx, order);
  std::vector<Chore> out;
  if (order.goal == TenantGoal::nothing) return out;
  if (order.goal == TenantGoal::stopped) {
    for (const auto& instance :
         owned<model::Instance>(tx, scope, "and state in ('Starting', 'Running', 'Stopping') and removed is null"))
      out.push_back(end_of(instance, order.goal));
    return out;
  }
  for (const auto& instance : owned<model::Instance>(tx, scope)) out.push_back(end_of(instance, order.goal));
  if (!out.empty()) return out;
  for (const auto& volume : owned<model::Volume>(tx, scope)) {
    VolumeOrder doomed;
    doomed.volume = volume.id;
    out.push_back({volume.id, "The volume " + volume.name, "delete volume", to_json(doomed)});
  }
  if (!out.empty()) return out;
  for (const auto& network : owned<model::Network>(tx, scope))
    out.push_back({network.id, "The network " + network.name, "shut down network",
                   to_json(NetworkOrder{network.id, false, true})});
  for (const auto& image : owned<model::Template>(tx, scope))
    out.push_back({image.id, "The template " + image.name, "delete template", to_json(TemplateOrder{image.id, {}})});
  return out;
}

/// What the journeys themselves do not ask, since the commands before them do.
void check(sql::Transaction& tx, const Chore& chore) {
  if (chore.flow == "shut down network") {
    const auto nics =
        sql::count(tx, "select count(*) from nics where network_id = $1 and removed is null", chore.thing);
    if (nics > 0)
      throw Error(Fault::in_use, fmt::format("{} nics of others' instances are plugged into it.", nics));
  }
  if (chore.flow == "delete template" &&
      sql::count(tx,
                 "select count(*) from template_stores where template_id = $1 and state in ('Allocated', 'Creating')",
                 chore.thing) > 0)
    throw Error(Fault::conflict, "It is still being downloaded.");
}

/// A journey of this round.
struct Child {
  Id<durable::FlowRow> flow;
  Chore chore;
};

Task<std::vector<Child>> begin_all(durable::Stage& stage, std::vector<Chore> chores, Clearing& now) {
  std::vector<Child> out;
  for (const auto& chore : chores) {
    durable::FlowRow row;
    std::optional<Error> refusal;
    try {
      co_await sql::written(stage.cloud.database, stage.cloud.loop, [&](sql::Transaction& tx) {
        check(tx, chore);
        row = stage.cloud.journeys->begin_text(tx, chore.flow, chore.order);
      });
    } catch (const Error& error) {
      refusal = error;
    }
    if (!refusal) {
      stage.cloud.journeys->launch(row);
      out.push_back({row.id, chore});
    } else if (refusal->fault != Fault::conflict) {  // in conflict with a journey of its own, which ends
      now.hinder(chore.thing, chore.name, fault_name(refusal->fault), refusal->message);
    }
  }
  co_return out;
}

bool is_over(sql::Transaction& tx, const Child& child) {
  const auto flow = sql::need<durable::FlowRow>(tx, child.flow);
  return flow.state == durable::FlowState::done || flow.state == durable::FlowState::failed;
}

/// Waits until all have ended, or the round has been long enough: the next one finds the rest at work.
Task<void> wait_for(durable::Stage& stage, std::vector<Child> children, Clearing& now) {
  const auto begun = stage.cloud.now();
  auto pause = pause_first;
  while (stage.cloud.now() - begun < round_longest &&
         !look(stage, [&](sql::Transaction& tx) {
           return std::ranges::all_of(children, [&](const Child& child) { return is_over(tx, child); });
         })) {
    co_await stage.cloud.loop.sleep(pause);
    pause = std::min(pause * 2, pause_longest);
  }
  look(stage, [&](sql::Transaction& tx) {
    for (const auto& child : children)
      if (const auto flow = sql::need<durable::FlowRow>(tx, child.flow); flow.state == durable::FlowState::failed)
        now.hinder(child.chore.thing, child.chore.name, flow.fault, flow.message);
    return true;
  });
}

Task<Clearing> act_clear(durable::Stage& stage, Clearing now) {
  auto left = look(stage, [&](sql::Transaction& tx) { return layer_of(tx, now.order); });
  const bool any = !left.empty();
  std::erase_if(left, [&](const Chore& chore) { return std::ranges::find(now.stuck, chore.thing) != now.stuck.end(); });
  if (left.empty() && any) throw Error(fault_named(now.fault), now.message);
  now.over = left.empty();
  if (now.over) co_return now;
  if (left.size() > begun_in_a_round) left.resize(begun_in_a_round);
  const auto name = left.front().name;
  const auto children = co_await begin_all(stage, std::move(left), now);
  now.idle = children.empty() ? now.idle + 1 : 0;
  if (now.idle > idle_rounds_max) throw Error(Fault::conflict, fmt::format("{} does not come to rest.", name));
  if (children.empty()) co_await stage.cloud.loop.sleep(1s);
  else co_await wait_for(stage, children, now);
  co_return now;
}

template <class Row>
void erase_owned(sql::Transaction& tx, const model::Account& account) {
  for (const auto& row : sql::all<Row>(tx, "where account_id = $1", account.id)) {
    model::forget_marks(tx, row.id);
    sql::erase(tx, row.id);
  }
}

void forget_possessions(sql::Transaction& tx, const model::Account& account) {
  for (auto& address : sql::all<model::PublicAddress>(tx, "where account_id = $1", account.id))
    model::free_address(tx, address);
  erase_owned<model::SshKey>(tx, account);
  erase_owned<model::InstanceGroup>(tx, account);
  erase_owned<model::UserData>(tx, account);
  model::release_dedications_for(tx, account.id);
  model::forget_limits(tx, account.id);
  for (const auto& group : sql::all<model::AffinityGroup>(tx, "where account_id = $1", account.id))
    model::forget_affinity_group(tx, group.id);
  for (auto& range : sql::all<model::VlanRange>(tx, "where account_id = $1 and removed is null", account.id)) {
    range.account_id = {};
    range.domain_id = {};
    sql::update(tx, range);
  }
  for (const auto& setting : sql::all<model::Setting>(tx, "where scope_id = $1", account.id))
    sql::erase(tx, setting.id);
}

void forget_domains(sql::Transaction& tx, const Scope& scope, Time now) {
  for (auto& domain : domains_in(tx, scope)) {
    for (auto& range : sql::all<model::VlanRange>(tx, "where domain_id = $1 and removed is null", domain.id)) {
      range.domain_id = {};
      sql::update(tx, range);
    }
    for (const auto& setting : sql::all<model::Setting>(tx, "where scope_id = $1", domain.id))
      sql::erase(tx, setting.id);
    model::release_dedications_for(tx, domain.id);
    model::forget_limits(tx, domain.id);
    domain.removed = now;
    model::forget_marks(tx, domain.id);
    model::forget_in_themes(tx, domain.id, now);
    model::forget_directories(tx, domain.id);
    sql::update(tx, domain);
  }
}

void record_forget(durable::Stage& stage, sql::Transaction& tx, const TenantOrder& order, TenantOrder& out) {
  out = order;
  const auto now = stage.cloud.now();
  if (order.goal != TenantGoal::removed) return;
  // What somebody has begun for them meanwhile is not left behind.
  if (const auto left = layer_of(tx, order); !left.empty())
    throw Error(Fault::conflict, fmt::format("{} has come up meanwhile; ask again.", left.front().name));
  const auto scope = scope_of(tx, order);
  for (auto& account : accounts_in(tx, order, scope)) {
    forget_possessions(tx, account);
    if (account.type == model::AccountType::project) model::forget_project(tx, model::project_of(account.id), now);
    for (auto& user : sql::all<model::User>(tx, "where account_id = $1 and removed is null", account.id))
      forget_user(tx, std::move(user), now);
    account.cleanup_needed = false;
    account.state = model::AccountState::removed;
    account.removed = now;
    model::forget_marks(tx, account.id);
    model::forget_in_themes(tx, account.id, now);
    model::forget_directories(tx, account.id);
    sql::update(tx, account);
  }
  if (order.domain) forget_domains(tx, scope, now);
}

void close_project(sql::Transaction& tx, const Id<model::Project>& id) {
  auto project = sql::need<model::Project>(tx, id);
  project.state = model::ProjectState::disabled;
  sql::update(tx, project);
}

void take_tenants(durable::Stage&, sql::Transaction& tx, const TenantOrder& order, TenantOrder& out) {
  out = order;
  if (order.goal != TenantGoal::removed) return;
  const auto scope = scope_of(tx, order);
  for (auto& account : accounts_in(tx, order, scope)) {
    account.state = model::AccountState::disabled;
    account.cleanup_needed = true;
    sql::update(tx, account);
    end_sessions(tx, account.id);
    model::leave_projects(tx, account.id);
    if (account.type == model::AccountType::project) close_project(tx, model::project_of(account.id));
  }
  if (!order.domain) return;
  for (auto& domain : domains_in(tx, scope)) {
    domain.state = model::DomainState::inactive;
    sql::update(tx, domain);
  }
}

const durable::Step<Clearing, Clearing> clear_some{
    .name = "clear some", .act = act_clear, .deadline = 120s, .retry = {.attempts = 1}};
const durable::Step<TenantOrder, TenantOrder> forget_tenants{.name = "forget tenants", .record = record_forget};
}  // namespace

const durable::Claim<TenantOrder, TenantOrder> claim_tenants{.take = take_tenants};

void end_sessions(sql::Transaction& tx, const Id<model::User>& user) {
  for (const auto& session : sql::all<model::Session>(tx, "where user_id = $1", user)) sql::erase(tx, session.id);
}
void end_sessions(sql::Transaction& tx, const Id<model::Account>& account) {
  for (const auto& session :
       sql::all<model::Session>(tx, "where user_id in (select id from users where account_id = $1)", account))
    sql::erase(tx, session.id);
}

void forget_user(sql::Transaction& tx, model::User user, Time now) {
  end_sessions(tx, user.id);
  for (auto& pair : sql::all<model::KeyPair>(tx, "where user_id = $1 and removed is null", user.id)) {
    pair.removed = now;
    sql::update(tx, pair);
  }
  model::leave_projects(tx, user.id);
  user.removed = now;
  model::forget_marks(tx, user.id);
  model::move(tx, user, model::AccountEvent::remove);
}

Task<TenantOrder> end_tenants(durable::Flow& flow, TenantOrder order) {
  Clearing now;
  now.order = order;
  while (!now.over) now = co_await flow.run(clear_some, now);
  co_return co_await flow.run(forget_tenants, order);
}

}  // namespace welkin::flows
