// Commands of alerts.
#include "commands/bygone.hpp"
#include "commands/checks.hpp"
#include "model/alert.hpp"
#include "model/pod.hpp"

namespace welkin::commands {

namespace {
using access::End;
using access::See;

/// An alert, or a type alone.
struct AlertAnswer {
  FIELDS(AlertAnswer,
    (Id<model::Alert>, id, "The alert."),
    (std::int16_t, type, "The number of its type."),
    (std::string, name, "Its type."),
    (std::optional<std::string>, description, "What is the matter."),
    (std::optional<Time>, sent, "When it was raised."))
};
AlertAnswer answer(const model::Alert& alert) { return {alert.id, alert.type, alert.name, alert.subject, alert.sent}; }

/// Types are named by number, as clients do, or by name: some share a number.
Where& of_type(Where& where, const std::optional<std::string>& type) {
  if (!type) return where;
  std::int16_t number = 0;
  if (TypeOf<std::int16_t>::type.parse(&number, *type)) return where.equal("type", number);
  if (!type->starts_with("ALERT.")) bad(fmt::format("{} is no type of alerts; listAlertTypes names them.", *type), "type");
  return where.equal("name", *type);
}

struct ListAlerts : Listing {
  using Base = Listing;
  FIELDS(ListAlerts,
    (std::optional<See<model::Alert>>, id, "Only this alert."),
    (std::optional<std::string>, type, "Only alerts of this type, by its number or its name."),
    (std::optional<std::string>, name, "Only alerts of the type of this name."))
};
Page<AlertAnswer> list(Call&, sql::Transaction& tx, const ListAlerts& r) {
  Where where;
  where.equal("archived", false).equal("id", r.id).equal("name", r.name).keyword({"subject"}, r.keyword);
  of_type(where, r.type);
  return answers_of<model::Alert>(tx, where, r, "sent desc, id desc", answer);
}

struct BygoneAlerts : Bygone {
  using Base = Bygone;
  FIELDS(BygoneAlerts, (std::vector<End<model::Alert>>, ids, "These alerts."))
};
Where meant(const BygoneAlerts& r) {
  Where where;
  of_type(narrow_to_bygone(where, r, "sent"), r.type);
  return where;
}
Success archive(Call&, sql::Transaction& tx, const BygoneAlerts& r) {
  const auto where = meant(r);
  tx.execute("update alerts set archived = 1" + where.text(), where.cells());
  return {true, {}};
}
Success remove(Call&, sql::Transaction& tx, const BygoneAlerts& r) {
  const auto where = meant(r);
  tx.execute("delete from alerts" + where.text(), where.cells());
  return {true, {}};
}

struct GenerateAlert {
  FIELDS(GenerateAlert,
    (std::int16_t, type, "The number of its type: one of listAlertTypes, or a new one."),
    (std::string, name, "The name of its type."),
    (std::string, description, "What is the matter.", .length = 999),
    (std::optional<See<model::Zone>>, zone_id, "Where."),
    (std::optional<See<model::Pod>>, pod_id, "Where."))
};
/// A number that clients know goes with one of its names, and their names go with their numbers.
void check_type(const GenerateAlert& r) {
  if (r.type < 0) bad(fmt::format("The type {} is negative; types are numbers from 0 on.", r.type), "type");
  bool known = false;
  for (const auto& type : model::alert_types) {
    if (type.number == r.type && type.name == r.name) return;
    known |= type.number == r.type || same_text_ignoring_case(type.name, r.name);
  }
  if (known)
    bad(fmt::format("The type {} is not called {}; listAlertTypes tells the numbers and their names.", r.type, r.name), "name");
}
Success generate(Call& call, sql::Transaction& tx, const GenerateAlert& r) {
  check_type(r);
  model::Alarm alarm{.type = {r.type, r.name}, .about = {}, .subject = r.description};
  if (r.zone_id) alarm.zone = r.zone_id->id();
  if (r.pod_id) {
    const auto& pod = **r.pod_id;
    if (alarm.zone && alarm.zone != pod.zone_id) bad(fmt::format("The pod {} is not in this zone.", pod.name), "podid");
    alarm.zone = pod.zone_id;
    alarm.pod = pod.id;
  }
  call.touched = model::insert_alert(tx, call.cloud.vault, call.cloud.clock(), call.cloud.random, alarm).id;
  call.event_note = r.name;
  return {true, {}};
}

Page<AlertAnswer> list_types(Call&, sql::Transaction&, const Nothing&) {
  Page<AlertAnswer> page;
  for (const auto& type : model::alert_types) {
    auto& answer = page.rows.emplace_back();
    answer.type = type.number;
    answer.name = type.name;
  }
  page.count = std::ssize(page.rows);
  return page;
}
}  // namespace

std::vector<Command> alert_commands() {
  constexpr auto root = Audience::root;
  return {
      reading<list>({"listAlerts", "alert", "Lists alerts that nobody has put away.", root}),
      writing<archive>({"archiveAlerts", "", "Puts alerts away: no list shows them, and they are kept.", root}),
      writing<remove>({"deleteAlerts", "", "Deletes alerts.", root}),
      prompt<generate>({"generateAlert", "", "Raises an alert.", root, "ALERT.GENERATE", "Alert"}),
      reading<list_types>({"listAlertTypes", "alerttype", "Lists the types alerts can have.", root}),
  };
}

}  // namespace welkin::commands
