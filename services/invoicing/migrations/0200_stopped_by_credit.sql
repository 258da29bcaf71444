-- Orders that credit stops after it let them through, and approvals that grow old.
-- depends: 0010_after_a_restore

-- migrate: apply
ALTER TABLE customer_order
    ADD COLUMN approved_until date,
    ADD COLUMN decision_no integer NOT NULL DEFAULT 0,
    ADD COLUMN stopped boolean NOT NULL DEFAULT false;

-- migrate: rollback
ALTER TABLE customer_order DROP COLUMN approved_until, DROP COLUMN decision_no, DROP COLUMN stopped;
