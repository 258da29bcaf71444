-- Credit memos, waiting for a second person, posted or declined; finance charges. Each in number series of its own.
-- depends: 0200_stopped_by_credit

-- migrate: apply
CREATE TABLE credit_memo (
    customer_id text NOT NULL,
    credit_memo_id text NOT NULL,
    credit_memo_number text,
    company_id text NOT NULL,
    document_number text NOT NULL,
    document_kind text NOT NULL CHECK (document_kind IN ('invoice', 'interest', 'fee')),
    settles_document text,
    request_id text,
    currency text NOT NULL,
    net numeric(18, 3) NOT NULL CHECK (net >= 0),
    tax numeric(18, 3) NOT NULL CHECK (tax >= 0),
    total numeric(18, 3) NOT NULL CHECK (total = net + tax AND total > 0),
    lines jsonb NOT NULL,
    reason_code text NOT NULL,
    reason text NOT NULL,
    requested_by text NOT NULL,
    requested_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'posted', 'declined')),
    credit_date date,
    decided_by text,
    decided_on date,
    decision text NOT NULL DEFAULT '',
    reversed_by text,
    PRIMARY KEY (customer_id, credit_memo_id),
    CHECK ((state = 'posted') = (credit_memo_number IS NOT NULL)),
    CHECK ((state = 'posted') = (credit_date IS NOT NULL)),
    CHECK (decided_by IS NULL OR decided_by <> requested_by),
    CHECK (reversed_by IS NULL OR state = 'posted')
);
CREATE INDEX credit_memo_identity ON credit_memo (credit_memo_id);
CREATE UNIQUE INDEX credit_memo_document ON credit_memo (credit_memo_number);
CREATE INDEX credit_memo_credits ON credit_memo (customer_id, document_number);
CREATE INDEX credit_memo_day ON credit_memo (requested_on, credit_memo_id);

CREATE TABLE finance_charge (
    customer_id text NOT NULL,
    charge_id text NOT NULL,
    charge_number text NOT NULL,
    company_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('interest', 'fee')),
    charge_date date NOT NULL,
    due_date date NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    reason text NOT NULL,
    items jsonb NOT NULL,
    PRIMARY KEY (customer_id, charge_id)
);
CREATE UNIQUE INDEX finance_charge_document ON finance_charge (charge_number);
CREATE INDEX finance_charge_day ON finance_charge (charge_date, charge_id);

-- migrate: rollback
DROP TABLE finance_charge;
DROP TABLE credit_memo;
