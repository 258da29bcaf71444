-- What every service needs: events exactly once, business days, policies, answers kept for repeats, the audit trail.
-- depends:

-- migrate: apply
CREATE TABLE inbox (
    event_id   uuid        NOT NULL PRIMARY KEY,
    topic      text        NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

CREATE INDEX inbox_handled_at ON inbox USING brin (handled_at);

CREATE TABLE outbox (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id xid8        NOT NULL DEFAULT pg_current_xact_id(),
    event_id       uuid        NOT NULL,
    topic          text        NOT NULL,
    key            text        NOT NULL,
    type           text        NOT NULL,
    subject        text        NOT NULL,
    occurred_at    timestamptz NOT NULL,
    correlation_id uuid        NOT NULL,
    causation_id   uuid,
    traceparent    text,
    body           bytea       NOT NULL,
    extra_headers  jsonb
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

CREATE TABLE dead_letter (
    event_id    uuid        NOT NULL PRIMARY KEY,
    topic       text        NOT NULL,
    "partition" integer     NOT NULL,
    "offset"    bigint      NOT NULL,
    key         bytea,
    headers     jsonb       NOT NULL,
    body        bytea       NOT NULL,
    error       text        NOT NULL,
    reason      text        NOT NULL,
    attempts    integer     NOT NULL,
    first_at    timestamptz NOT NULL DEFAULT now(),
    last_at     timestamptz NOT NULL DEFAULT now(),
    replayed_at timestamptz,
    replayed_by text
);

CREATE INDEX dead_letter_waiting ON dead_letter (topic, event_id) WHERE replayed_at IS NULL;

CREATE TABLE company_day (
    company_id    text        NOT NULL PRIMARY KEY,
    business_date date        NOT NULL
);

CREATE TABLE business_day (
    company_id    text        NOT NULL,
    business_date date        NOT NULL,
    started_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (business_date, company_id)
);

CREATE TABLE daily_run (
    name          text        NOT NULL,
    company_id    text        NOT NULL,
    business_date date        NOT NULL,
    after         text        NOT NULL DEFAULT '',
    chunks        integer     NOT NULL DEFAULT 0,
    started_at    timestamptz NOT NULL DEFAULT now(),
    finished_at   timestamptz,
    PRIMARY KEY (name, business_date, company_id)
);

CREATE INDEX daily_run_open ON daily_run (name, business_date, company_id) WHERE finished_at IS NULL;

CREATE TABLE policy_version (
    name       text        NOT NULL,
    version    integer     NOT NULL CHECK (version > 0),
    valid_from date        NOT NULL,
    document   jsonb       NOT NULL,
    set_by     text        NOT NULL,
    set_at     timestamptz NOT NULL DEFAULT now(),
    reason     text        NOT NULL,
    PRIMARY KEY (name, version)
);

CREATE TABLE idempotency_key (
    person      text        NOT NULL,
    request     text        NOT NULL,
    key         text        NOT NULL,
    command_id  uuid        NOT NULL,
    body_sha256 text        NOT NULL,
    status      integer,
    answer      json,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person, request, key)
);

CREATE INDEX idempotency_key_created_at ON idempotency_key USING brin (created_at);

CREATE TABLE audit_entry (
    entry_id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at             timestamptz NOT NULL DEFAULT now(),
    person         text        NOT NULL,
    roles          text[]      NOT NULL,
    action         text        NOT NULL,
    subject        text        NOT NULL,
    before         jsonb,
    after          jsonb,
    command_id     uuid        NOT NULL,
    correlation_id uuid        NOT NULL
);

CREATE INDEX audit_entry_subject ON audit_entry (subject, entry_id);
CREATE INDEX audit_entry_person ON audit_entry (person, entry_id);
CREATE INDEX audit_entry_at ON audit_entry USING brin (at);

-- migrate: rollback
DROP TABLE audit_entry;
DROP TABLE idempotency_key;
DROP TABLE policy_version;
DROP TABLE daily_run;
DROP TABLE business_day;
DROP TABLE company_day;
DROP TABLE dead_letter;
DROP TABLE outbox;
DROP TABLE inbox;
