create table projects (
  id text primary key not null,
  generation bigint not null,
  domain_id text,
  name text not null,
  display_text text not null,
  state text not null,
  created bigint not null,
  removed bigint
);
create unique index projects_domain_id_name_unique_b4e71bad on projects (domain_id, name) where removed is null;
create table project_invitations (
  id text primary key not null,
  generation bigint not null,
  project_id text,
  domain_id text,
  account_id text,
  user_id text,
  email text not null,
  token_hash text not null,
  state text not null,
  rank text not null,
  project_role_id text,
  expires bigint not null,
  created bigint not null
);
create index project_invitations_project_id on project_invitations (project_id);
create index project_invitations_account_id on project_invitations (account_id);
create index project_invitations_user_id on project_invitations (user_id);
create index project_invitations_domain_id on project_invitations (domain_id);
create table project_members (
  id text primary key not null,
  project_id text,
  account_id text,
  user_id text,
  rank text not null,
  project_role_id text,
  created bigint not null
);
create unique index project_members_project_id_account_id_unique_65bb5b8d on project_members (project_id, account_id) where user_id is null;
create unique index project_members_project_id_user_id_unique_991f6a5a on project_members (project_id, user_id) where user_id is not null;
create index project_members_project_id on project_members (project_id);
create index project_members_account_id on project_members (account_id);
create index project_members_user_id on project_members (user_id);
create index project_members_project_role_id on project_members (project_role_id);
create table project_roles (
  id text primary key not null,
  generation bigint not null,
  project_id text,
  name text not null,
  description text not null,
  created bigint not null
);
create unique index project_roles_project_id_name_unique on project_roles (project_id, name);
create table project_role_rules (
  id text primary key not null,
  project_role_id text,
  place bigint not null,
  rule text not null,
  permission text not null,
  description text not null
);
create unique index project_role_rules_project_role_id_rule_unique on project_role_rules (project_role_id, rule);
