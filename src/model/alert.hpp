// An alert: what operators should know, and did not ask for.
#pragma once

#include <span>

#include "base/vault.hpp"
#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

/// The name is the key: some kinds share a number.
struct AlertType {
  std::int16_t number;
  std::string_view name;
};
/// All that clients know.
inline constexpr AlertType alert_types[] = {
    {0, "ALERT.MEMORY"},
    {1, "ALERT.CPU"},
    {2, "ALERT.STORAGE"},
    {3, "ALERT.STORAGE.ALLOCATED"},
    {4, "ALERT.NETWORK.PUBLICIP"},
    {10, "ALERT.NETWORK.IPV6SUBNET"},
    {5, "ALERT.NETWORK.PRIVATEIP"},
    {6, "ALERT.STORAGE.SECONDARY"},
    {7, "ALERT.COMPUTE.HOST"},
    {8, "ALERT.USERVM"},
    {9, "ALERT.SERVICE.DOMAINROUTER"},
    {10, "ALERT.SERVICE.CONSOLEPROXY"},
    {11, "ALERT.NETWORK.ROUTING"},
    {12, "ALERT.STORAGE.MISC"},
    {13, "ALERT.USAGE"},
    {14, "ALERT.MANAGEMENT"},
    {15, "ALERT.NETWORK.DOMAINROUTERMIGRATE"},
    {16, "ALERT.SERVICE.CONSOLEPROXYMIGRATE"},
    {17, "ALERT.USERVM.MIGRATE"},
    {18, "ALERT.NETWORK.VLAN"},
    {19, "ALERT.SERVICE.SSVM"},
    {20, "ALERT.USAGE.RESULT"},
    {21, "ALERT.STORAGE.DELETE"},
    {22, "ALERT.RESOURCE.COUNT"},
    {23, "ALERT.USAGE.SANITY"},
    {24, "ALERT.NETWORK.DIRECTPUBLICIP"},
    {25, "ALERT.STORAGE.LOCAL"},
    {26, "ALERT.RESOURCE.EXCEED"},
    {27, "ALERT.TYPE.SYNC"},
    {28, "ALERT.UPLOAD.FAILED"},
    {29, "ALERT.OOBM.AUTHERROR"},
    {30, "ALERT.HA.ACTION"},
    {31, "ALERT.CA.CERT"},
    {32, "ALERT.VM.SNAPSHOT"},
    {33, "ALERT.VR.PUBLIC.IFACE.MTU"},
    {34, "ALERT.VR.PRIVATE.IFACE.MTU"},
    {33, "ALERT.TYPE.EXTENSION.PATH.NOT.READY"},
    {34, "ALERT.S2S.VPN.GATEWAY.OBSOLETE.PARAMETERS"},
    {21, "ALERT.STORAGE.BACKUP"},
    {20, "ALERT.STORAGE.OBJECT"},
    {35, "ALERT.BACKUP.VALIDATION.FAILED"},
    {36, "ALERT.BACKUP.VALIDATION.UNABLE.TO.VALIDATE"},
    {37, "ALERT.BACKUP.VALIDATION.CLEANUP_FAILED"},
};
/// One of these; a name that is not among them does not compile.
consteval AlertType alert_type(std::string_view name) {
  for (const auto& type : alert_types)
    if (type.name == name) return type;
  throw "no client knows this type";
}

struct Alert {
  static constexpr std::string_view table = "alerts";
  static constexpr std::string_view indexes[] = {"(name, about_id, sent)", "(archived, sent, id)"};
  FIELDS(Alert,
    (Id<Alert>, id, "The alert."),
    (std::int16_t, type, "The number of its type."),
    (std::string, name, "Its type."),
    (std::string, subject, "What is the matter, in a line.", .length = 999),
    (std::string, content, "What is the matter, in full.", .length = 4096),
    (Id<Zone>, zone_id, "Where; may be nil."),
    (Id<Pod>, pod_id, "Where; may be nil."),
    (Id<Cluster>, cluster_id, "Where; may be nil."),
    (Uuid, about_id, "The host, router, place … that it is about; may be nil."),
    (bool, archived, "Put away."),
    (Time, sent, "When it was raised."))
};

/// What is the matter.
struct Alarm {
  AlertType type;
  Uuid about;
  Id<Zone> zone{};
  Id<Pod> pod{};
  Id<Cluster> cluster{};
  std::string subject;
  std::string content{};  ///< in full; the subject says it all when it is empty
};

/// It was raised within the hour, and nothing else of its type has come of the thing since. Not for types of
/// `alert.allowed.repetitive.types`: these are raised again each time.
bool is_raised(sql::Transaction& tx, Time now, const Alarm& alarm);
/// Makes an alert of it, unless it is raised.
void raise(sql::Transaction& tx, const Vault& vault, Clock& clock, Random& random, const Alarm& alarm);
/// Makes an alert of it in any case, and mails it to those who want to know. Every alert is made here.
Alert insert_alert(sql::Transaction& tx, const Vault& vault, Clock& clock, Random& random, const Alarm& alarm);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Alert)
