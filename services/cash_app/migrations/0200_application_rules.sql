-- Who paid and why it was applied so: names, what clerks taught, candidates, exchange rates, reasons of lines.
-- depends: 0300_when_it_goes_wrong

-- migrate: apply
-- Two writings of one account: letters and digits count, and zeros in front of the account behind a routing number.
CREATE FUNCTION account_key(account text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN upper(regexp_replace(
    regexp_replace(account, '^(\d{9})[^0-9A-Za-z]+0*(\d+)$', '\1\2'), '[^0-9A-Za-z]', '', 'g'
));
CREATE INDEX payer_account_key ON payer_account (account_key(payer_account));
CREATE INDEX payment_suspense_account_key ON payment (account_key(payer_account)) WHERE state = 'suspense';

CREATE TABLE customer_name_token (
    token text NOT NULL,
    customer_id text NOT NULL,
    PRIMARY KEY (token, customer_id)
);
CREATE INDEX customer_name_token_customer ON customer_name_token (customer_id);

-- What clerks taught by assigning money from suspense: names and accounts of payers; revoked, not deleted.
CREATE TABLE payer_lesson (
    lesson_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('alias', 'account')),
    key text NOT NULL,
    written text NOT NULL,
    customer_id text NOT NULL,
    payment_id text NOT NULL,
    taught_by text NOT NULL,
    taught_at timestamptz NOT NULL DEFAULT now(),
    revoked_by text,
    revoked_at timestamptz,
    CHECK ((revoked_by IS NULL) = (revoked_at IS NULL))
);
CREATE UNIQUE INDEX payer_lesson_held ON payer_lesson (kind, key, customer_id) WHERE revoked_at IS NULL;
CREATE INDEX payer_lesson_customer ON payer_lesson (customer_id, lesson_id);

-- Who may have paid money in suspense, as of the last look at it.
CREATE TABLE payer_candidate (
    payment_id text NOT NULL,
    rank integer NOT NULL,
    customer_id text NOT NULL,
    score integer NOT NULL CHECK (score BETWEEN 0 AND 100),
    evidence text NOT NULL,
    PRIMARY KEY (payment_id, rank)
);

CREATE TABLE exchange_rate (
    from_currency text NOT NULL,
    to_currency text NOT NULL,
    valid_from date NOT NULL,
    version integer NOT NULL,
    rate numeric NOT NULL CHECK (rate > 0),
    PRIMARY KEY (from_currency, to_currency, valid_from)
);

ALTER TABLE open_item ADD COLUMN terms text NOT NULL DEFAULT '';
-- Of an application in another currency than the payment's: what of the payment it used.
ALTER TABLE application ADD COLUMN paid_currency text, ADD COLUMN paid_amount numeric(18, 3),
ADD COLUMN policy_version integer NOT NULL DEFAULT 0;
ALTER TABLE application_line ADD COLUMN evidence text NOT NULL DEFAULT '',
ADD COLUMN score integer NOT NULL DEFAULT 100,
ADD COLUMN alternatives text NOT NULL DEFAULT '',
ADD COLUMN tolerance numeric(18, 3) NOT NULL DEFAULT 0,
ADD COLUMN deduction numeric(18, 3) NOT NULL DEFAULT 0;

-- migrate: rollback
ALTER TABLE application_line DROP COLUMN deduction, DROP COLUMN tolerance, DROP COLUMN alternatives,
DROP COLUMN score, DROP COLUMN evidence;
ALTER TABLE application DROP COLUMN policy_version, DROP COLUMN paid_amount, DROP COLUMN paid_currency;
ALTER TABLE open_item DROP COLUMN terms;
DROP TABLE exchange_rate;
DROP TABLE payer_candidate;
DROP TABLE payer_lesson;
DROP TABLE customer_name_token;
DROP INDEX payment_suspense_account_key;
DROP INDEX payer_account_key;
DROP FUNCTION account_key;
