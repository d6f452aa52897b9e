-- The tables of all nouns. Made from their rows; a test compares the two.
create table accounts (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  number bigint not null,
  domain_id text,
  type text not null,
  role_id text,
  state text not null,
  network_domain text not null,
  default_zone_id text,
  is_default bigint not null,
  api_key_access text not null,
  cleanup_needed bigint not null,
  details text not null,
  created bigint not null,
  removed bigint
);
create unique index accounts_domain_id_name_unique_b4e71bad on accounts (domain_id, name) where removed is null;
create index accounts_role_id on accounts (role_id);

create table agents (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  token_hash text not null,
  token_until bigint,
  enrolled bigint,
  certificate_serial text not null,
  certificate_until bigint,
  version text not null,
  address text not null,
  server_id text,
  last_seen bigint,
  created bigint not null,
  removed bigint
);
create unique index agents_token_hash_unique_48cf1502 on agents (token_hash) where token_hash <> '';
create unique index agents_certificate_serial_unique_f160af7b on agents (certificate_serial) where certificate_serial <> '';
create index agents_server_id on agents (server_id);

create table clusters (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  zone_id text,
  pod_id text,
  hypervisor text not null,
  arch text not null,
  cluster_type text not null,
  allocation_state text not null,
  managed_state text not null,
  cpu_overcommit double precision not null,
  memory_overcommit double precision not null,
  details text not null,
  created bigint not null,
  removed bigint
);
create unique index clusters_pod_id_name_unique_b4e71bad on clusters (pod_id, name) where removed is null;
create index clusters_zone_id on clusters (zone_id);

create table counters (
  id text primary key not null,
  last bigint not null
);

create table disk_offerings (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  display_text text not null,
  state text not null,
  customized bigint not null,
  disk_bytes bigint not null,
  size_strict bigint not null,
  display bigint not null,
  encrypt bigint not null,
  tags text not null,
  storage_type text not null,
  provisioning text not null,
  cache_mode text not null,
  customized_iops bigint not null,
  iops_min bigint,
  iops_max bigint,
  snapshot_reserve bigint,
  limits text not null,
  compute_only bigint not null,
  domain_ids text not null,
  zone_ids text not null,
  sort_key bigint not null,
  details text not null,
  created bigint not null,
  removed bigint
);
create index disk_offerings_name on disk_offerings (name);

create table domains (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  path text not null,
  level bigint not null,
  parent_id text,
  state text not null,
  network_domain text not null,
  details text not null,
  created bigint not null,
  removed bigint
);
create unique index domains_path_unique_b4e71bad on domains (path) where removed is null;
create index domains_parent_id on domains (parent_id);

create table events (
  id text primary key not null,
  type text not null,
  level text not null,
  state text not null,
  description text not null,
  user_id text,
  account_id text,
  domain_id text,
  resource_type text not null,
  resource_id text,
  resource_name text not null,
  start_id text,
  archived bigint not null,
  created bigint not null
);
create index events_account_id_created on events (account_id, created);
create index events_domain_id_created on events (domain_id, created);
create index events_created on events (created);
create index events_resource_id_created on events (resource_id, created);
create index events_start_id on events (start_id);

create table firewall_rules (
  id text primary key not null,
  generation bigint not null,
  account_id text,
  domain_id text,
  network_id text,
  public_address_id text,
  direction text not null,
  state text not null,
  protocol text not null,
  first_port bigint,
  last_port bigint,
  icmp_type bigint,
  icmp_code bigint,
  source_cidrs text not null,
  destination_cidrs text not null,
  is_system bigint not null,
  display bigint not null,
  port_forwarding_rule_id text,
  created bigint not null
);
create index firewall_rules_network_id on firewall_rules (network_id);
create index firewall_rules_public_address_id on firewall_rules (public_address_id);
create index firewall_rules_account_id_created on firewall_rules (account_id, created);
create index firewall_rules_port_forwarding_rule_id on firewall_rules (port_forwarding_rule_id);

