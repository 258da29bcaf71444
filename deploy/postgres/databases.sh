#!/usr/bin/env bash
# At the first start of an empty volume: a database for each service, with a role of its own that can open no other.
set -euo pipefail

run_sql() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres "$@"; }

for name in credit invoicing cash_app collections analytics; do
    run_sql --set name="$name" --set variable="O2C_${name^^}_PASSWORD" <<'SQL'
\getenv password :variable
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
run_sql --command 'REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC'
