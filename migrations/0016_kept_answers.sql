create table kept_answers (
  id text primary key not null,
  user_id text,
  token text not null,
  job_id text,
  sealed text not null,
  created bigint not null
);
create unique index kept_answers_user_id_token_unique on kept_answers (user_id, token);
create index kept_answers_created on kept_answers (created);
