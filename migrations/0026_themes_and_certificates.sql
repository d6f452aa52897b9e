create table gui_themes (
  id text primary key not null,
  name text not null,
  description text not null,
  css text not null,
  configuration text not null,
  common_names text not null,
  login_domain text not null,
  domain_ids text not null,
  recursive_domains bigint not null,
  account_ids text not null,
  is_public bigint not null,
  created bigint not null,
  removed bigint
);
create index gui_themes_created_id on gui_themes (created, id);
create table revoked_certificates (
  id text primary key not null,
  serial text not null,
  subject text not null,
  created bigint not null
);
create unique index revoked_certificates_serial_unique on revoked_certificates (serial);
