-- Orders that are amended: which revision of an order stands.
-- depends: 0200_stopped_by_credit

-- migrate: apply
ALTER TABLE customer_order ADD COLUMN revision integer NOT NULL DEFAULT 1;

-- migrate: rollback
ALTER TABLE customer_order DROP COLUMN revision;
