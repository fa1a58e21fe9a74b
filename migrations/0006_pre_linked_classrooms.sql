-- The run of an online course that a classroom belongs to (R60).
ALTER TABLE classroom ADD COLUMN run_id id REFERENCES run;
CREATE INDEX classroom_of_run ON classroom (run_id) WHERE run_id IS NOT NULL;
