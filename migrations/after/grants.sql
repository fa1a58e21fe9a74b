-- What a running service may do, as the role shangke_app: read and write rows, nothing else. It owns no table, so it
-- can neither change nor drop one. Applied after every migration, where the role exists.

GRANT USAGE ON SCHEMA public TO shangke_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO shangke_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO shangke_app;

-- The diary is only written on, never rewritten; but a recalled text is taken out of its event (I9).
REVOKE UPDATE, DELETE ON event FROM shangke_app;
GRANT UPDATE (body) ON event TO shangke_app;

-- Who did what stays as it was written.
REVOKE UPDATE, DELETE ON audit FROM shangke_app;

-- Migrations alone say where the database is.
REVOKE INSERT, UPDATE, DELETE ON schema_version FROM shangke_app;