create table hosts (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  zone_id text,
  pod_id text,
  cluster_id text,
  agent_id text,
  status text not null,
  resource_state text not null,
  url text not null,
  address text not null,
  tunnel_address text not null,
  outside_bridge text not null,
  hypervisor text not null,
  hypervisor_version text not null,
  agent_version text not null,
  arch text not null,
  os text not null,
  cpu_model text not null,
  cpu_sockets bigint not null,
  cpus bigint not null,
  cpu_mhz bigint not null,
  memory_bytes bigint not null,
  accelerated bigint not null,
  uefi bigint not null,
  snapshots bigint not null,
  hot_plug_cpu bigint not null,
  hot_plug_memory bigint not null,
  instances_max bigint not null,
  disks_max bigint not null,
  cpu_mhz_capacity bigint not null,
  memory_capacity_bytes bigint not null,
  cpu_mhz_reserved bigint not null,
  memory_reserved_bytes bigint not null,
  cpus_reserved bigint not null,
  instances_reserved bigint not null,
  tags text not null,
  annotation text not null,
  details text not null,
  last_pinged bigint,
  disconnected bigint,
  created bigint not null,
  removed bigint
);
create index hosts_zone_id_status on hosts (zone_id, status);
create index hosts_cluster_id on hosts (cluster_id);
create index hosts_agent_id on hosts (agent_id);

create table image_stores (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  zone_id text,
  scope text not null,
  url text not null,
  path text not null,
  protocol text not null,
  provider text not null,
  read_only bigint not null,
  capacity_bytes bigint not null,
  used_bytes bigint not null,
  details text not null,
  created bigint not null,
  removed bigint
);
create unique index image_stores_name_unique_b4e71bad on image_stores (name) where removed is null;
create index image_stores_zone_id on image_stores (zone_id);

create table instances (
  id text primary key not null,
  generation bigint not null,
  account_id text,
  domain_id text,
  user_id text,
  name text not null,
  display_name text not null,
  internal_name text not null,
  state text not null,
  power text not null,
  power_seen bigint,
  zone_id text,
  pod_id text,
  cluster_id text,
  host_id text,
  last_host_id text,
  template_id text,
  service_offering_id text,
  os_type_id text,
  hypervisor text not null,
  arch text not null,
  cpus bigint not null,
  cpu_mhz bigint not null,
  memory_mb bigint not null,
  limit_cpu bigint not null,
  group_name text not null,
  key_names text not null,
  public_keys text not null,
  password_enabled bigint not null,
  sealed_password text not null,
  fresh_password text not null,
  user_data text not null,
  user_data_id text,
  user_data_policy text not null,
  user_data_values text not null,
  sealed_console_password text not null,
  boot_type text not null,
  boot_mode text not null,
  ha bigint not null,
  display bigint not null,
  dynamic_scaling bigint not null,
  delete_protection bigint not null,
  volatile_disk bigint not null,
  details text not null,
  created bigint not null,
  updated bigint not null,
  started bigint,
  destroyed bigint,
  removed bigint
);
create unique index instances_internal_name_unique_b4e71bad on instances (internal_name) where removed is null;
create index instances_account_id_created_id on instances (account_id, created, id);
create index instances_domain_id_created_id on instances (domain_id, created, id);
create index instances_created_id on instances (created, id);
create index instances_host_id on instances (host_id);
create index instances_zone_id on instances (zone_id);
create index instances_state_updated on instances (state, updated);
create index instances_service_offering_id on instances (service_offering_id);
create index instances_template_id on instances (template_id);

create table jobs (
  id text primary key not null,
  flow_id text,
  command text not null,
  user_id text,
  account_id text,
  domain_id text,
  instance_type text not null,
  instance_id text,
  status bigint not null,
  result_code bigint not null,
  result text not null,
  start_event_id text,
  created bigint not null,
  completed bigint
);
create unique index jobs_flow_id_unique on jobs (flow_id);
create index jobs_status_created on jobs (status, created);
create index jobs_account_id_created on jobs (account_id, created);
create index jobs_instance_id_status on jobs (instance_id, status);

create table key_pairs (
  id text primary key not null,
  user_id text,
  name text not null,
  description text not null,
  api_key text not null,
  sealed_secret text not null,
  valid_from bigint,
  valid_until bigint,
  created bigint not null,
  removed bigint
);
create unique index key_pairs_api_key_unique_b4e71bad on key_pairs (api_key) where removed is null;
create index key_pairs_user_id on key_pairs (user_id);

