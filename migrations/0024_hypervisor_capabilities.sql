create table hypervisor_capabilities (
  id text primary key not null,
  hypervisor text not null,
  version text not null,
  guests_max bigint not null,
  data_disks_max bigint not null,
  hosts_per_cluster_max bigint not null,
  created bigint not null
);
create unique index hypervisor_capabilities_hypervisor_version_unique on hypervisor_capabilities (hypervisor, version);
