// Commands of projects.
#include "commands/projects.hpp"

#include "commands/tags.hpp"
#include "flows/tenants.hpp"
#include "model/counters.hpp"
#include "model/settings.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

struct OwnerAnswer {
  FIELDS(OwnerAnswer,
    (std::string, account, "An account that owns the project."),
    (Id<model::User>, user_id, "The only user of it that does; absent for all."),
    (std::optional<std::string>, user, "By name."))
};
struct ProjectAnswer : Holdings {
  using Base = Holdings;
  FIELDS(ProjectAnswer,
    (Id<model::Project>, id, "The project."),
    (std::optional<IconAnswer>, icon, "Its icon, when asked for.", .type = "resourceiconresponse"),
    (std::string, name, "Unique in its domain."),
    (std::string, display_text, "What it is for."),
    (Id<model::Domain>, domain_id, "Its domain."),
    (std::string, domain, "By name."),
    (std::vector<OwnerAnswer>, owner, "Who owns it.", .keep_empty = true),
    (std::string, project_account_name, "The hidden account that its things belong to."),
    (std::string, state, "Active, Suspended or Disabled."),
    (std::vector<TagAnswer>, tags, "Its tags.", .keep_empty = true),
    (int, vm_stopped, "Stopped instances."),
    (int, vm_running, "Running instances."),
    (Time, created, "When it was made."))
};

/// Owners and what the projects hold, for a page at once.
void complete(Call& call, sql::Transaction& tx, Page<ProjectAnswer>& page) {
  add_tags(call, tx, model::TaggedKind::project, page.rows);
  const auto ids = ids_on(page);
  std::vector<Holder> holders;
  for (const auto& row : page.rows) holders.push_back({model::account_of(row.id), model::AccountType::project});
  const auto held = held_by_accounts(tx, holders);
  std::unordered_map<Uuid, std::vector<OwnerAnswer>> owners;
  const auto members = all_in<model::ProjectMember>(tx, "rank = 'Admin' and project_id", ids, "created, id");
  call.look_ahead<model::Account>(tx, each_of(members, &model::ProjectMember::account_id));
  call.look_ahead<model::User>(tx, each_of(members, &model::ProjectMember::user_id));
  for (const auto& member : members) {
    auto& owner = owners[member.project_id].emplace_back();
    if (const auto* account = call.look(tx, member.account_id)) owner.account = account->name;
    owner.user_id = member.user_id;
    if (const auto* user = call.look(tx, member.user_id)) owner.user = user->user_name;
  }
  for (auto& row : page.rows) {
    const auto& mine = held.at(row.id);
    static_cast<Holdings&>(row) = mine.holdings;
    row.vm_running = mine.running;
    row.vm_stopped = mine.stopped;
    row.owner = std::move(owners[row.id]);
  }
  std::vector<TaggedHoldings> tagged;
  for (auto& row : page.rows) tagged.push_back({{model::account_of(row.id), {}}, model::account_of(row.id), &row});
  show_tagged(tx, tagged);
}

ProjectAnswer answer_project(Call& call, sql::Transaction& tx, const model::Project& project) {
  ProjectAnswer out;
  out.id = project.id;
  out.name = project.name;
  out.display_text = project.display_text;
  out.domain_id = project.domain_id;
  if (const auto* domain = call.look(tx, project.domain_id)) out.domain = domain->name;
  if (const auto* account = call.look(tx, model::account_of(project.id))) out.project_account_name = account->name;
  out.state = name_of(project.state);
  out.created = project.created;
  return out;
}
ProjectAnswer whole_answer(Call& call, sql::Transaction& tx, const model::Project& project) {
  Page<ProjectAnswer> page{1, {answer_project(call, tx, project)}};
  complete(call, tx, page);
  return page.rows.front();
}

