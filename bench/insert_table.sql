-- The table of insert.sql: as wide as an answer of ours.
SET client_min_messages = error;
DROP TABLE IF EXISTS bench_answer;
CREATE TABLE bench_answer (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    activity text        NOT NULL,
    account  text        NOT NULL,
    value    jsonb       NOT NULL,
    at       timestamptz NOT NULL DEFAULT now()
);
