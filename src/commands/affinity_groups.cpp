// Commands of affinity groups.
#include "commands/affinity_groups.hpp"

#include "commands/checks.hpp"
#include "commands/instances.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "model/cluster.hpp"
#include "model/dedication.hpp"
#include "model/host.hpp"
#include "model/pod.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;
using access::Using;

template <class Row>
std::string name_of_place(Call& call, sql::Transaction& tx, const Uuid& id) {
  const auto* row = call.look(tx, Id<Row>(id));
  return row ? row->name : std::string();
}
std::string name_of_place(Call& call, sql::Transaction& tx, const model::Dedication& kept) {
  switch (kept.kind) {
    case model::DedicatedKind::zone: return name_of_place<model::Zone>(call, tx, kept.place_id);
    case model::DedicatedKind::pod: return name_of_place<model::Pod>(call, tx, kept.place_id);
    case model::DedicatedKind::cluster: return name_of_place<model::Cluster>(call, tx, kept.place_id);
    case model::DedicatedKind::host: return name_of_place<model::Host>(call, tx, kept.place_id);
  }
  std::unreachable();
}

/// The instances of each, as far as the caller may see them, and the places.
void add_contents(Call& call, sql::Transaction& tx, std::vector<AffinityGroupAnswer>& answers) {
  std::vector<Id<model::AffinityGroup>> ids;
  std::unordered_map<Uuid, AffinityGroupAnswer*> by_id;
  for (auto& answer : answers) {
    ids.push_back(answer.id);
    by_id[answer.id] = &answer;
  }
  if (ids.empty()) return;
  AccountListing reachable;
  reachable.list_all = true;
  Where members;
  members.scope(call, tx, reachable, true).any_of("m.group_id", ids);
  tx.query(
      "select m.group_id, m.instance_id from affinity_members m join instances i on i.id = m.instance_id" +
          members.text() + " order by m.instance_id",
      members.cells(), [&](const sql::Row& row) {
        by_id.at(Uuid::parse(row[0].text).value())
            ->virtual_machine_ids.push_back(Id<model::Instance>::parse(row[1].text).value());
      });
  Where places;
  places.any_of("affinity_group_id", ids);
  for (const auto& kept : sql::all_with<model::Dedication>(tx, places.text() + " order by id", places.cells()))
    by_id.at(kept.affinity_group_id)
        ->dedicated_resources.push_back({kept.place_id, name_of_place(call, tx, kept), std::string(name_of(kept.kind))});
}

AffinityGroupAnswer whole_answer(Call& call, sql::Transaction& tx, const model::AffinityGroup& group) {
  std::vector<AffinityGroupAnswer> one{answer_affinity_group(call, tx, group)};
  add_contents(call, tx, one);
  return std::move(one.front());
}

struct CreateAffinityGroup : ForOwner {
  using Base = ForOwner;
  FIELDS(CreateAffinityGroup,
    (std::string, name, "Unique in the account."),
    (std::string, type, "host affinity, host anti-affinity, or one of these with non-strict before it."),
    (std::optional<std::string>, description, "What it is for."))
};
AffinityGroupAnswer create(Call& call, sql::Transaction& tx, const CreateAffinityGroup& r) {
  const auto owner = owner_of(tx, call, r);
  model::AffinityGroup group;
  group.id = call.cloud.new_id<model::AffinityGroup>();
  group.account_id = owner.id;
  group.domain_id = owner.domain_id;
  group.name = r.name;
  group.description = r.description.value_or("");
  group.kind = choice(r.type, model::AffinityKind::together, "type");
  if (group.kind == model::AffinityKind::dedicated)
    bad("Groups of this type come with places that are dedicated: use dedicateHost and its like.", "type");
  if (r.name.empty()) bad("A group has a name.", "name");
  check_free_name<model::AffinityGroup>(tx, "where name = $1 and account_id = $2", r.name, {}, owner.id);
  group.created = call.cloud.now();
  sql::insert(tx, group);
  call.touched = group.id;
  call.event_note = group.name;
  return whole_answer(call, tx, group);
}

