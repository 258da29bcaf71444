-- Where payments come from: bank accounts, imported files and their entries, bundles, remittance advice, deposits.
-- depends: 0001_cash_app

-- migrate: apply
-- Accounts of ours; a file that speaks of any other is refused.
CREATE TABLE bank_account (
    bank_account text PRIMARY KEY,
    company_id text NOT NULL,
    currency text NOT NULL,
    name text NOT NULL,
    deposits_to text,
    active boolean NOT NULL
);

CREATE TABLE remittance_mapping (
    payer text PRIMARY KEY,
    mapping jsonb NOT NULL
);

CREATE TABLE import_file (
    import_id text PRIMARY KEY,
    content_sha256 text NOT NULL,
    file_name text NOT NULL,
    format text,
    payer text,
    size_bytes bigint NOT NULL,
    received_by text NOT NULL,
    received_at timestamptz NOT NULL,
    stage text NOT NULL CHECK (stage IN ('received', 'parsed', 'validated', 'posted', 'refused')),
    refused_after text CHECK (refused_after IN ('received', 'parsed')),
    counts jsonb NOT NULL,
    errors jsonb NOT NULL,
    to_post integer NOT NULL CHECK (to_post >= 0),
    posted integer NOT NULL CHECK (posted BETWEEN 0 AND to_post),
    position integer NOT NULL,
    CHECK ((stage = 'refused') = (refused_after IS NOT NULL))
);
CREATE INDEX import_file_content ON import_file (content_sha256);
CREATE INDEX import_file_received ON import_file (received_at, import_id);
CREATE INDEX import_file_unfinished ON import_file (received_at, import_id)
WHERE stage IN ('received', 'parsed', 'validated');

CREATE TABLE import_content (
    import_id text PRIMARY KEY,
    content bytea NOT NULL
);

-- What a file says, line by line, and what was made of it. `event` is what is said when the entry is posted.
CREATE TABLE import_entry (
    import_id text NOT NULL,
    entry_no integer NOT NULL,
    place text NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('post', 'held', 'seen_before', 'noted')),
    subject_id text NOT NULL,
    source text NOT NULL,
    bank_account text NOT NULL,
    bank_reference text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL,
    value_date date NOT NULL,
    note text NOT NULL,
    event text,
    PRIMARY KEY (import_id, entry_no),
    CHECK ((outcome IN ('post', 'held')) = (event IS NOT NULL))
);
CREATE UNIQUE INDEX import_entry_subject ON import_entry (subject_id) WHERE outcome IN ('post', 'held');

CREATE TABLE bank_statement (
    bank_account text NOT NULL,
    source text NOT NULL,
    statement_number text NOT NULL,
    statement_date date NOT NULL,
    import_id text NOT NULL,
    currency text NOT NULL,
    opening numeric(18, 3),
    closing numeric(18, 3),
    PRIMARY KEY (bank_account, source, statement_number, statement_date)
);

-- Many payments that are one line on the bank's statement: a lockbox batch, a card settlement, a deposit slip.
CREATE TABLE bundle (
    bank_account text NOT NULL,
    bundle_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('lockbox', 'card', 'deposit')),
    currency text NOT NULL,
    gross numeric(18, 3) NOT NULL,
    fee numeric(18, 3) NOT NULL,
    net numeric(18, 3) NOT NULL,
    value_date date NOT NULL,
    payments integer NOT NULL,
    told_by text NOT NULL,
    line_id text,
    PRIMARY KEY (bank_account, bundle_id),
    CHECK (gross - fee = net)
);
CREATE INDEX bundle_open ON bundle (bank_account, net) WHERE line_id IS NULL;

-- Lines of statements that stand for a bundle; they are not payments themselves.
CREATE TABLE bundle_line (
    line_id text PRIMARY KEY,
    bank_account text NOT NULL,
    kind text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL,
    value_date date NOT NULL,
    details text NOT NULL,
    import_id text NOT NULL,
    bundle_id text
);
CREATE INDEX bundle_line_open ON bundle_line (bank_account, amount) WHERE bundle_id IS NULL;

CREATE TABLE remittance_advice (
    advice_id text PRIMARY KEY,
    company_id text NOT NULL,
    customer_id text,
    payer_account text,
    payer_name text,
    trace_number text,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    advised_on date NOT NULL,
    lines jsonb NOT NULL,
    payment_id text,
    note text NOT NULL
);
CREATE INDEX remittance_advice_trace ON remittance_advice (trace_number) WHERE payment_id IS NULL;
CREATE INDEX remittance_advice_customer ON remittance_advice (customer_id, amount) WHERE payment_id IS NULL;
CREATE INDEX remittance_advice_account ON remittance_advice (payer_account, amount) WHERE payment_id IS NULL;
CREATE INDEX remittance_advice_day ON remittance_advice (advised_on, advice_id);

-- Payments whose remittance may still come, by what travels with both.
CREATE TABLE payment_trace (
    trace_number text NOT NULL,
    payment_id text NOT NULL,
    bank_reference text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL,
    PRIMARY KEY (trace_number, payment_id)
);

CREATE TABLE deposit_slip (
    bank_account text NOT NULL,
    slip_number text NOT NULL,
    value_date date NOT NULL,
    currency text NOT NULL,
    total numeric(18, 3) NOT NULL CHECK (total > 0),
    items integer NOT NULL CHECK (items > 0),
    keyed_by text NOT NULL,
    PRIMARY KEY (bank_account, slip_number)
);

-- migrate: rollback
DROP TABLE deposit_slip;
DROP TABLE payment_trace;
DROP TABLE remittance_advice;
DROP TABLE bundle_line;
DROP TABLE bundle;
DROP TABLE bank_statement;
DROP TABLE import_entry;
DROP TABLE import_content;
DROP TABLE import_file;
DROP TABLE remittance_mapping;
DROP TABLE bank_account;
