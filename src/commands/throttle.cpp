// Counts calls by account.
#include "commands/throttle.hpp"

#include <algorithm>

#include "model/settings.hpp"

namespace welkin::commands {

namespace {
constexpr int under_way_max = 10;  ///< of the server's sixteen workers for calls
constexpr std::size_t counts_max = 100'000;
}  // namespace

Throttle::Throttle(Cloud& cloud) : cloud_(cloud) {
  cloud.changes.add([known = known_](std::span<const sql::Change> news) {
    if (!news.empty() && std::ranges::none_of(news, [](const auto& c) { return c.noun == model::Setting::table; })) return;
    const std::lock_guard lock(known->mutex);
    known->limits.reset();
    ++known->age;
  });
}

Throttle::Limits Throttle::limits_in(sql::Transaction& tx) {
  namespace settings = model::settings;
  return {model::value_of(tx, settings::throttles), model::value_of(tx, settings::calls_max),
          model::value_of(tx, settings::calls_interval)};
}

Throttle::Limits Throttle::limits() {
  std::uint64_t age = 0;
  {
    const std::lock_guard lock(known_->mutex);
    if (known_->limits) return *known_->limits;
    age = known_->age;
  }
  const auto read = sql::read(cloud_.database, limits_in);
  const std::lock_guard lock(known_->mutex);
  if (age == known_->age) known_->limits = read;  // what was read before a change is not remembered after it
  return read;
}

Throttle::Place Throttle::enter(const access::Caller& caller) {
  if (caller.is_root()) return {};
  const auto limits = this->limits();
  const auto now = cloud_.now();
  const std::lock_guard lock(mutex_);
  if (counts_.size() >= counts_max) sweep(now);
  auto& count = counts_[caller.account];
  if (now >= count.until) {
    count.issued = 0;
    count.until = now + limits.interval;
  }
  if (limits.enabled && count.issued >= limits.most) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(count.until - now).count();
    throw Refusal{429,
                  fmt::format("The account {} has called {} times in {} seconds, which is its limit; call again in {} seconds.",
                              caller.account_name, limits.most,
                              std::chrono::duration_cast<std::chrono::seconds>(limits.interval).count(), seconds),
                  seconds};
  }
  if (count.under_way >= under_way_max)
    throw Refusal{503,
                  fmt::format("{} calls of the account {} are under way, which is the most at once; wait for one of them.",
                              count.under_way, caller.account_name),
                  1};
  ++count.issued;
  ++count.under_way;
  return {*this, caller.account};
}

void Throttle::leave(const Id<model::Account>& account) {
  const std::lock_guard lock(mutex_);
  const auto at = counts_.find(account);
  if (at != counts_.end() && at->second.under_way > 0) --at->second.under_way;
}

void Throttle::sweep(Time now) {
  std::erase_if(counts_, [&](const auto& entry) { return entry.second.under_way == 0 && entry.second.until <= now; });
}

Throttle::Standing Throttle::standing(const Id<model::Account>& account, const Limits& limits) {
  const auto now = cloud_.now();
  const std::lock_guard lock(mutex_);
  const auto at = counts_.find(account);
  if (at == counts_.end() || at->second.until <= now) return {0, limits.most, {}};
  return {at->second.issued, std::max<std::int64_t>(0, limits.most - at->second.issued), at->second.until - now};
}

void Throttle::reset(const Id<model::Account>& account) {
  const std::lock_guard lock(mutex_);
  for (auto& [id, count] : counts_)
    if (!account || id == account) count.until = {}, count.issued = 0;
}

}  // namespace welkin::commands
