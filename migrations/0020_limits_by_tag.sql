create table tagged_limits (
  id text primary key not null,
  holder_id text,
  resource text not null,
  tag text not null,
  most bigint not null
);
create unique index tagged_limits_holder_id_tag_resource_unique on tagged_limits (holder_id, tag, resource);
