create table holdings (
  id text primary key not null,
  domain_id text,
  instances bigint not null,
  addresses bigint not null,
  volumes bigint not null,
  snapshots bigint not null,
  templates bigint not null,
  projects bigint not null,
  networks bigint not null,
  vpcs bigint not null,
  cpus bigint not null,
  memory_mb bigint not null,
  primary_bytes bigint not null,
  secondary_bytes bigint not null,
  backups bigint not null,
  backup_bytes bigint not null,
  buckets bigint not null,
  object_bytes bigint not null,
  gpus bigint not null,
  running bigint not null,
  stopped bigint not null
);
create index holdings_domain_id on holdings (domain_id);
create table limits (
  id text primary key not null,
  holder_id text,
  resource text not null,
  most bigint not null
);
create unique index limits_holder_id_resource_unique on limits (holder_id, resource);
-- What accounts hold already is counted once, and follows the rows from now on.
insert into holdings (id, domain_id, instances, addresses, volumes, snapshots, templates, projects, networks, vpcs, cpus,
  memory_mb, primary_bytes, secondary_bytes, backups, backup_bytes, buckets, object_bytes, gpus, running, stopped)
select a.id, a.domain_id,
  (select count(*) from instances i where i.account_id = a.id and i.removed is null and i.state not in ('Destroyed', 'Expunging', 'Error')),
  (select count(*) from public_addresses p where p.account_id = a.id and p.state <> 'Free'),
  (select count(*) from volumes v where v.account_id = a.id and v.removed is null and v.state not in ('Destroy', 'Expunging', 'Expunged')),
  0,
  (select count(*) from templates t where t.account_id = a.id and t.removed is null),
  0,
  (select count(*) from networks n where n.account_id = a.id and n.removed is null),
  0,
  coalesce((select sum(i.cpus) from instances i where i.account_id = a.id and i.removed is null and i.state not in ('Destroyed', 'Expunging', 'Error')), 0),
  coalesce((select sum(i.memory_mb) from instances i where i.account_id = a.id and i.removed is null and i.state not in ('Destroyed', 'Expunging', 'Error')), 0),
  coalesce((select sum(v.bytes) from volumes v where v.account_id = a.id and v.removed is null and v.state not in ('Destroy', 'Expunging', 'Expunged')), 0),
  coalesce((select sum(s.physical_bytes) from template_stores s join templates t on t.id = s.template_id where t.account_id = a.id and s.state = 'Ready'), 0),
  0, 0, 0, 0, 0,
  (select count(*) from instances i where i.account_id = a.id and i.removed is null and i.state = 'Running'),
  (select count(*) from instances i where i.account_id = a.id and i.removed is null and i.state = 'Stopped')
from accounts a;
