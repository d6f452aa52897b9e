create table ldap_links (
  id text primary key not null,
  domain_id text,
  account_id text,
  kind text not null,
  name text not null,
  account_type text not null,
  created bigint not null
);
create index ldap_links_domain_id on ldap_links (domain_id);
create index ldap_links_account_id on ldap_links (account_id);
create table ldap_servers (
  id text primary key not null,
  host text not null,
  port bigint not null,
  domain_id text,
  created bigint not null
);
create index ldap_servers_domain_id_created_id on ldap_servers (domain_id, created, id);
create index ldap_servers_created_id on ldap_servers (created, id);
