create index accounts_domain_id_created_id_type_b4e71bad on accounts (domain_id, created, id, type) where removed is null;
create index accounts_created_id_type_b4e71bad on accounts (created, id, type) where removed is null;
create index users_domain_id_created_id_b4e71bad on users (domain_id, created, id) where removed is null;
create index users_created_id_b4e71bad on users (created, id) where removed is null;
alter table holdings add column accounts bigint not null default 0;
alter table holdings add column users bigint not null default 0;
-- Accounts that never held anything have no row yet.
insert into holdings (id, domain_id, instances, addresses, volumes, snapshots, templates, projects, networks, vpcs, cpus,
  memory_mb, primary_bytes, secondary_bytes, backups, backup_bytes, buckets, object_bytes, gpus, running, stopped)
select a.id, a.domain_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 from accounts a
where not exists (select 1 from holdings h where h.id = a.id);
update holdings set
  accounts = (select count(*) from accounts a where a.id = holdings.id and a.type <> '5' and a.removed is null),
  users = (select count(*) from users u where u.account_id = holdings.id and u.removed is null);