struct DeleteAffinityGroup : ForOwner {
  using Base = ForOwner;
  FIELDS(DeleteAffinityGroup,
    (std::optional<Operate<model::AffinityGroup>>, id, "The group; its instances stay."),
    (std::optional<std::string>, name, "Its name, in place of id."))
};
model::AffinityGroup group_to_delete(Call& call, sql::Transaction& tx, const DeleteAffinityGroup& r) {
  if (r.id.has_value() == r.name.has_value()) bad("Name the group by id or by name.", "id");
  if (r.id) return **r.id;
  const auto owner = owner_of(tx, call, r);
  const auto group = sql::first<model::AffinityGroup>(tx, "where account_id = $1 and name = $2", owner.id, *r.name);
  if (!group) bad(fmt::format("The account has no affinity group called {}.", *r.name), "name");
  return *group;
}
Success remove(Call& call, sql::Transaction& tx, const DeleteAffinityGroup& r) {
  const auto group = group_to_delete(call, tx, r);
  if (group.kind == model::AffinityKind::dedicated)
    throw Error(Fault::in_use,
                fmt::format("Places are kept for the group {}; release them, and it goes with the last one.", group.name),
                group.id.text());
  model::forget_affinity_group(tx, group.id);
  call.touched = group.id;
  call.event_note = group.name;
  return {true, {}};
}

struct ListAffinityGroups : AccountListing {
  using Base = AccountListing;
  FIELDS(ListAffinityGroups,
    (std::optional<See<model::AffinityGroup>>, id, "Only this group."),
    (std::optional<std::string>, name, "Only groups of this name."),
    (std::optional<std::string>, type, "Only groups of this type."),
    (std::optional<See<model::Instance>>, virtual_machine_id, "Only groups that this instance is in."))
};
Page<AffinityGroupAnswer> list(Call& call, sql::Transaction& tx, const ListAffinityGroups& r) {
  Where where;
  where.scope(call, tx, r, r.id || r.virtual_machine_id).equal("id", r.id).equal("name", r.name);
  where.keyword({"name"}, r.keyword);
  if (r.type) where.equal("kind", choice(r.type, model::AffinityKind::together, "type"));
  if (r.virtual_machine_id)
    where.that("id in (select group_id from affinity_members where instance_id = $)", r.virtual_machine_id->id());
  auto page = answers_of<model::AffinityGroup>(tx, where, r, where.order_of_branch(), [&](const auto& group) {
    return answer_affinity_group(call, tx, group);
  });
  add_contents(call, tx, page.rows);
  return page;
}

struct AffinityTypeAnswer {
  FIELDS(AffinityTypeAnswer, (std::string, type, "What groups ask for."))
};
Page<AffinityTypeAnswer> list_types(Call&, sql::Transaction&, const Listing& r) {
  Page<AffinityTypeAnswer> page;
  const auto slice = slice_of(r);
  for (const auto name : choices_of(model::AffinityKind{})) {
    if (name == name_of(model::AffinityKind::dedicated)) continue;
    if (r.keyword && !name.contains(*r.keyword)) continue;
    if (page.count++ >= slice.offset && std::ssize(page.rows) < slice.length) page.rows.push_back({std::string(name)});
  }
  return page;
}

struct UpdateVmAffinityGroup {
  FIELDS(UpdateVmAffinityGroup,
    (Operate<model::Instance>, id, "The instance; it must be stopped."),
    (std::vector<Using<model::AffinityGroup>>, affinity_group_ids, "Its groups from now on; none when both are absent."),
    (std::vector<std::string>, affinity_group_names, "The same by name."))
};
InstanceAnswer update(Call& call, sql::Transaction& tx, const UpdateVmAffinityGroup& r) {
  const auto& instance = *r.id;
  if (instance.state != model::InstanceState::stopped)
    throw Error(Fault::conflict,
                fmt::format("The instance {} is {}; stop it before you change its groups.", instance.name,
                            name_of(instance.state)),
                instance.id.text());
  join_affinity_groups(call, tx, instance.id,
                       affinity_groups_named(tx, r.affinity_group_ids, r.affinity_group_names,
                                             {instance.account_id, instance.domain_id}));
  call.touched = instance.id;
  call.event_note = instance.name;
  return answer_instance(call, tx, instance.id);
}
}  // namespace

