// Commands of groups of instances.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "model/instance.hpp"
#include "model/instance_group.hpp"
#include "model/marks.hpp"

namespace welkin::commands {

namespace {
using access::End;
using access::Operate;
using access::See;

struct GroupAnswer {
  FIELDS(GroupAnswer,
    (Id<model::InstanceGroup>, id, "The group."),
    (std::string, name, "Unique in the account."),
    (Time, created, "When it was made."),
    (std::optional<std::string>, account, "Its owner."),
    (Id<model::Project>, project_id, "The project it is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::Domain>, domain_id, "The owner's domain."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (bool, has_annotations, "Whether somebody has written a note."))
};
GroupAnswer answer(Call& call, sql::Transaction& tx, const model::InstanceGroup& group) {
  GroupAnswer out;
  out.id = group.id;
  out.name = group.name;
  out.created = group.created;
  name_owner(call, tx, group.account_id, out);
  name_domain(call, tx, group.domain_id, out);
  return out;
}

void check_free(sql::Transaction& tx, const Id<model::Account>& owner, const std::string& name, const Uuid& self) {
  check_free_name<model::InstanceGroup>(tx, "where name = $1 and account_id = $2", name, self, owner);
}

struct CreateInstanceGroup : ForOwner {
  using Base = ForOwner;
  FIELDS(CreateInstanceGroup,
    (std::string, name, "Unique in the account."))
};
GroupAnswer create(Call& call, sql::Transaction& tx, const CreateInstanceGroup& r) {
  const auto owner = owner_of(tx, call, r);
  check_free(tx, owner.id, r.name, {});
  const auto id =
      model::group_named(tx, owner.id, owner.domain_id, r.name, call.cloud.clock(), call.cloud.random);
  call.event_note = r.name;
  return answer(call, tx, sql::need<model::InstanceGroup>(tx, id));
}

struct UpdateInstanceGroup {
  FIELDS(UpdateInstanceGroup,
    (Operate<model::InstanceGroup>, id, "The group."),
    (std::optional<std::string>, name, "Its new name."))
};
GroupAnswer update(Call& call, sql::Transaction& tx, const UpdateInstanceGroup& r) {
  auto group = *r.id;
  if (r.name) {
    if (r.name->empty()) throw Error(Fault::invalid, "A group has a name.", "name");
    check_free(tx, group.account_id, *r.name, group.id);
    group.name = *r.name;
    sql::update(tx, group);
  }
  call.event_note = group.name;
  return answer(call, tx, group);
}

struct DeleteInstanceGroup {
  FIELDS(DeleteInstanceGroup,
    (End<model::InstanceGroup>, id, "The group; its instances stay."))
};
Success remove(Call& call, sql::Transaction& tx, const DeleteInstanceGroup& r) {
  for (auto& instance : sql::all<model::Instance>(tx, "where group_id = $1", r.id.id())) {
    instance.group_id = {};
    sql::update(tx, instance);
  }
  model::forget_marks(tx, r.id.id());
  sql::erase(tx, r.id.id());
  call.event_note = r.id->name;
  return {true, {}};
}

struct ListInstanceGroups : AccountListing {
  using Base = AccountListing;
  FIELDS(ListInstanceGroups,
    (std::optional<See<model::InstanceGroup>>, id, "Only this group."),
    (std::optional<std::string>, name, "Only the group of this name."))
};
Page<GroupAnswer> list(Call& call, sql::Transaction& tx, const ListInstanceGroups& r) {
  Where where;
  where.scope(call, tx, r, r.id.has_value()).equal("id", r.id).equal("name", r.name).keyword({"name"}, r.keyword);
  return answers_of<model::InstanceGroup>(tx, where, r, where.order_of_branch(),
                                          [&](const auto& group) { return answer(call, tx, group); });
}
}  // namespace

std::vector<Command> instance_group_commands() {
  constexpr auto all = Audience::everyone;
  constexpr std::string_view object = "instancegroup";
  return {
      writing<create>({"createInstanceGroup", object, "Makes a group to sort instances into.", all}),
      writing<update>({"updateInstanceGroup", object, "Renames a group of instances.", all}),
      writing<remove>({"deleteInstanceGroup", "", "Forgets a group of instances; they stay.", all}),
      reading<list>({"listInstanceGroups", object, "Lists groups of instances.", all}),
  };
}

}  // namespace welkin::commands
