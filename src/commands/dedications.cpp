// Commands that keep zones, pods, clusters and hosts for a domain or an account of it, and that release them.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "model/cluster.hpp"
#include "model/dedication.hpp"
#include "model/host.hpp"
#include "model/instance.hpp"
#include "model/pod.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;
using access::Using;
using model::Dedication;

/// For whom a place is kept: the account alone, or the domain at `path` and all beneath it.
struct Beneficiary {
  Id<model::Domain> domain;
  Id<model::Account> account;
  std::string path;

  /// Whatever is the other's is this one's, too.
  bool includes(const Beneficiary& other) const {
    return account ? account == other.account : other.path.starts_with(path);
  }
};
Beneficiary beneficiary_of(sql::Transaction& tx, const Dedication& kept) {
  return {kept.domain_id, kept.account_id, sql::need<model::Domain>(tx, kept.domain_id).path};
}

/// A place and those it lies in.
struct Place {
  model::DedicatedKind kind;
  Uuid id;
  Id<model::Zone> zone;
  std::string name;
  std::vector<Uuid> around;
  std::string_view column;  ///< of hosts, where it is named
};
Place place_of(const model::Zone& zone) {
  return {model::DedicatedKind::zone, zone.id, zone.id, zone.name, {}, "zone_id"};
}
Place place_of(const model::Pod& pod) {
  return {model::DedicatedKind::pod, pod.id, pod.zone_id, pod.name, {pod.zone_id}, "pod_id"};
}
Place place_of(const model::Cluster& cluster) {
  return {model::DedicatedKind::cluster, cluster.id,  cluster.zone_id, cluster.name, {cluster.pod_id, cluster.zone_id},
          "cluster_id"};
}
Place place_of(const model::Host& host) {
  return {model::DedicatedKind::host, host.id, host.zone_id, host.name,
          {host.cluster_id, host.pod_id, host.zone_id}, "id"};
}

/// Dedications of places within this one.
std::vector<Dedication> within(sql::Transaction& tx, const Place& place) {
  if (place.kind == model::DedicatedKind::zone)
    return sql::all<Dedication>(tx, "where zone_id = $1 and place_id <> $1", place.id);
  return sql::all<Dedication>(
      tx,
      fmt::format("where zone_id = $2 and place_id <> $1 and (place_id in (select id from hosts where {0} = $1) or "
                  "place_id in (select cluster_id from hosts where {0} = $1) or "
                  "place_id in (select id from clusters where pod_id = $1))",
                  place.column),
      place.id, place.zone);
}

[[noreturn]] void refuse(const Place& place, std::string_view why) {
  throw Error(Fault::conflict, fmt::format("The {} {} cannot be dedicated: {}.", name_of(place.kind), place.name, why),
              place.id.text());
}

/// Neither the places around it, nor those within, nor what runs there may be another's.
void check_free(sql::Transaction& tx, const Place& place, const Beneficiary& wanted) {
  if (sql::first<Dedication>(tx, "where place_id = $1", place.id)) refuse(place, "it is dedicated already");
  for (const auto& around : place.around)
    if (const auto kept = sql::first<Dedication>(tx, "where place_id = $1", around))
      if (!beneficiary_of(tx, *kept).includes(wanted))
        refuse(place, fmt::format("the {} it lies in is kept for somebody else", name_of(kept->kind)));
  for (const auto& kept : within(tx, place))
    if (!wanted.includes(beneficiary_of(tx, kept)))
      refuse(place, fmt::format("a {} in it is kept for somebody else", name_of(kept.kind)));
  const auto others = sql::count(
      tx,
      fmt::format("select count(*) from instances i join hosts h on h.id = i.host_id where h.{} = $1 and "
                  "i.removed is null and not ({})",
                  place.column,
                  wanted.account ? "i.account_id = $2"
                                 : fmt::format("i.domain_id in (select id from domains where {})",
                                               model::lies_beneath("path", "cast($2 as text)"))),
      place.id, wanted.account ? wanted.account.text() : wanted.path);
  if (others > 0) refuse(place, fmt::format("{} instances of others run there; move or stop them first", others));
}

