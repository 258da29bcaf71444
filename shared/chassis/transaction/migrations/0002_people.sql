-- What people's requests need: policies with versions, answers kept for repeats, and the audit trail.
-- depends: 0001_chassis

-- migrate: apply
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