struct ListProjects : DomainListing {
  using Base = DomainListing;
  FIELDS(ListProjects,
    (std::optional<See<model::Project>>, id, "Only this project."),
    (std::optional<std::string>, name, "Only the project of this name."),
    (std::optional<std::string>, display_text, "Only projects that are for this."),
    (std::optional<model::ProjectState>, state, "Only projects in this state."),
    (TextMap, tags, "Only projects with these tags."),
    (std::optional<std::string>, account, "Only projects that this account of the domain is a member of."),
    (std::optional<std::string>, username, "Only projects that the user of this name is a member of."),
    (std::vector<std::string>, details, "Accepted; all details are always answered."),
    (bool, show_icon, "With icons."))
};
/// Administrators see their domain's projects when they ask for them; else, as everybody, those they are members of.
void scope(Where& where, Call& call, sql::Transaction& tx, const ListProjects& r) {
  const auto& caller = call.caller;
  if (r.account) {
    const auto account = model::account_named(tx, r.domain_id ? r.domain_id->id() : caller.domain, *r.account);
    if (!account || !access::commands_account(tx, caller, account->id, account->domain_id, access::Use::see))
      bad(fmt::format("Unable to find account {} in the domain.", *r.account), "account");
    where.that("id in (select project_id from project_members where account_id = $)", account->id);
  }
  const bool wide = r.account || r.id || r.list_all || r.domain_id;
  if (!caller.is_admin() || !wide) {
    where.in_own_projects("id", tx, caller);
  } else if (r.domain_id && !r.is_recursive) {
    where.equal("domain_id", r.domain_id);
  } else if (r.domain_id || caller.is_domain_admin()) {
    where.within(r.domain_id ? (*r.domain_id)->path : caller.domain_path);
  }
}
Page<ProjectAnswer> list_projects(Call& call, sql::Transaction& tx, const ListProjects& r) {
  Where where;
  where.equal("id", r.id)
      .equal("name", r.name)
      .equal("display_text", r.display_text)
      .equal("state", r.state)
      .keyword({"name", "display_text"}, r.keyword)
      .tagged(model::TaggedKind::project, r.tags)
      .that("removed is null");
  if (r.username)
    where.that(
        "id in (select m.project_id from project_members m join users u on u.account_id = m.account_id "
        "where u.user_name = $ and u.removed is null and (m.user_id is null or m.user_id = u.id))",
        *r.username);
  scope(where, call, tx, r);
  const auto found = page_of<model::Project>(tx, where, r, "created, id");
  call.look_ahead<model::Account>(tx, ids_on(found));
  Page<ProjectAnswer> page{found.count, {}};
  for (const auto& project : found.rows) page.rows.push_back(answer_project(call, tx, project));
  complete(call, tx, page);
  return page;
}

void check_free_project_name(sql::Transaction& tx, const model::Project& project) {
  check_name(project.name, "name");
  check_free_name<model::Project>(tx, "where lower(name) = lower($1) and domain_id = $2 and removed is null",
                                  project.name, project.id, project.domain_id);
}

struct CreateProject {
  FIELDS(CreateProject,
    (std::string, name, "Unique in its domain."),
    (std::optional<std::string>, display_text, "What it is for; the name when absent."),
    (std::optional<std::string>, account, "The account that owns it, and in whose domain it is; needs domainid."),
    (std::optional<See<model::Domain>>, domain_id, "That account's domain."),
    (std::optional<Operate<model::Account>>, account_id, "The account by id."),
    (std::optional<See<model::User>>, user_id, "The only user of the account who owns it; all of them when absent."))
};
model::Account owner_of(sql::Transaction& tx, Call& call, const CreateProject& r) {
  if (r.account && r.account_id) bad("Give account or accountid, not both.", "accountid");
  if (r.account_id) return **r.account_id;
  if (r.user_id && !r.account) return sql::need<model::Account>(tx, (*r.user_id)->account_id);
  return owner_of(tx, call, r.account, r.domain_id);
}
/// The account that the project's things will belong to.
void add_hidden_account(sql::Transaction& tx, const model::Project& project) {
  model::Account account;
  account.id = model::account_of(project.id);
  account.number = model::next_number(tx, "account") + 1;
  account.name = fmt::format("{}{}-{}", project_account_prefix, project.name, account.number);
  account.domain_id = project.domain_id;
  account.type = model::AccountType::project;
  account.created = project.created;
  sql::insert(tx, account);
}
ProjectAnswer create_project(Call& call, sql::Transaction& tx, const CreateProject& r) {
  if (!call.caller.is_admin() && !model::value_of(tx, model::settings::users_make_projects))
    throw Error(Fault::forbidden, "Only administrators make projects here (allow.user.create.projects).", "name");
  const auto owner = owner_of(tx, call, r);
  if (r.user_id && (*r.user_id)->account_id != owner.id)
    bad(fmt::format("The user {} does not act for the account {}.", (*r.user_id)->user_name, owner.name), "userid");
  must_be_active(owner);
  must_be_active(sql::need<model::Domain>(tx, owner.domain_id));
  model::Project project;
  project.id = call.cloud.new_id<model::Project>();
  project.domain_id = owner.domain_id;
  project.name = r.name;
  project.display_text = r.display_text.value_or(r.name);
  project.created = call.cloud.now();
  check_free_project_name(tx, project);
  sql::insert(tx, project);
  add_hidden_account(tx, project);
  model::ProjectMember member;
  member.project_id = project.id;
  member.account_id = owner.id;
  if (r.user_id) member.user_id = r.user_id->id();
  member.rank = model::ProjectRank::admin;
  add_member(call, tx, member);
  call.touched = project.id;
  call.event_note = project.name;
  return whole_answer(call, tx, project);
}

