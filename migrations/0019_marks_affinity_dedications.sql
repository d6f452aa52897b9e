create table affinity_groups (
  id text primary key not null,
  account_id text,
  domain_id text,
  name text not null,
  description text not null,
  kind text not null,
  created bigint not null
);
create unique index affinity_groups_account_id_name_unique on affinity_groups (account_id, name);
create index affinity_groups_account_id_created_id on affinity_groups (account_id, created, id);
create index affinity_groups_domain_id_created_id on affinity_groups (domain_id, created, id);
create index affinity_groups_created_id on affinity_groups (created, id);
create table affinity_members (
  id text primary key not null,
  group_id text,
  instance_id text
);
create unique index affinity_members_instance_id_group_id_unique on affinity_members (instance_id, group_id);
create index affinity_members_group_id on affinity_members (group_id);
create table annotations (
  id text primary key not null,
  kind text not null,
  entity_id text,
  text text not null,
  user_id text,
  account_id text,
  domain_id text,
  admins_only bigint not null,
  created bigint not null
);
create index annotations_entity_id_created_id on annotations (entity_id, created, id);
create index annotations_user_id on annotations (user_id);
create index annotations_account_id_created_id on annotations (account_id, created, id);
create index annotations_domain_id_created_id on annotations (domain_id, created, id);
create index annotations_created_id on annotations (created, id);
create table dedications (
  id text primary key not null,
  kind text not null,
  place_id text,
  zone_id text,
  domain_id text,
  account_id text,
  affinity_group_id text,
  created bigint not null
);
create unique index dedications_place_id_unique on dedications (place_id);
create index dedications_zone_id on dedications (zone_id);
create index dedications_affinity_group_id on dedications (affinity_group_id);
create index dedications_account_id on dedications (account_id);
create index dedications_domain_id on dedications (domain_id);
create table icons (
  id text primary key not null,
  resource_kind text not null,
  resource_id text,
  image text not null,
  created bigint not null
);
create unique index icons_resource_id_unique on icons (resource_id);
create table resource_details (
  id text primary key not null,
  resource_kind text not null,
  resource_id text,
  key text not null,
  value text not null,
  display bigint not null,
  account_id text,
  domain_id text,
  created bigint not null
);
create unique index resource_details_resource_id_resource_kind_key_unique on resource_details (resource_id, resource_kind, key);
create index resource_details_resource_kind_key_value on resource_details (resource_kind, key, value);
create index resource_details_account_id_created_id on resource_details (account_id, created, id);
create index resource_details_domain_id_created_id on resource_details (domain_id, created, id);
create index resource_details_created_id on resource_details (created, id);
