alter table flows add column claim text not null default '';