/// The group of those who may be placed there: made with the first place that is kept for them.
Id<model::AffinityGroup> group_for(Call& call, sql::Transaction& tx, const Beneficiary& wanted) {
  const auto there =
      wanted.account
          ? sql::first<model::AffinityGroup>(tx, "where account_id = $1 and kind = 'ExplicitDedication'", wanted.account)
          : sql::first<model::AffinityGroup>(
                tx, "where domain_id = $1 and account_id is null and kind = 'ExplicitDedication'", wanted.domain);
  if (there) return there->id;
  model::AffinityGroup group;
  group.id = call.cloud.new_id<model::AffinityGroup>();
  group.account_id = wanted.account;
  group.domain_id = wanted.domain;
  group.name = wanted.account
                   ? "DedicatedGrp-" + sql::need<model::Account>(tx, wanted.account).name
                   : "DedicatedGrp-domain-" + sql::need<model::Domain>(tx, wanted.domain).name;
  group.description = "Instances in this group run where places are kept for them.";
  group.kind = model::AffinityKind::dedicated;
  group.created = call.cloud.now();
  if (wanted.account)
    check_free_name<model::AffinityGroup>(tx, "where name = $1 and account_id = $2", group.name, {}, wanted.account);
  sql::insert(tx, group);
  return group.id;
}

/// For whom a request wants it kept.
struct ForWhom {
  FIELDS(ForWhom,
    (Using<model::Domain>, domain_id, "The domain that it is kept for, with those beneath it."),
    (std::optional<std::string>, account, "Only for this account of the domain."))
};
Beneficiary beneficiary_of(Call& call, sql::Transaction& tx, const ForWhom& r) {
  Beneficiary out{r.domain_id.id(), {}, r.domain_id->path};
  if (r.account) {
    access::See<model::Domain> domain{r.domain_id.given, r.domain_id.row};
    out.account = owner_of(tx, call, r.account, domain).id;
  }
  return out;
}

