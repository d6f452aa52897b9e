// The rules for all nics are swapped at once whenever one changes.
#include "network/bridge/guards.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "base/log.hpp"
#include "network/bridge/guard_rules.hpp"
#include "network/bridge/namespaces.hpp"
#include "network/bridge/nftables.hpp"
#include "network/bridge/shaping.hpp"
#include "network/bridge/state.hpp"

namespace welkin::network {
namespace {

/// A name for a link out of another's, for there is room for 15 characters only.
std::string detour_of(const std::string& tap) { return fmt::format("wi{:013x}", mark_of(tap) >> 12); }

std::vector<GuardSpec> all_of(const std::map<Uuid, GuardSpec>& guards) {
  const auto values = std::views::values(guards);
  return {values.begin(), values.end()};
}

}  // namespace

Guards::Guards(HostNetwork host) : host_(std::move(host)) {
  make_directory(host_.directory + "/guards", 0700);
  for (const auto& name : names_in(host_.directory + "/guards"))
    if (auto spec = kept<GuardSpec>(host_.directory + "/guards/" + name))
      guards_.emplace(spec->instance, std::move(*spec));
  if (!guards_.empty()) enforce(guards_);
}

std::string Guards::file_of(const Uuid& instance) const {
  return host_.directory + "/guards/" + instance.text();
}

void Guards::enforce(const Guarded& guards) {
  const auto rules = render_guards(all_of(guards));
  if (rules == rules_) return;
  apply_rules(whole_table("bridge", host_.table(), rules));
  rules_ = rules;
}

void Guards::guard(const GuardSpec& spec) {
  if (!spec.instance) throw Error(Fault::invalid, "A guard needs its instance.", "instance");
  const std::lock_guard lock(mutex_);
  auto next = guards_;
  const auto before = next[spec.instance];
  if (spec.nics.empty())
    next.erase(spec.instance);
  else
    next.insert_or_assign(spec.instance, spec);
  // Noted first: an agent that dies in between must not forget a promise that is in force.
  if (!spec.nics.empty() && before != spec) {
    render_guards(all_of(next));
    keep(file_of(spec.instance), spec);
  }
  enforce(next);
  if (spec.nics.empty()) remove_state(file_of(spec.instance));
  guards_ = std::move(next);
  shape(before, spec);
}

/// The best that can be done now: a limit that fails is no reason to refuse the instance its network.
void Guards::shape(const GuardSpec& before, const GuardSpec& now) const {
  try {
    Netlink netlink;
    for (const auto& nic : before.nics)
      if (std::ranges::find(now.nics, nic.tap, &GuardedNic::tap) == now.nics.end())
        lift_rate(netlink, nic.tap, detour_of(nic.tap));
    for (const auto& nic : now.nics)
      if (const auto tap = find_link(netlink, nic.tap)) {
        quiet_link(nic.tap);
        limit_rate(netlink, *tap, {nic.rate_megabits, detour_of(nic.tap), host_.alias()});
      }
  } catch (const Error& error) {
    log::warning("the rate of instance {} is not limited: {} {}", now.instance.text(), error.message,
                 error.cause);
  }
}

std::vector<Uuid> Guards::guarded() const {
  const std::lock_guard lock(mutex_);
  const auto keys = std::views::keys(guards_);
  return {keys.begin(), keys.end()};
}

void Guards::clear() {
  const std::lock_guard lock(mutex_);
  for (const auto& [instance, spec] : guards_) shape(spec, {.instance = instance, .nics = {}});
  guards_.clear();
  rules_.clear();
  apply_rules(no_table("bridge", host_.table()));
  remove_state(host_.directory + "/guards");
}

}  // namespace welkin::network
