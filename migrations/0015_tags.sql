create table tags (
  id text primary key not null,
  resource_kind text not null,
  resource_id text,
  key text not null,
  value text not null,
  customer text not null,
  account_id text,
  domain_id text,
  created bigint not null
);
create unique index tags_resource_id_resource_kind_key_unique on tags (resource_id, resource_kind, key);
create index tags_resource_kind_key_value on tags (resource_kind, key, value);
create index tags_account_id_created_id on tags (account_id, created, id);
create index tags_domain_id_created_id on tags (domain_id, created, id);
create index tags_created_id on tags (created, id);
