// Deletions of old events and alerts.
#include "watch/purge.hpp"

#include "model/settings.hpp"

namespace welkin::watch {

namespace {
namespace settings = model::settings;
constexpr int deleted_at_once = 10'000;

struct Kind {
  std::string_view table, column;  ///< `column` holds when it was
  const model::KnownSetting<settings::Integer>& days;
  const model::KnownSetting<settings::Seconds>& interval;
};
constexpr Kind events{"events", "created", settings::event_days, settings::event_purge_interval};
constexpr Kind alerts{"alerts", "sent", settings::alert_days, settings::alert_purge_interval};

void go_through(Cloud& cloud, const Kind& kind, std::optional<Time>& last) {
  const auto now = cloud.now();
  const auto gone = sql::write(cloud.database, [&](sql::Transaction& tx) -> std::int64_t {
    if (last && now - *last < model::value_of(tx, kind.interval)) return deleted_at_once;
    const auto days = model::value_of(tx, kind.days);
    if (days == 0) return 0;
    return tx.execute(fmt::format("delete from {0} where id in (select id from {0} where archived = 0 and {1} < $1 "
                                  "order by {1} limit $2)",
                                  kind.table, kind.column),
                      sql::cells(Time(now - std::chrono::days(days)), deleted_at_once));
  });
  if (gone < deleted_at_once) last = now;
}
}  // namespace

void Purge::round(Cloud& cloud) {
  const std::unique_lock lock(one_at_a_time_, std::try_to_lock);
  if (!lock) return;
  go_through(cloud, events, events_);
  go_through(cloud, alerts, alerts_);
}

}  // namespace welkin::watch
