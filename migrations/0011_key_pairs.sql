alter table key_pairs add column rules text not null default '[]';
create index key_pairs_user_id_created_id on key_pairs (user_id, created, id);
create index key_pairs_created_id_b4e71bad on key_pairs (created, id) where removed is null;
drop index key_pairs_user_id;
