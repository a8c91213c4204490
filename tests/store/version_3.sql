-- A workspace as version 3 of the tables kept it: one project, its pictures, and two runs.
CREATE TABLE facts ( sha256 TEXT NOT NULL,
  facts TEXT NOT NULL,
  PRIMARY KEY (sha256) ) WITHOUT ROWID;
CREATE TABLE project ( number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  credit TEXT NOT NULL,
  created_at TEXT NOT NULL,
  deleted BOOLEAN DEFAULT 0 NOT NULL,
  UNIQUE (id) );
CREATE TABLE settings_set ( number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  config TEXT NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (name) );
CREATE TABLE sheet ( "key" TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY ("key") );
CREATE TABLE dataset ( number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  classes TEXT NOT NULL,
  samples TEXT DEFAULT '{}' NOT NULL,
  issues TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  created_at TEXT NOT NULL,
  split_settings TEXT DEFAULT '{}' NOT NULL,
  split_check TEXT,
  parent_id TEXT,
  edit TEXT,
  author TEXT DEFAULT '' NOT NULL,
  pictures INTEGER NOT NULL,
  strip TEXT NOT NULL,
  UNIQUE (project_id,
  version),
  UNIQUE (id),
  FOREIGN KEY(project_id) REFERENCES project (id),
  FOREIGN KEY(parent_id) REFERENCES dataset (id) );
CREATE TABLE current ( project_id TEXT NOT NULL,
  dataset_id TEXT NOT NULL,
  PRIMARY KEY (project_id),
  FOREIGN KEY(project_id) REFERENCES project (id),
  FOREIGN KEY(dataset_id) REFERENCES dataset (id) ) WITHOUT ROWID;
CREATE TABLE outlook ( dataset_id TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (dataset_id),
  FOREIGN KEY(dataset_id) REFERENCES dataset (id) ) WITHOUT ROWID;
CREATE TABLE run ( number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  token TEXT NOT NULL,
  project_id TEXT NOT NULL,
  name TEXT NOT NULL,
  dataset_id TEXT NOT NULL,
  dataset_fingerprint TEXT NOT NULL,
  preset TEXT,
  config TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at TEXT NOT NULL,
  started_at TEXT,
  finished_at TEXT,
  best_epoch INTEGER,
  stage_seconds TEXT NOT NULL,
  notes TEXT NOT NULL,
  error TEXT NOT NULL,
  hint TEXT NOT NULL,
  device TEXT NOT NULL,
  versions TEXT NOT NULL,
  owner TEXT NOT NULL,
  position INTEGER,
  saved_at TEXT,
  accuracy TEXT,
  expected TEXT,
  trials TEXT DEFAULT '[]' NOT NULL,
  deleted BOOLEAN DEFAULT 0 NOT NULL,
  UNIQUE (id),
  UNIQUE (token),
  FOREIGN KEY(project_id) REFERENCES project (id),
  FOREIGN KEY(dataset_id) REFERENCES dataset (id) );
CREATE INDEX ix_run_project_id ON run (project_id);
CREATE TABLE epoch ( run_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  stage TEXT NOT NULL,
  train_loss FLOAT,
  train_accuracy FLOAT,
  val_loss FLOAT,
  val_accuracy FLOAT,
  val_macro_f1 FLOAT,
  learning_rate FLOAT,
  seconds FLOAT,
  PRIMARY KEY (run_id,
  epoch),
  FOREIGN KEY(run_id) REFERENCES run (id) ) WITHOUT ROWID;
CREATE TABLE log_line ( number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL,
  moment TEXT NOT NULL,
  text TEXT NOT NULL,
  FOREIGN KEY(run_id) REFERENCES run (id) );
CREATE INDEX ix_log_line_run_id ON log_line (run_id);
INSERT INTO project VALUES (1, 'p1', 'Bolts', 'by Ada', '2026-03-01T12:00:00+00:00', 0);
INSERT INTO dataset (number, id, project_id, version, classes, samples, issues, fingerprint, created_at, pictures, strip) VALUES
  (1, 'd1', 'p1', 1, '["bolt","nut"]', '{}', '', 'f1', '2026-03-01T12:00:00+00:00', 1, '["aa"]');
INSERT INTO current VALUES ('p1', 'd1');
INSERT INTO run (number, id, token, project_id, name, dataset_id, dataset_fingerprint, config, status, created_at,
  stage_seconds, notes, error, hint, device, versions, owner, position, trials) VALUES
  (1, 'r1', 't1', 'p1', 'Run 1', 'd1', 'f1', '{"backbone":"resnet18","precision":"bf16","seed":7}',
   'done', '2026-03-01T12:00:00+00:00', '[]', '["kept epoch 4"]', '', '', '2 CPU cores', '[]', '', 1,
   '[{"backbone":"resnet18","fine_tune_blocks":2,"fine_tune_learning_rate":0.001,"epochs":3,"val_loss":0.5,"val_accuracy":0.75,"seconds":8.5,"chosen":true}]'),
  (2, 'r2', 't2', 'p1', 'Run 2', 'd1', 'f1', '{}', 'queued', '2026-03-01T12:00:00+00:00',
   '[]', '[]', '', '', '', '[]', '1_1_earlier', 2, '[]');
INSERT INTO epoch VALUES ('r1', 1, 'head', 0.25, 0.9, 0.5, 0.8, NULL, 0.001, 0.125);
PRAGMA application_id = 0x53494748;
PRAGMA user_version = 3;