struct UpdateProject {
  FIELDS(UpdateProject,
    (Operate<model::Project>, id, "The project."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::string>, display_text, "What it is for."),
    (std::optional<std::string>, account, "A member: the new owner in place of the present one, or with swapowner=false the one whose rank changes."),
    (std::optional<Id<model::User>>, user_id, "A user who is a member, in place of account."),
    (std::optional<std::string>, role_type, "With swapowner=false: Admin or Regular, the member's new rank."),
    (std::optional<bool>, swap_owner, "The present owner becomes a regular member; true when absent."))
};
model::ProjectMember member_meant(sql::Transaction& tx, const UpdateProject& r) {
  std::optional<model::ProjectMember> member;
  if (r.user_id) {
    member = sql::first<model::ProjectMember>(tx, "where project_id = $1 and user_id = $2", r.id.id(), *r.user_id);
  } else if (const auto account = model::account_named(tx, r.id->domain_id, *r.account)) {
    member = sql::first<model::ProjectMember>(tx, "where project_id = $1 and account_id = $2 and user_id is null",
                                              r.id.id(), account->id);
  }
  if (!member)
    bad(fmt::format("{} is no member of the project; add them first.", r.user_id ? r.user_id->text() : *r.account),
        r.user_id ? "userid" : "account");
  return std::move(*member);
}
void set_rank(sql::Transaction& tx, model::ProjectMember member, model::ProjectRank rank) {
  member.rank = rank;
  sql::update(tx, member);
}
void change_owners(sql::Transaction& tx, const UpdateProject& r) {
  if (r.account && r.user_id) bad("Give account or userid, not both.", "userid");
  const auto member = member_meant(tx, r);
  if (!r.swap_owner.value_or(!r.role_type)) {
    set_rank(tx, member, rank_of(r.role_type));
  } else {
    if (r.role_type) bad("A new owner in place of the present one is Admin; roletype needs swapowner=false.", "roletype");
    const auto owners = sql::all<model::ProjectMember>(tx, "where project_id = $1 and rank = 'Admin'", r.id.id());
    if (owners.size() != 1)
      bad("The project has several owners; give swapowner=false and roletype to change one's rank.", "swapowner");
    set_rank(tx, owners.front(), model::ProjectRank::regular);
    set_rank(tx, member, model::ProjectRank::admin);
  }
  must_have_owner(tx, *r.id);
}
ProjectAnswer update_project(Call& call, sql::Transaction& tx, const UpdateProject& r) {
  auto project = *r.id;
  if (project.state == model::ProjectState::disabled) access::must_be_active(project);
  set(project.display_text, r.display_text);
  if (r.name) {
    project.name = *r.name;
    check_free_project_name(tx, project);
  }
  sql::update(tx, project);
  if (r.account || r.user_id) change_owners(tx, r);
  call.forget();
  call.touched = project.id;
  call.event_note = project.name;
  return whole_answer(call, tx, project);
}

struct OneProject {
  FIELDS(OneProject, (Operate<model::Project>, id, "The project."))
};
void set_state(Call& call, sql::Transaction& tx, model::Project project, model::ProjectState state) {
  if (project.state == model::ProjectState::disabled)
    throw Error(Fault::conflict, fmt::format("The project {} is being deleted.", project.name), project.id.text());
  project.state = state;
  sql::update(tx, project);
  call.forget();
  call.touched = project.id;
  call.event_note = project.name;
}
Begun end_things(Call& call, sql::Transaction& tx, const model::Project& project, flows::TenantGoal goal) {
  return begin(call, tx, "end tenants", flows::TenantOrder{model::account_of(project.id), {}, goal}, "Project", project.id);
}
ProjectAnswer activate(Call& call, sql::Transaction& tx, const OneProject& r) {
  set_state(call, tx, *r.id, model::ProjectState::active);
  return whole_answer(call, tx, sql::need<model::Project>(tx, r.id.id()));
}
Begun suspend(Call& call, sql::Transaction& tx, const OneProject& r) {
  set_state(call, tx, *r.id, model::ProjectState::suspended);
  return end_things(call, tx, *r.id, flows::TenantGoal::stopped);
}
ProjectAnswer suspended(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow&) {
  return whole_answer(call, tx, sql::need<model::Project>(tx, Id<model::Project>(job.instance_id)));
}

struct DeleteProject {
  FIELDS(DeleteProject,
    (Operate<model::Project>, id, "The project."),
    (bool, cleanup, "With all it owns; it must own nothing otherwise."))
};
Begun delete_project(Call& call, sql::Transaction& tx, const DeleteProject& r) {
  const auto& project = *r.id;
  if (!r.cleanup)
    for (const auto* things : {"instances", "volumes", "networks", "templates"})
      check_none_left(tx, "project", project.name, things, "account_id = $1 and removed is null", project.id);
  call.event_note = project.name;
  return end_things(call, tx, project, flows::TenantGoal::removed);
}
}  // namespace

std::vector<Command> project_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<list_projects>({"listProjects", "project", "Lists projects.", all}),
      prompt<create_project>({"createProject", "project", "Makes a project.", all, "PROJECT.CREATE", "Project"}, true),
      prompt<update_project>({"updateProject", "project", "Changes what is recorded of a project, or who owns it.", all,
                              "PROJECT.UPDATE", "Project"}),
      prompt<activate>({"activateProject", "project", "Lets a suspended project's things be used again.", all,
                        "PROJECT.ACTIVATE", "Project", "", "activaterojectresponse"}),
      journey<suspend, suspended>({"suspendProject", "project", "Stops a project's instances; nothing in it may be used.",
                                   all, "PROJECT.SUSPEND", "Project"}),
      journey<delete_project, succeeded>(
          {"deleteProject", "", "Deletes a project and all it owns.", all, "PROJECT.DELETE", "Project"}),
  };
}

}  // namespace welkin::commands
