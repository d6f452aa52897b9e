create table audit_chains (
  id text primary key not null,
  first_sequence bigint not null,
  first_previous text not null,
  last_sequence bigint not null,
  last_digest text not null,
  seal text not null,
  updated bigint not null
);
create table audit_records (
  id text primary key not null,
  server_id text,
  sequence bigint,
  instant bigint not null,
  request text not null,
  user_id text,
  user_name text not null,
  account_id text,
  account text not null,
  domain_id text,
  credential text not null,
  source text not null,
  command text not null,
  parameters text not null,
  code bigint not null,
  outcome text not null,
  job_id text,
  microseconds bigint not null,
  previous text not null,
  digest text not null
);
create unique index audit_records_server_id_sequence_unique on audit_records (server_id, sequence);
create index audit_records_instant on audit_records (instant);
create index audit_records_account_id_instant on audit_records (account_id, instant);
create index audit_records_server_id_28541bcb on audit_records (server_id) where sequence is null;