create table networks (
  id text primary key not null,
  generation bigint not null,
  account_id text,
  domain_id text,
  name text not null,
  display_text text not null,
  zone_id text,
  physical_network_id text,
  network_offering_id text,
  state text not null,
  traffic text not null,
  guest_type text not null,
  acl_type text not null,
  subdomain_access bigint not null,
  cidr text not null,
  reserved_cidr text not null,
  gateway text not null,
  vlan text not null,
  vni bigint not null,
  bridge text not null,
  network_domain text not null,
  dns1 text not null,
  dns2 text not null,
  public_mtu bigint not null,
  private_mtu bigint not null,
  restart_required bigint not null,
  redundant bigint not null,
  is_system bigint not null,
  is_default bigint not null,
  display bigint not null,
  external_id text not null,
  idle_since bigint,
  created bigint not null,
  removed bigint
);
create index networks_account_id_created on networks (account_id, created);
create index networks_domain_id_created on networks (domain_id, created);
create index networks_zone_id on networks (zone_id);
create index networks_physical_network_id on networks (physical_network_id);
create index networks_state_b4e71bad on networks (state) where removed is null;

create table network_offerings (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  display_text text not null,
  state text not null,
  traffic text not null,
  guest_type text not null,
  services text not null,
  availability text not null,
  is_default bigint not null,
  is_system bigint not null,
  specify_vlan bigint not null,
  specify_ip_ranges bigint not null,
  conserve_mode bigint not null,
  persistent bigint not null,
  egress_open bigint not null,
  for_vpc bigint not null,
  public_access bigint not null,
  redundant_router bigint not null,
  network_rate bigint not null,
  connections_max bigint not null,
  keep_alive bigint not null,
  internet_protocol text not null,
  network_mode text not null,
  tags text not null,
  service_offering_id text,
  domain_ids text not null,
  zone_ids text not null,
  sort_key bigint not null,
  details text not null,
  created bigint not null,
  removed bigint
);
create unique index network_offerings_name_unique_b4e71bad on network_offerings (name) where removed is null;

create table network_providers (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  physical_network_id text,
  destination_physical_network_id text,
  state text not null,
  services text not null,
  created bigint not null,
  removed bigint
);
create unique index network_providers_physical_network_id_name_unique_b4e71bad on network_providers (physical_network_id, name) where removed is null;

create table nics (
  id text primary key not null,
  generation bigint not null,
  account_id text,
  domain_id text,
  instance_id text,
  network_id text,
  state text not null,
  mac text not null,
  address text not null,
  ip6_address text not null,
  device_position bigint not null,
  is_default bigint not null,
  enabled bigint not null,
  model text not null,
  mtu bigint not null,
  dhcp_options text not null,
  created bigint not null,
  removed bigint
);
create unique index nics_network_id_address_unique_931f81ca on nics (network_id, address) where removed is null and address <> '';
create unique index nics_mac_unique_b4e71bad on nics (mac) where removed is null;
create index nics_instance_id on nics (instance_id);
create index nics_account_id on nics (account_id);

create table os_categories (
  id text primary key not null,
  name text not null,
  is_featured bigint not null,
  sort_key bigint not null,
  created bigint not null
);
create unique index os_categories_name_unique on os_categories (name);

create table os_types (
  id text primary key not null,
  os_category_id text,
  name text not null,
  description text not null,
  is_user_defined bigint not null,
  display bigint not null,
  details text not null,
  created bigint not null,
  removed bigint
);
create unique index os_types_name_unique_b4e71bad on os_types (name) where removed is null;
create index os_types_os_category_id on os_types (os_category_id);

create table physical_networks (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  zone_id text,
  domain_id text,
  state text not null,
  vni_ranges text not null,
  isolation_methods text not null,
  broadcast_domain_range text not null,
  speed text not null,
  tags text not null,
  created bigint not null,
  removed bigint
);
create unique index physical_networks_zone_id_name_unique_b4e71bad on physical_networks (zone_id, name) where removed is null;

create table pods (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  zone_id text,
  cidr text not null,
  gateway text not null,
  ranges text not null,
  allocation_state text not null,
  created bigint not null,
  removed bigint
);
create unique index pods_zone_id_name_unique_b4e71bad on pods (zone_id, name) where removed is null;

