create table portable_ranges (
  id text primary key not null,
  region_id text,
  gateway text not null,
  netmask text not null,
  first_address text not null,
  last_address text not null,
  created bigint not null
);
create index portable_ranges_region_id_created_id on portable_ranges (region_id, created, id);
create table regions (
  id text primary key not null,
  number bigint not null,
  name text not null,
  endpoint text not null,
  created bigint not null
);
create unique index regions_number_unique on regions (number);
create unique index regions_name_unique on regions (name);
