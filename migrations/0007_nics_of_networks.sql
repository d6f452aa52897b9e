create index nics_network_id_state on nics (network_id, state);
