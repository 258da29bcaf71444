-- Customers, open items, payments, applications, and the dated movements behind them.
-- depends:

-- migrate: apply
-- One row per customer heard of; locking it is the right to change that customer's items and money.
CREATE TABLE customer_ledger (
    customer_id text PRIMARY KEY,
    version integer NOT NULL,
    company_id text,
    name text,
    currency text
);

CREATE TABLE payer_account (
    payer_account text NOT NULL,
    customer_id text NOT NULL,
    PRIMARY KEY (payer_account, customer_id)
);
CREATE INDEX payer_account_customer ON payer_account (customer_id);

CREATE TABLE open_item (
    customer_id text NOT NULL,
    item_id text NOT NULL,
    item_version integer NOT NULL,
    company_id text NOT NULL,
    document_number text NOT NULL,
    document_key text NOT NULL,
    currency text NOT NULL,
    original_amount numeric(18, 3) NOT NULL CHECK (original_amount > 0),
    open_amount numeric(18, 3) NOT NULL CHECK (open_amount BETWEEN 0 AND original_amount),
    document_date date NOT NULL,
    due_date date NOT NULL,
    discount_date date,
    discount_amount numeric(18, 3) NOT NULL CHECK (discount_amount >= 0),
    discount_taken numeric(18, 3) NOT NULL CHECK (discount_taken BETWEEN 0 AND discount_amount),
    disputed boolean NOT NULL,
    moved_on date NOT NULL,
    closed_on date,
    PRIMARY KEY (customer_id, item_id),
    CHECK ((closed_on IS NULL) = (open_amount > 0))
);
CREATE INDEX open_item_open ON open_item (customer_id, due_date, document_number, item_id) WHERE open_amount > 0;
CREATE INDEX open_item_due ON open_item (due_date, customer_id, item_id) WHERE open_amount > 0;
CREATE INDEX open_item_document ON open_item (document_key);

CREATE TABLE item_movement (
    customer_id text NOT NULL,
    item_id text NOT NULL,
    item_version integer NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    business_date date NOT NULL,
    change numeric(18, 3) NOT NULL CHECK (change <> 0),
    cause text NOT NULL CHECK (cause IN ('posted', 'cash', 'discount')),
    cause_id text NOT NULL,
    PRIMARY KEY (customer_id, item_id, item_version)
);

-- The bank's reference is one payment, whichever replica hears of it first.
CREATE TABLE bank_reference (
    bank_reference text PRIMARY KEY,
    payment_id text NOT NULL
);

CREATE TABLE payment (
    payment_id text PRIMARY KEY,
    bank_reference text NOT NULL UNIQUE,
    company_id text NOT NULL,
    customer_id text,
    stated_customer text,
    payer_account text,
    payer_name text,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    unapplied_amount numeric(18, 3) NOT NULL CHECK (unapplied_amount BETWEEN 0 AND amount),
    state text NOT NULL CHECK (state IN ('suspense', 'unapplied', 'on_account', 'applied')),
    value_date date NOT NULL,
    method text NOT NULL,
    remittance jsonb NOT NULL,
    held_since date NOT NULL,
    movements integer NOT NULL,
    applications integer NOT NULL,
    awaited_lines integer NOT NULL CHECK (awaited_lines >= 0),
    identified_by text NOT NULL,
    note text NOT NULL,
    CHECK ((state = 'applied') = (unapplied_amount = 0)),
    CHECK ((state = 'suspense') = (customer_id IS NULL))
);
CREATE INDEX payment_customer ON payment (customer_id, value_date, payment_id);
CREATE INDEX payment_value_date ON payment (value_date, payment_id);
CREATE INDEX payment_suspense ON payment (value_date, payment_id) WHERE state = 'suspense';
CREATE INDEX payment_suspense_id ON payment (company_id, payment_id) WHERE state = 'suspense';
CREATE INDEX payment_suspense_account ON payment (payer_account) WHERE state = 'suspense';
CREATE INDEX payment_suspense_customer ON payment (stated_customer) WHERE state = 'suspense';
CREATE INDEX payment_on_account ON payment (customer_id) WHERE state = 'on_account';

CREATE TABLE duplicate_payment (
    event_id uuid PRIMARY KEY,
    bank_reference text NOT NULL,
    payment_id text NOT NULL,
    first_payment_id text NOT NULL,
    company_id text NOT NULL,
    customer_id text,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL,
    value_date date NOT NULL
);
CREATE INDEX duplicate_payment_first ON duplicate_payment (first_payment_id);

-- What of a payment came to or left suspense, unapplied and on_account, by business date.
CREATE TABLE cash_movement (
    payment_id text NOT NULL,
    seq integer NOT NULL,
    customer_id text,
    company_id text NOT NULL,
    currency text NOT NULL,
    business_date date NOT NULL,
    account text NOT NULL CHECK (account IN ('suspense', 'unapplied', 'on_account')),
    change numeric(18, 3) NOT NULL CHECK (change <> 0),
    cause_id text NOT NULL,
    PRIMARY KEY (payment_id, seq)
);
CREATE INDEX cash_movement_customer ON cash_movement (customer_id, business_date);

CREATE TABLE awaited_document (
    customer_id text NOT NULL,
    payment_id text NOT NULL,
    line_no integer NOT NULL,
    document_key text NOT NULL,
    document_number text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    discount numeric(18, 3) NOT NULL CHECK (discount >= 0),
    waiting boolean NOT NULL,
    PRIMARY KEY (customer_id, payment_id, line_no)
);
CREATE INDEX awaited_document_waiting ON awaited_document (customer_id, document_key) WHERE waiting;

CREATE TABLE application (
    customer_id text NOT NULL,
    application_id text NOT NULL,
    payment_id text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    applied_on date NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    discount numeric(18, 3) NOT NULL CHECK (discount >= 0),
    PRIMARY KEY (customer_id, application_id)
);
CREATE INDEX application_payment ON application (payment_id);

CREATE TABLE application_line (
    customer_id text NOT NULL,
    application_id text NOT NULL,
    line_no integer NOT NULL,
    item_id text NOT NULL,
    document_number text NOT NULL,
    amount numeric(18, 3) NOT NULL,
    discount numeric(18, 3) NOT NULL,
    rule text NOT NULL,
    why text NOT NULL,
    PRIMARY KEY (customer_id, application_id, line_no)
);

-- migrate: rollback
DROP TABLE application_line;
DROP TABLE application;
DROP TABLE awaited_document;
DROP TABLE cash_movement;
DROP TABLE duplicate_payment;
DROP TABLE payment;
DROP TABLE bank_reference;
DROP TABLE item_movement;
DROP TABLE open_item;
DROP TABLE payer_account;
DROP TABLE customer_ledger;
