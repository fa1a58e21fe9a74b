-- Where the durable floor keeps what it is told: as wide as a row of insert_table.sql.
SET client_min_messages = error;
DROP TABLE IF EXISTS bench_kept;
CREATE TABLE bench_kept (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text        NOT NULL,
    value   jsonb       NOT NULL,
    at      timestamptz NOT NULL DEFAULT now()
);
