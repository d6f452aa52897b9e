// How alarms become alerts.
#include "model/alert.hpp"

#include "model/mail.hpp"

namespace welkin::model {

namespace {
constexpr auto said_for = 1h;

bool repeats(sql::Transaction& tx, std::string_view name) {
  std::vector<std::string> types;
  const auto listed = value_of(tx, settings::repeated_alerts);
  TypeOf<std::vector<std::string>>::type.parse(&types, listed);
  return std::ranges::any_of(types, [&](const auto& type) { return same_text_ignoring_case(type, name); });
}
}  // namespace

bool is_raised(sql::Transaction& tx, Time now, const Alarm& alarm) {
  const auto last = sql::first<Alert>(tx, "where name = $1 and about_id = $2 and archived = 0 order by sent desc limit 1",
                                      alarm.type.name, alarm.about);
  return last && last->subject == alarm.subject && now - last->sent < said_for && !repeats(tx, alarm.type.name);
}

void raise(sql::Transaction& tx, const Vault& vault, Clock& clock, Random& random, const Alarm& alarm) {
  if (!is_raised(tx, clock.now(), alarm)) insert_alert(tx, vault, clock, random, alarm);
}

Alert insert_alert(sql::Transaction& tx, const Vault& vault, Clock& clock, Random& random, const Alarm& alarm) {
  Alert alert;
  alert.id = new_id<Alert>(clock, random);
  alert.type = alarm.type.number;
  alert.name = alarm.type.name;
  alert.subject = alarm.subject;
  alert.content = alarm.content.empty() ? alarm.subject : alarm.content;
  alert.zone_id = alarm.zone;
  alert.pod_id = alarm.pod;
  alert.cluster_id = alarm.cluster;
  alert.about_id = alarm.about;
  alert.sent = clock.now();
  sql::insert(tx, alert);
  mail_alert(tx, alert.subject, alert.content, vault, clock, random);
  return alert;
}

}  // namespace welkin::model