#define DEDICATION_OF(Noun, field, what)                                                                        \
  struct Dedicate##Noun : ForWhom {                                                                             \
    using Base = ForWhom;                                                                                       \
    FIELDS(Dedicate##Noun, (Operate<model::Noun>, field##_id, "The " what "."))                                 \
    const model::Noun& place() const { return *field##_id; }                                                    \
  };                                                                                                            \
  struct ReleaseDedicated##Noun {                                                                               \
    FIELDS(ReleaseDedicated##Noun, (Operate<model::Noun>, field##_id, "The " what "."))                         \
    const model::Noun& place() const { return *field##_id; }                                                    \
  };                                                                                                            \
  struct Dedicated##Noun##Answer {                                                                              \
    FIELDS(Dedicated##Noun##Answer,                                                                             \
      (Id<Dedication>, id, "The dedication."),                                                                  \
      (Id<model::Noun>, field##_id, "The " what "."),                                                           \
      (std::string, field##_name, "By name."),                                                                  \
      (Id<model::Domain>, domain_id, "The domain that it is kept for."),                                        \
      (Id<model::Account>, account_id, "The account of it, when it is kept for that alone."),                   \
      (Id<model::AffinityGroup>, affinity_group_id, "Instances that shall run there are in this group."))       \
    static constexpr auto kind = #Noun;                                                                         \
    void set_place(const model::Noun& place) { field##_id = place.id, field##_name = place.name; }              \
    static model::Noun place(sql::Transaction& tx, const Uuid& id) {                                            \
      return sql::need<model::Noun>(tx, Id<model::Noun>(id));                                                   \
    }                                                                                                           \
  };                                                                                                            \
  struct ListDedicated##Noun##s : Listing {                                                                     \
    using Base = Listing;                                                                                       \
    using Answer = Dedicated##Noun##Answer;                                                                     \
    FIELDS(ListDedicated##Noun##s,                                                                              \
      (std::optional<See<model::Noun>>, field##_id, "Only of this " what "."),                                  \
      (std::optional<See<model::Domain>>, domain_id, "Only what is kept for this domain."),                     \
      (std::optional<std::string>, account, "Only what is kept for this account of it."),                       \
      (std::optional<See<model::AffinityGroup>>, affinity_group_id, "Only what is kept for this group."))       \
    std::optional<Uuid> place_id() const { return field##_id ? std::optional(Uuid(field##_id->id())) : std::nullopt; } \
  };
DEDICATION_OF(Zone, zone, "zone")
DEDICATION_OF(Pod, pod, "pod")
DEDICATION_OF(Cluster, cluster, "cluster")
DEDICATION_OF(Host, host, "host")
#undef DEDICATION_OF

template <class Answer>
Answer answer(sql::Transaction& tx, const Dedication& kept) {
  Answer out;
  out.id = kept.id;
  out.set_place(Answer::place(tx, kept.place_id));
  out.domain_id = kept.domain_id;
  out.account_id = kept.account_id;
  out.affinity_group_id = kept.affinity_group_id;
  return out;
}

template <class Request, class Answer>
Page<Answer> dedicate(Call& call, sql::Transaction& tx, const Request& r) {
  const auto place = place_of(r.place());
  const auto wanted = beneficiary_of(call, tx, r);
  check_free(tx, place, wanted);
  Dedication kept;
  kept.id = call.cloud.new_id<Dedication>();
  kept.kind = place.kind;
  kept.place_id = place.id;
  kept.zone_id = place.zone;
  kept.domain_id = wanted.domain;
  kept.account_id = wanted.account;
  kept.affinity_group_id = group_for(call, tx, wanted);
  kept.created = call.cloud.now();
  sql::insert(tx, kept);
  call.touched = place.id;
  call.event_note = place.name;
  return {1, {answer<Answer>(tx, kept)}};
}

template <class Request>
Success release(Call& call, sql::Transaction& tx, const Request& r) {
  const auto place = place_of(r.place());
  const auto kept = sql::first<Dedication>(tx, "where place_id = $1", place.id);
  if (!kept)
    throw Error(Fault::conflict, fmt::format("The {} {} is not dedicated.", name_of(place.kind), place.name),
                place.id.text());
  model::release_dedication(tx, *kept);
  call.touched = place.id;
  call.event_note = place.name;
  return {true, {}};
}

template <class Request>
Page<typename Request::Answer> list(Call& call, sql::Transaction& tx, const Request& r) {
  using Answer = Request::Answer;
  Where where;
  where.equal("kind", std::string(Answer::kind)).equal("place_id", r.place_id()).equal("domain_id", r.domain_id);
  where.equal("affinity_group_id", r.affinity_group_id);
  if (r.account) where.equal("account_id", owner_of(tx, call, r.account, r.domain_id).id);
  if (r.keyword)
    where.that("place_id in (select id from " + std::string(decltype(Answer::place(tx, {}))::table) +
                   " where lower(name) like $)",
               "%" + lowered(*r.keyword) + "%");
  return answers_of<Dedication>(tx, where, r, "created, id",
                                [&](const auto& kept) { return answer<Answer>(tx, kept); });
}
}  // namespace

std::vector<Command> dedication_commands() {
  constexpr auto root = Audience::root;
  constexpr std::string_view kept = "DEDICATE.RESOURCE", released = "DEDICATE.RESOURCE.RELEASE";
  return {
      prompt<dedicate<DedicateZone, DedicatedZoneAnswer>>(
          {"dedicateZone", "dedicatedzone", "Keeps a zone for a domain or an account.", root, kept, "Zone"}),
      prompt<dedicate<DedicatePod, DedicatedPodAnswer>>(
          {"dedicatePod", "dedicatedpod", "Keeps a pod for a domain or an account.", root, kept, "Pod"}),
      prompt<dedicate<DedicateCluster, DedicatedClusterAnswer>>(
          {"dedicateCluster", "dedicatedcluster", "Keeps a cluster for a domain or an account.", root, kept, "Cluster"}),
      prompt<dedicate<DedicateHost, DedicatedHostAnswer>>(
          {"dedicateHost", "dedicatedhost", "Keeps a host for a domain or an account.", root, kept, "Host"}),
      prompt<release<ReleaseDedicatedZone>>(
          {"releaseDedicatedZone", "", "Opens a zone to all again.", root, released, "Zone"}),
      prompt<release<ReleaseDedicatedPod>>(
          {"releaseDedicatedPod", "", "Opens a pod to all again.", root, released, "Pod"}),
      prompt<release<ReleaseDedicatedCluster>>(
          {"releaseDedicatedCluster", "", "Opens a cluster to all again.", root, released, "Cluster"}),
      prompt<release<ReleaseDedicatedHost>>(
          {"releaseDedicatedHost", "", "Opens a host to all again.", root, released, "Host"}),
      reading<list<ListDedicatedZones>>({"listDedicatedZones", "dedicatedzone", "Lists zones that are kept.", root}),
      reading<list<ListDedicatedPods>>({"listDedicatedPods", "dedicatedpod", "Lists pods that are kept.", root}),
      reading<list<ListDedicatedClusters>>(
          {"listDedicatedClusters", "dedicatedcluster", "Lists clusters that are kept.", root}),
      reading<list<ListDedicatedHosts>>({"listDedicatedHosts", "dedicatedhost", "Lists hosts that are kept.", root}),
  };
}

}  // namespace welkin::commands
