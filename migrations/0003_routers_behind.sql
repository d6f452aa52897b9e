alter table networks add column router_behind bigint not null default 0;
create index networks_router_behind_2fe7d5bf on networks (router_behind) where router_behind <> 0;
