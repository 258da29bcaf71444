-- Why payers kept something back, for the desk; money on account and failed events are queues of their own.
-- depends: 0400_items_by_number

-- migrate: apply
CREATE TABLE deduction (
    customer_id text NOT NULL,
    deduction_id text NOT NULL,
    item_id text NOT NULL,
    payment_id text NOT NULL,
    reason text NOT NULL,
    why text NOT NULL,
    PRIMARY KEY (customer_id, deduction_id)
);
CREATE INDEX payment_trace_payment ON payment_trace (payment_id);
CREATE INDEX payment_resting ON payment (held_since, payment_id) WHERE state = 'on_account';

-- migrate: rollback
DROP INDEX payment_resting;
DROP INDEX payment_trace_payment;
DROP TABLE deduction;
