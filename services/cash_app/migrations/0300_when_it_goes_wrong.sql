-- Reversals, transfers, splits, returns, duplicates held, refunds, write-offs, and what people did at the desk.
-- depends: 0001_cash_app

-- migrate: apply
ALTER TABLE open_item ADD COLUMN open_since date, ADD COLUMN kind text NOT NULL DEFAULT 'invoice';
UPDATE open_item SET open_since = document_date;
ALTER TABLE open_item ALTER COLUMN open_since SET NOT NULL;
-- The causes are the contract's; this table takes whichever it knows.
ALTER TABLE item_movement DROP CONSTRAINT IF EXISTS item_movement_cause_check;

-- Nothing is left of a payment that was applied, split up or refunded, or that the bank took back. Of nobody is
-- money in suspense, and what was suspended until it was split up or taken back.
ALTER TABLE payment DROP CONSTRAINT payment_state_check;
ALTER TABLE payment DROP CONSTRAINT payment_check1;
ALTER TABLE payment DROP CONSTRAINT payment_check2;
ALTER TABLE payment ADD CONSTRAINT payment_state_check
CHECK (state IN ('suspense', 'unapplied', 'on_account', 'applied', 'returned'));
ALTER TABLE payment ADD CONSTRAINT payment_nothing_left
CHECK ((state IN ('applied', 'returned')) = (unapplied_amount = 0));
ALTER TABLE payment ADD CONSTRAINT payment_of_nobody
CHECK (CASE state WHEN 'suspense' THEN customer_id IS NULL
    WHEN 'unapplied' THEN customer_id IS NOT NULL
    WHEN 'on_account' THEN customer_id IS NOT NULL
    ELSE true END);
CREATE INDEX payment_unapplied ON payment (value_date, payment_id) WHERE state = 'unapplied';

CREATE TABLE application_reversal (
    customer_id text NOT NULL,
    application_id text NOT NULL,
    reversal_id text NOT NULL,
    payment_id text NOT NULL,
    currency text NOT NULL,
    reversed_on date NOT NULL,
    amount numeric(18, 3) NOT NULL,
    discount numeric(18, 3) NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (customer_id, application_id)
);
CREATE INDEX application_reversal_payment ON application_reversal (payment_id);

CREATE TABLE payment_transfer (
    transfer_id text PRIMARY KEY,
    payment_id text NOT NULL,
    from_customer_id text NOT NULL,
    to_customer_id text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    transferred_on date NOT NULL,
    reason text NOT NULL
);
CREATE INDEX payment_transfer_payment ON payment_transfer (payment_id);

-- A part of a payment that became a payment of its own; it was received with the whole, not beside it.
CREATE TABLE payment_part (
    part_id text PRIMARY KEY,
    payment_id text NOT NULL,
    split_on date NOT NULL
);
CREATE INDEX payment_part_payment ON payment_part (payment_id);

-- Amounts are negative where a refund or write-off is undone by its opposite.
CREATE TABLE payment_refund (
    customer_id text NOT NULL,
    refund_id text NOT NULL,
    payment_id text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount <> 0),
    refunded_on date NOT NULL,
    ordered_by text NOT NULL,
    approved_by text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (customer_id, refund_id)
);
CREATE INDEX payment_refund_payment ON payment_refund (payment_id);
CREATE INDEX payment_refund_id ON payment_refund (refund_id);

CREATE TABLE write_off (
    customer_id text NOT NULL,
    write_off_id text NOT NULL,
    item_id text NOT NULL,
    document_number text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount <> 0),
    written_off_on date NOT NULL,
    approved_by text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (customer_id, write_off_id)
);
CREATE INDEX write_off_id ON write_off (write_off_id);
CREATE INDEX write_off_item ON write_off (customer_id, item_id);

CREATE TABLE payment_return (
    return_id text PRIMARY KEY,
    bank_reference text NOT NULL UNIQUE,
    original_bank_reference text,
    company_id text NOT NULL,
    customer_id text,
    payer_account text,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    value_date date NOT NULL,
    reason_code text NOT NULL,
    reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'returned')),
    payment_id text,
    note text NOT NULL,
    movements integer NOT NULL,
    matches integer NOT NULL,
    CHECK ((state = 'waiting') = (payment_id IS NULL))
);
CREATE INDEX payment_return_waiting ON payment_return (value_date, return_id) WHERE state = 'waiting';
CREATE INDEX payment_return_original ON payment_return (original_bank_reference) WHERE state = 'waiting';
CREATE INDEX payment_return_payment ON payment_return (payment_id);

CREATE TABLE held_duplicate (
    payment_id text PRIMARY KEY,
    customer_id text NOT NULL,
    first_payment_id text NOT NULL,
    held_on date NOT NULL,
    evidence text NOT NULL,
    state text NOT NULL CHECK (state IN ('held', 'released', 'refunded', 'returned'))
);
CREATE INDEX held_duplicate_held ON held_duplicate (held_on, payment_id) WHERE state = 'held';

-- What needs a second person: who asks, for what, and what the second person said.
CREATE TABLE approval (
    approval_id text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('refund', 'write_off')),
    customer_id text NOT NULL,
    company_id text NOT NULL,
    subject text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    reason text NOT NULL,
    requested_by text NOT NULL,
    requested_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'approved', 'declined')),
    decided_by text,
    decided_on date,
    decision text NOT NULL,
    CHECK ((state = 'waiting') = (decided_by IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> requested_by)
);
CREATE INDEX approval_waiting ON approval (requested_on, approval_id) WHERE state = 'waiting';
CREATE UNIQUE INDEX approval_once ON approval (kind, subject) WHERE state = 'waiting';

-- What people did with payments, items and returns; the match rate counts what needed nobody.
CREATE TABLE desk_step (
    subject text NOT NULL,
    command_id uuid NOT NULL,
    action text NOT NULL,
    person text NOT NULL,
    done_on date NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (subject, command_id, action)
);

-- migrate: rollback
DROP TABLE desk_step;
DROP TABLE approval;
DROP TABLE held_duplicate;
DROP TABLE payment_return;
DROP TABLE write_off;
DROP TABLE payment_refund;
DROP TABLE payment_part;
DROP TABLE payment_transfer;
DROP TABLE application_reversal;
DROP INDEX payment_unapplied;
ALTER TABLE payment DROP CONSTRAINT payment_of_nobody;
ALTER TABLE payment DROP CONSTRAINT payment_nothing_left;
ALTER TABLE open_item DROP COLUMN kind;
ALTER TABLE open_item DROP COLUMN open_since;
