create table mails (
  id text primary key not null,
  generation bigint not null,
  purpose text not null,
  recipient text not null,
  subject text not null,
  sealed_body text not null,
  tries bigint not null,
  next_try bigint not null,
  expires bigint not null,
  created bigint not null
);
create index mails_purpose_next_try_id on mails (purpose, next_try, id);