create table port_forwarding_rules (
  id text primary key not null,
  generation bigint not null,
  account_id text,
  domain_id text,
  network_id text,
  public_address_id text,
  instance_id text,
  guest_address text not null,
  state text not null,
  protocol text not null,
  public_first_port bigint not null,
  public_last_port bigint not null,
  private_first_port bigint not null,
  private_last_port bigint not null,
  source_cidrs text not null,
  display bigint not null,
  created bigint not null
);
create index port_forwarding_rules_network_id on port_forwarding_rules (network_id);
create index port_forwarding_rules_public_address_id on port_forwarding_rules (public_address_id);
create index port_forwarding_rules_instance_id on port_forwarding_rules (instance_id);
create index port_forwarding_rules_account_id_created on port_forwarding_rules (account_id, created);

create table provider_elements (
  id text primary key not null,
  generation bigint not null,
  provider_id text,
  kind text not null,
  enabled bigint not null
);
create unique index provider_elements_provider_id_kind_unique on provider_elements (provider_id, kind);

create table public_addresses (
  id text primary key not null,
  generation bigint not null,
  address text not null,
  number bigint not null,
  zone_id text,
  physical_network_id text,
  vlan_range_id text,
  state text not null,
  account_id text,
  domain_id text,
  network_id text,
  source_nat bigint not null,
  static_nat bigint not null,
  instance_id text,
  nic_id text,
  guest_address text not null,
  is_system bigint not null,
  for_system bigint not null,
  portable bigint not null,
  display bigint not null,
  allocated bigint,
  created bigint not null
);
create unique index public_addresses_vlan_range_id_address_unique on public_addresses (vlan_range_id, address);
create index public_addresses_zone_id_state_number on public_addresses (zone_id, state, number);
create index public_addresses_account_id on public_addresses (account_id);
create index public_addresses_network_id on public_addresses (network_id);
create index public_addresses_instance_id on public_addresses (instance_id);

create table roles (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  type text not null,
  description text not null,
  state text not null,
  is_default bigint not null,
  is_public bigint not null,
  created bigint not null,
  removed bigint
);
create unique index roles_name_unique_b4e71bad on roles (name) where removed is null;

create table role_rules (
  id text primary key not null,
  role_id text,
  place bigint not null,
  rule text not null,
  permission text not null,
  description text not null
);
create unique index role_rules_role_id_rule_unique on role_rules (role_id, rule);
create index role_rules_role_id_place on role_rules (role_id, place);

create table routers (
  id text primary key not null,
  generation bigint not null,
  account_id text,
  domain_id text,
  name text not null,
  zone_id text,
  pod_id text,
  network_id text,
  host_id text,
  service_offering_id text,
  state text not null,
  role text not null,
  namespace_name text not null,
  guest_link text not null,
  guest_mac text not null,
  guest_address text not null,
  public_link text not null,
  public_mac text not null,
  public_address_id text,
  redundant bigint not null,
  redundant_state text not null,
  version text not null,
  ailments text not null,
  checked bigint,
  created bigint not null,
  removed bigint
);
create index routers_network_id on routers (network_id);
create index routers_host_id on routers (host_id);
create index routers_account_id on routers (account_id);
create unique index routers_name_unique_b4e71bad on routers (name) where removed is null;

create table servers (
  id text primary key not null,
  name text not null,
  state text not null,
  version text not null,
  address text not null,
  os text not null,
  kernel text not null,
  lease_until bigint not null,
  epoch bigint not null,
  started bigint not null,
  stopped bigint,
  booted bigint
);
create index servers_lease_until on servers (lease_until);

create table service_offerings (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  display_text text not null,
  state text not null,
  customized bigint not null,
  cpus bigint,
  cpu_mhz bigint,
  memory_mb bigint,
  cpus_min bigint,
  cpus_max bigint,
  memory_mb_min bigint,
  memory_mb_max bigint,
  offer_ha bigint not null,
  limit_cpu bigint not null,
  volatile_disk bigint not null,
  dynamic_scaling bigint not null,
  network_rate bigint not null,
  deployment_planner text not null,
  host_tags text not null,
  storage_tags text not null,
  storage_type text not null,
  provisioning text not null,
  cache_mode text not null,
  root_disk_bytes bigint not null,
  encrypt_root bigint not null,
  customized_iops bigint not null,
  iops_min bigint,
  iops_max bigint,
  snapshot_reserve bigint,
  limits text not null,
  disk_offering_id text,
  disk_offering_strict bigint not null,
  is_system bigint not null,
  system_type text not null,
  default_use bigint not null,
  purge_resources bigint not null,
  domain_ids text not null,
  zone_ids text not null,
  sort_key bigint not null,
  details text not null,
  created bigint not null,
  removed bigint
);
create index service_offerings_name on service_offerings (name);

