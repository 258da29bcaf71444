-- What was applied to an item, and whether it was disputed while it was overdue: for the customer's history.
-- depends: 0400_amendments

-- migrate: apply
ALTER TABLE open_item
    ADD COLUMN contested boolean NOT NULL DEFAULT false,
    ADD COLUMN payments jsonb NOT NULL DEFAULT '[]';

-- migrate: rollback
ALTER TABLE open_item DROP COLUMN contested, DROP COLUMN payments;
