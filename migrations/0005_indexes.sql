create index instances_account_id_created_id_removed_b4e71bad on instances (account_id, created, id, removed) where removed is null;
create index instances_domain_id_created_id_removed_b4e71bad on instances (domain_id, created, id, removed) where removed is null;
create index instances_created_id_removed_b4e71bad on instances (created, id, removed) where removed is null;
drop index instances_account_id_created_id;
drop index instances_created_id;
drop index instances_domain_id_created_id;
create index networks_bridge_b4e71bad on networks (bridge) where removed is null;
