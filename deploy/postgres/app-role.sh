#!/bin/sh
# Runs once, when the database is made: the role of the running service, which owns nothing.
# `shangke migrate` gives it its rights (migrations/after/grants.sql).
set -eu
psql --set ON_ERROR_STOP=1 --set password="$APP_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE shangke_app LOGIN PASSWORD :'password';
SQL
