create index domains_path on domains (path);