create table sessions (
  id text primary key not null,
  user_id text,
  cookie_hash text not null,
  key_hash text not null,
  source text not null,
  created bigint not null,
  last_used bigint not null
);
create unique index sessions_cookie_hash_unique on sessions (cookie_hash);
create index sessions_user_id on sessions (user_id);
create index sessions_last_used on sessions (last_used);

create table settings (
  id text primary key not null,
  name text not null,
  scope text not null,
  scope_id text,
  value text not null,
  updated bigint not null
);
create unique index settings_name_unique_cf4c4e1a on settings (name) where scope_id is null;
create unique index settings_name_scope_id_unique_062a38ed on settings (name, scope_id) where scope_id is not null;

create table ssh_keys (
  id text primary key not null,
  account_id text,
  domain_id text,
  name text not null,
  fingerprint text not null,
  public_key text not null,
  created bigint not null
);
create unique index ssh_keys_account_id_name_unique on ssh_keys (account_id, name);
create index ssh_keys_domain_id on ssh_keys (domain_id);

create table storage_pools (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  zone_id text,
  pod_id text,
  cluster_id text,
  host_id text,
  state text not null,
  scope text not null,
  kind text not null,
  hypervisor text not null,
  address text not null,
  path text not null,
  provider text not null,
  tags text not null,
  managed bigint not null,
  capacity_bytes bigint not null,
  used_bytes bigint not null,
  allocatable_bytes bigint not null,
  reserved_bytes bigint not null,
  capacity_iops bigint not null,
  details text not null,
  created bigint not null,
  removed bigint
);
create index storage_pools_zone_id on storage_pools (zone_id);
create index storage_pools_cluster_id on storage_pools (cluster_id);
create index storage_pools_host_id on storage_pools (host_id);

create table templates (
  id text primary key not null,
  generation bigint not null,
  account_id text,
  domain_id text,
  name text not null,
  display_text text not null,
  state text not null,
  type text not null,
  format text not null,
  hypervisor text not null,
  arch text not null,
  bits bigint not null,
  os_type_id text,
  url text not null,
  checksum text not null,
  is_public bigint not null,
  is_featured bigint not null,
  is_extractable bigint not null,
  password_enabled bigint not null,
  ssh_key_enabled bigint not null,
  is_dynamically_scalable bigint not null,
  requires_hvm bigint not null,
  is_bootable bigint not null,
  cross_zones bigint not null,
  direct_download bigint not null,
  deploy_as_is bigint not null,
  for_cks bigint not null,
  template_tag text not null,
  source_template_id text,
  source_volume_id text,
  virtual_bytes bigint not null,
  physical_bytes bigint not null,
  user_data_id text,
  user_data_policy text not null,
  sort_key bigint not null,
  details text not null,
  created bigint not null,
  removed bigint
);
create index templates_account_id_created on templates (account_id, created);
create index templates_domain_id on templates (domain_id);
create index templates_name on templates (name);
create index templates_sort_key_created on templates (sort_key, created);

create table template_permissions (
  id text primary key not null,
  template_id text,
  account_id text,
  created bigint not null
);
create unique index template_permissions_template_id_account_id_unique on template_permissions (template_id, account_id);
create index template_permissions_account_id on template_permissions (account_id);

create table template_pools (
  id text primary key not null,
  generation bigint not null,
  template_id text,
  pool_id text,
  state text not null,
  path text not null,
  format text not null,
  bytes bigint not null,
  physical_bytes bigint not null,
  message text not null,
  created bigint not null,
  last_used bigint not null
);
create unique index template_pools_template_id_pool_id_unique on template_pools (template_id, pool_id);
create index template_pools_pool_id on template_pools (pool_id);

create table template_stores (
  id text primary key not null,
  generation bigint not null,
  template_id text,
  image_store_id text,
  zone_id text,
  state text not null,
  download text not null,
  percent bigint not null,
  path text not null,
  format text not null,
  virtual_bytes bigint not null,
  physical_bytes bigint not null,
  sha256 text not null,
  message text not null,
  created bigint not null,
  updated bigint not null
);
create unique index template_stores_template_id_image_store_id_unique on template_stores (template_id, image_store_id);
create index template_stores_image_store_id on template_stores (image_store_id);

