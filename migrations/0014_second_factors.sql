alter table sessions add column factor_given bigint not null default 0;
alter table users add column second_factor text not null default '';
alter table users add column sealed_factor text not null default '';
alter table users add column factor_proven bigint not null default 0;
alter table users add column factor_mandated bigint not null default 0;
alter table users add column factor_step bigint not null default 0;
alter table users add column failed_factors bigint not null default 0;
