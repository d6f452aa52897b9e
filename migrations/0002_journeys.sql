CREATE TABLE flows (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  input TEXT NOT NULL,
  state TEXT NOT NULL,
  output TEXT NOT NULL,
  fault TEXT NOT NULL,
  message TEXT NOT NULL,
  cause TEXT NOT NULL,
  owner_id TEXT,
  epoch BIGINT NOT NULL,
  cancel_asked BIGINT NOT NULL,
  created BIGINT NOT NULL,
  ended BIGINT
);
CREATE INDEX flows_state_owner_id ON flows (state, owner_id);

CREATE TABLE steps (
  id TEXT PRIMARY KEY NOT NULL,
  flow_id TEXT,
  place BIGINT NOT NULL,
  step TEXT NOT NULL,
  input TEXT NOT NULL,
  answer TEXT NOT NULL,
  state TEXT NOT NULL,
  fault TEXT NOT NULL,
  message TEXT NOT NULL,
  taken BIGINT NOT NULL
);
CREATE UNIQUE INDEX steps_flow_id_place ON steps (flow_id, place);
CREATE INDEX steps_owed ON steps (state) WHERE state = 'owed';
