create table instance_groups (
  id text primary key not null,
  account_id text,
  domain_id text,
  name text not null,
  created bigint not null
);
-- A group was a word on its instances: each account's word becomes a group, which takes the id of one of them.
insert into instance_groups (id, account_id, domain_id, name, created)
  select min(id), account_id, min(domain_id), group_name, min(created) from instances
  where group_name <> '' and removed is null group by account_id, group_name;
alter table instances add column group_id text;
update instances set group_id = (select g.id from instance_groups g
  where g.account_id = instances.account_id and g.name = instances.group_name) where group_name <> '';
alter table instances drop column group_name;
create index instances_group_id on instances (group_id);
create unique index instance_groups_account_id_name_unique on instance_groups (account_id, name);
create index instance_groups_account_id_created_id on instance_groups (account_id, created, id);
create index instance_groups_domain_id_created_id on instance_groups (domain_id, created, id);
create index instance_groups_created_id on instance_groups (created, id);
alter table users add column reset_hash text not null default '';
alter table users add column reset_expires bigint;
alter table public_addresses add column portable_range_id text;
create index public_addresses_portable_range_id_number on public_addresses (portable_range_id, number);