create table traffic_types (
  id text primary key not null,
  generation bigint not null,
  physical_network_id text,
  traffic text not null,
  kvm_label text not null,
  vmware_label text not null,
  xenserver_label text not null,
  hyperv_label text not null,
  vlan text not null,
  isolation_methods text not null
);
create unique index traffic_types_physical_network_id_traffic_unique on traffic_types (physical_network_id, traffic);

create table users (
  id text primary key not null,
  generation bigint not null,
  account_id text,
  domain_id text,
  user_name text not null,
  password_hash text not null,
  first_name text not null,
  last_name text not null,
  email text not null,
  timezone text,
  state text not null,
  source text not null,
  api_key_access text not null,
  is_default bigint not null,
  password_change_required bigint not null,
  failed_logins bigint not null,
  created bigint not null,
  removed bigint
);
create unique index users_domain_id_user_name_unique_b4e71bad on users (domain_id, user_name) where removed is null;
create index users_account_id on users (account_id);

create table user_data (
  id text primary key not null,
  account_id text,
  domain_id text,
  name text not null,
  content text not null,
  params text not null,
  created bigint not null
);
create unique index user_data_account_id_name_unique on user_data (account_id, name);
create index user_data_domain_id on user_data (domain_id);

create table vlan_ranges (
  id text primary key not null,
  generation bigint not null,
  zone_id text,
  physical_network_id text,
  network_id text,
  pod_id text,
  vlan text not null,
  gateway text not null,
  netmask text not null,
  first_address text not null,
  last_address text not null,
  for_virtual_network bigint not null,
  for_system bigint not null,
  account_id text,
  domain_id text,
  created bigint not null,
  removed bigint
);
create index vlan_ranges_zone_id on vlan_ranges (zone_id);
create index vlan_ranges_physical_network_id on vlan_ranges (physical_network_id);
create index vlan_ranges_network_id on vlan_ranges (network_id);

create table vni_leases (
  id text primary key not null,
  zone_id text,
  physical_network_id text,
  vni bigint not null,
  network_id text,
  taken bigint not null
);
create unique index vni_leases_zone_id_vni_unique on vni_leases (zone_id, vni);
create index vni_leases_network_id on vni_leases (network_id);

create table volumes (
  id text primary key not null,
  generation bigint not null,
  account_id text,
  domain_id text,
  name text not null,
  zone_id text,
  kind text not null,
  state text not null,
  pool_id text,
  path text not null,
  format text not null,
  instance_id text,
  device_position bigint not null,
  attached bigint,
  template_id text,
  disk_offering_id text,
  service_offering_id text,
  hypervisor text not null,
  provisioning text not null,
  cache_mode text not null,
  bytes bigint not null,
  physical_bytes bigint not null,
  iops_min bigint,
  iops_max bigint,
  limits text not null,
  display bigint not null,
  delete_protection bigint not null,
  external_id text not null,
  created bigint not null,
  updated bigint not null,
  destroyed bigint,
  removed bigint
);
create index volumes_account_id_created_id on volumes (account_id, created, id);
create index volumes_domain_id_created_id on volumes (domain_id, created, id);
create index volumes_created_id on volumes (created, id);
create unique index volumes_instance_id_device_position_unique_908bc05e on volumes (instance_id, device_position) where instance_id is not null;
create index volumes_pool_id on volumes (pool_id);
create index volumes_template_id on volumes (template_id);
create index volumes_state_updated on volumes (state, updated);

create table zones (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  description text not null,
  dns1 text not null,
  dns2 text not null,
  ip6_dns1 text not null,
  ip6_dns2 text not null,
  internal_dns1 text not null,
  internal_dns2 text not null,
  guest_cidr text not null,
  network_domain text not null,
  domain_id text,
  network_type text not null,
  zone_type text not null,
  allocation_state text not null,
  security_groups_enabled bigint not null,
  local_storage_enabled bigint not null,
  dhcp_provider text not null,
  user_may_set_mtu bigint not null,
  private_mtu_max bigint not null,
  public_mtu_max bigint not null,
  sort_key bigint not null,
  details text not null,
  created bigint not null,
  removed bigint
);
create unique index zones_name_unique_b4e71bad on zones (name) where removed is null;
