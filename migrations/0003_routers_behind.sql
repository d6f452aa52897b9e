alter table networks add column router_behind bigint not null default 0;
create index networks_router_behind_4ef67855 on networks (router_behind) where router_behind = 1;
