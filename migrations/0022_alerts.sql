create table alerts (
  id text primary key not null,
  type bigint not null,
  name text not null,
  subject text not null,
  content text not null,
  zone_id text,
  pod_id text,
  cluster_id text,
  about_id text,
  archived bigint not null,
  sent bigint not null
);
create index alerts_name_about_id_sent on alerts (name, about_id, sent);
create index alerts_archived_sent_id on alerts (archived, sent, id);
