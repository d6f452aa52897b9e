// Invitations to projects.
#include "commands/projects.hpp"

#include "model/mail.hpp"
#include "net/digest.hpp"

namespace welkin::commands {

namespace {
using access::End;
using access::Operate;
using access::See;
constexpr int token_bytes = 32;
constexpr std::int64_t mailed_of_project_max = 100;

struct InvitationAnswer {
  FIELDS(InvitationAnswer,
    (Id<model::ProjectInvitation>, id, "The invitation."),
    (Id<model::Project>, project_id, "To which project."),
    (std::string, project, "By name."),
    (Id<model::Domain>, domain_id, "The project's domain."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (std::optional<std::string>, account, "Who is invited."),
    (Id<model::User>, user_id, "The only user of the account who is; absent for all."),
    (std::optional<std::string>, email, "Where a token was sent."),
    (std::string, state, "Pending, Completed, Declined or Expired."))
};

/// A pending invitation whose time has passed has expired; nobody has to write that down.
model::InvitationState state_of(const model::ProjectInvitation& invitation, Time now) {
  const bool late = invitation.state == model::InvitationState::pending && invitation.expires <= now;
  return late ? model::InvitationState::expired : invitation.state;
}

InvitationAnswer answer_invitation(Call& call, sql::Transaction& tx, const model::ProjectInvitation& invitation) {
  InvitationAnswer out;
  out.id = invitation.id;
  out.project_id = invitation.project_id;
  if (const auto* project = call.look(tx, invitation.project_id)) out.project = project->name;
  name_domain(call, tx, invitation.domain_id, out);
  if (const auto* account = call.look(tx, invitation.account_id)) out.account = account->name;
  out.user_id = invitation.user_id;
  out.email = unless_empty(invitation.email);
  out.state = name_of(state_of(invitation, call.cloud.now()));
  return out;
}

struct ListInvitations : DomainListing {
  using Base = DomainListing;
  FIELDS(ListInvitations,
    (std::optional<See<model::ProjectInvitation>>, id, "Only this invitation."),
    (std::optional<Operate<model::Project>>, project_id, "Only invitations to this project, for those who own it; else the caller's own."),
    (bool, active_only, "Only invitations that can be accepted."),
    (std::optional<model::InvitationState>, state, "Only invitations in this state."),
    (std::optional<See<model::User>>, user_id, "Only invitations of this user."),
    (std::optional<std::string>, account, "Only invitations of this account; needs domainid, or is of the caller's domain."))
};
void narrow_to_state(Where& where, const std::optional<model::InvitationState>& state, Time now) {
  if (!state) return;
  if (*state == model::InvitationState::pending) where.equal("state", *state).that("expires > $", now);
  else if (*state == model::InvitationState::expired)
    where.equal("state", model::InvitationState::pending).that("expires <= $", now);
  else
    where.equal("state", *state);
}
Page<InvitationAnswer> list_invitations(Call& call, sql::Transaction& tx, const ListInvitations& r) {
  Where where;
  if (r.account) {
    AccountListing whose;
    whose.account = r.account;
    whose.domain_id = r.domain_id;
    where.scope(call, tx, whose);
  } else if (!r.project_id && !r.id) {
    where.scope(call, tx, r);
  }
  if (!call.caller.is_admin() && !r.project_id && !r.id) where.that("user_id is null or user_id = $", call.caller.user);
  where.equal("id", r.id)
      .equal("project_id", r.project_id)
      .equal("user_id", r.user_id)
      .keyword({"email", "(select name from projects where projects.id = project_id)"}, r.keyword);
  narrow_to_state(where, r.state, call.cloud.now());
  if (r.active_only) narrow_to_state(where, model::InvitationState::pending, call.cloud.now());
  const auto found = page_of<model::ProjectInvitation>(tx, where, r, "created, id");
  call.look_ahead<model::Account>(tx, each_of(found.rows, &model::ProjectInvitation::account_id));
  call.look_ahead<model::Project>(tx, each_of(found.rows, &model::ProjectInvitation::project_id));
  Page<InvitationAnswer> page{found.count, {}};
  for (const auto& invitation : found.rows) page.rows.push_back(answer_invitation(call, tx, invitation));
  return page;
}

struct UpdateInvitation {
  FIELDS(UpdateInvitation,
    (Id<model::Project>, project_id, "To which project."),
    (std::optional<std::string>, account, "Who is invited; the caller's own account when absent."),
    (std::optional<See<model::User>>, user_id, "The user who is invited, in place of account."),
    (std::optional<Secret>, token, "The token that the invitation's mail brought."),
    (std::optional<bool>, accept, "False declines it; true when absent."))
};
/// Whoever is no member yet cannot see the project: it is known by the invitation alone.
[[noreturn]] void no_invitation(const UpdateInvitation& r) {
  bad(fmt::format("Unable to find a pending invitation to the project {}.", r.project_id.text()), "projectid");
}
/// Who answers an invitation.
struct Invited {
  Id<model::Account> account;
  Id<model::User> user;
};
/// The account or user that is meant, if the caller answers for them.
Invited invited_meant(Call& call, sql::Transaction& tx, const UpdateInvitation& r) {
  if (r.account && r.user_id) bad("Give account or userid, not both.", "userid");
  auto account = call.caller.account;
  auto user = call.caller.user;
  if (r.user_id) {
    user = r.user_id->id();
    account = (*r.user_id)->account_id;
    if (user != call.caller.user && !call.caller.is_admin())
      throw Error(Fault::forbidden, "Only administrators answer invitations for other users.", "userid");
  } else if (r.account) {
    const auto project = sql::get<model::Project>(tx, r.project_id);
    const auto row = model::account_named(tx, project ? project->domain_id : call.caller.domain, *r.account);
    if (!row || !access::commands_account(tx, call.caller, row->id, row->domain_id, access::Use::operate))
      no_invitation(r);
    account = row->id;
    if (account != call.caller.account) user = {};
  }
  return {account, user};
}
/// The one that the token is of: for them, or for whoever has it.
model::ProjectInvitation invitation_by_token(sql::Transaction& tx, const UpdateInvitation& r, const Invited& who) {
  auto invitation =
      sql::first<model::ProjectInvitation>(tx, "where project_id = $1 and token_hash = $2 and state = 'Pending'",
                                           r.project_id, net::sha256_hex(r.token->reveal()));
  if (!invitation || (invitation->account_id && invitation->account_id != who.account) ||
      (invitation->user_id && invitation->user_id != who.user))
    no_invitation(r);
  if (sql::need<model::Account>(tx, who.account).domain_id != invitation->domain_id)
    bad("Members of a project are accounts of its domain, and this one is not.", "account");
  invitation->account_id = who.account;
  return std::move(*invitation);
}
model::ProjectInvitation invitation_meant(Call& call, sql::Transaction& tx, const UpdateInvitation& r) {
  const auto who = invited_meant(call, tx, r);
  if (r.token) return invitation_by_token(tx, r, who);
  auto invitation = sql::first<model::ProjectInvitation>(
      tx,
      "where project_id = $1 and account_id = $2 and (user_id is null or user_id = $3) and state = 'Pending' "
      "order by user_id is null limit 1",
      r.project_id, who.account, who.user);
  if (!invitation) no_invitation(r);
  return std::move(*invitation);
}
Success update_invitation(Call& call, sql::Transaction& tx, const UpdateInvitation& r) {
  auto invitation = invitation_meant(call, tx, r);
  if (state_of(invitation, call.cloud.now()) == model::InvitationState::expired)
    bad("The invitation has expired; ask for another one.", "projectid");
  const auto project = sql::need<model::Project>(tx, invitation.project_id);
  if (r.accept.value_or(true)) {
    access::must_be_active(project);
    model::ProjectMember member;
    member.project_id = project.id;
    member.account_id = invitation.account_id;
    member.user_id = invitation.user_id;
    member.rank = invitation.rank;
    member.project_role_id = invitation.project_role_id;
    add_member(call, tx, member);
    invitation.state = model::InvitationState::completed;
  } else {
    invitation.state = model::InvitationState::declined;
  }
  sql::update(tx, invitation);
  call.touched = project.id;
  call.event_note = project.name;
  return {true, {}};
}

struct DeleteInvitation {
  FIELDS(DeleteInvitation, (End<model::ProjectInvitation>, id, "The invitation."))
};
Success delete_invitation(Call& call, sql::Transaction& tx, const DeleteInvitation& r) {
  sql::erase(tx, r.id.id());
  call.touched = r.id->project_id;
  return {true, {}};
}

/// The mail that brings the token.
void mail_token(Call& call, sql::Transaction& tx, const model::Project& project,
                const model::ProjectInvitation& invitation, const std::string& token) {
  auto& cloud = call.cloud;
  const auto text = fmt::format(
      "You are invited to the project {} ({}).\n\nTo accept, log in and choose Enter token among the invitations to "
      "projects, or call updateProjectInvitation with projectid={} and token={}\n\nThe invitation holds until {}.\n",
      project.name, project.display_text, project.id.text(), token, wire_time(invitation.expires));
  const model::Letter letter{model::MailPurpose::invitation, invitation.email,
                             fmt::format("Invitation to the project {}", project.name), text, invitation.expires};
  if (!model::post(tx, letter, cloud.vault, cloud.clock(), cloud.random))
    bad(fmt::format("No mail can be sent to {}: see whether it is an address, and ask whether the settings "
                    "project.smtp.host and project.email.sender are set.", invitation.email), "email");
}

void make_room(Call& call, sql::Transaction& tx, const model::Project& project, const model::ProjectMember& wish,
               const Guest& guest) {
  const auto now = call.cloud.now();
  for (const auto& other : sql::all<model::ProjectInvitation>(
           tx, "where project_id = $1 and (account_id = $2 or (account_id is null and email = $3))", project.id,
           wish.account_id, guest.email.value_or(""))) {
    if (other.account_id != wish.account_id || other.user_id != wish.user_id) continue;
    if (state_of(other, now) == model::InvitationState::pending)
      throw Error(Fault::conflict, fmt::format("{} is invited to the project {} already.", guest.name, project.name),
                  other.id.text());
    sql::erase(tx, other.id);
  }
  if (guest.email && sql::count(tx, "select count(*) from project_invitations where project_id = $1 and email <> ''",
                                project.id) >= mailed_of_project_max)
    throw Error(Fault::limited,
                fmt::format("The project {} has {} mailed invitations; delete some first: deleteProjectInvitation.",
                            project.name, mailed_of_project_max),
                project.id.text());
}
}  // namespace

Success invite(Call& call, sql::Transaction& tx, const model::Project& project, const model::ProjectMember& wish,
               const Guest& guest) {
  make_room(call, tx, project, wish, guest);
  model::ProjectInvitation invitation;
  invitation.id = call.cloud.new_id<model::ProjectInvitation>();
  invitation.project_id = project.id;
  invitation.domain_id = project.domain_id;
  invitation.account_id = wish.account_id;
  invitation.user_id = wish.user_id;
  invitation.rank = wish.rank;
  invitation.project_role_id = wish.project_role_id;
  invitation.created = call.cloud.now();
  invitation.expires = invitation.created + model::value_of(tx, model::settings::project_invitation_lasts);
  if (guest.email) {
    const auto token = random_token(token_bytes);
    invitation.email = *guest.email;
    invitation.token_hash = net::sha256_hex(token);
    mail_token(call, tx, project, invitation, token);
  }
  sql::insert(tx, invitation);
  call.touched = project.id;
  call.event_note = fmt::format("{} in {}", guest.name, project.name);
  return {true, fmt::format("{} is invited, and becomes a member by accepting.", guest.name)};
}

Success let_in(Call& call, sql::Transaction& tx, const model::Project& project, const model::ProjectMember& wish,
               const Guest& guest) {
  const bool asks = !is_member(tx, wish) && model::value_of(tx, model::settings::projects_invite);
  if (asks) return invite(call, tx, project, wish, guest);
  add_member(call, tx, wish);
  call.touched = project.id;
  call.event_note = fmt::format("{} in {}", guest.name, project.name);
  return {true, {}};
}

std::vector<Command> project_invitation_commands() {
  constexpr auto all = Audience::everyone;
  constexpr std::string_view entity = "Project";
  return {
      reading<list_invitations>({"listProjectInvitations", "projectinvitation", "Lists invitations to projects.", all}),
      prompt<update_invitation>({"updateProjectInvitation", "", "Accepts or declines an invitation to a project.", all,
                                 "PROJECT.INVITATION.UPDATE", entity}),
      prompt<delete_invitation>({"deleteProjectInvitation", "", "Takes an invitation to a project back.", all,
                                 "PROJECT.INVITATION.REMOVE", entity}),
  };
}

}  // namespace welkin::commands