AffinityGroupAnswer answer_affinity_group(Call& call, sql::Transaction& tx, const model::AffinityGroup& group) {
  AffinityGroupAnswer out;
  out.id = group.id;
  out.name = group.name;
  out.description = unless_empty(group.description);
  out.type = name_of(group.kind);
  name_owner(call, tx, group.account_id, out);
  name_domain(call, tx, group.domain_id, out);
  return out;
}

std::unordered_map<Uuid, std::vector<AffinityGroupAnswer>> affinity_groups_of(Call& call, sql::Transaction& tx,
                                                                              std::span<const Uuid> instances) {
  const auto members = all_in<model::AffinityMember>(tx, "instance_id", instances, "group_id");
  std::vector<Uuid> groups;
  for (const auto& member : members) groups.push_back(member.group_id);
  call.look_ahead<model::AffinityGroup>(tx, std::move(groups));
  std::unordered_map<Uuid, std::vector<AffinityGroupAnswer>> out;
  for (const auto& member : members)
    if (const auto* group = call.look(tx, member.group_id))
      out[member.instance_id].push_back(answer_affinity_group(call, tx, *group));
  return out;
}

std::vector<model::AffinityGroup> affinity_groups_named(
    sql::Transaction& tx, const std::vector<access::Using<model::AffinityGroup>>& ids,
    const std::vector<std::string>& names, const access::Owner& owner) {
  if (!ids.empty() && !names.empty())
    bad("Give affinitygroupids or affinitygroupnames, not both.", "affinitygroupnames");
  std::vector<model::AffinityGroup> out;
  const auto add = [&](const model::AffinityGroup& group) {
    if (std::ranges::find(out, group.id, &model::AffinityGroup::id) == out.end()) out.push_back(group);
  };
  for (const auto& group : ids) {
    const auto& path = sql::need<model::Domain>(tx, owner.domain).path;
    const bool kept_for_all =
        !group->account_id && path.starts_with(sql::need<model::Domain>(tx, group->domain_id).path);
    if (group->account_id != owner.account && !kept_for_all)
      bad(fmt::format("The affinity group {} belongs to another account than the instance.", group->name),
          "affinitygroupids");
    add(*group);
  }
  for (const auto& name : names) {
    const auto group =
        sql::first<model::AffinityGroup>(tx, "where account_id = $1 and name = $2", owner.account, name);
    if (!group) bad(fmt::format("The owner has no affinity group called {}.", name), "affinitygroupnames");
    add(*group);
  }
  return out;
}

void join_affinity_groups(Call& call, sql::Transaction& tx, const Id<model::Instance>& instance,
                          const std::vector<model::AffinityGroup>& groups) {
  model::leave_affinity_groups(tx, instance);
  for (const auto& group : groups) {
    model::AffinityMember member;
    member.id = call.cloud.new_id<model::AffinityMember>();
    member.group_id = group.id;
    member.instance_id = instance;
    sql::insert(tx, member);
  }
}

std::vector<Command> affinity_group_commands() {
  constexpr auto all = Audience::everyone;
  constexpr std::string_view object = "affinitygroup", entity = "AffinityGroup";
  auto change = CommandFacts{"updateVMAffinityGroup", "virtualmachine", "Changes which affinity groups an instance is in.",
                             all, "VM.AG.UPDATE", "VirtualMachine"};
  change.response = "updatevirtualmachineresponse";
  return {
      prompt<create>({"createAffinityGroup", object, "Makes a group of instances that want to be together or apart.",
                      all, "AG.CREATE", entity},
                     true),
      prompt<remove>({"deleteAffinityGroup", "", "Forgets an affinity group; its instances stay.", all, "AG.DELETE",
                      entity}),
      reading<list>({"listAffinityGroups", object, "Lists affinity groups.", all}),
      reading<list_types>({"listAffinityGroupTypes", "affinityGroupType", "Lists what affinity groups can ask for.", all}),
      prompt<update>(change),
  };
}

}  // namespace welkin::commands
