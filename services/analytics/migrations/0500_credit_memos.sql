-- Which applications are credit memos, no cash that came in; and the deductions among the changes, no sales.
-- depends: 0100_aging_sums

-- migrate: apply
ALTER TABLE cash_applied ADD COLUMN credit_memo boolean NOT NULL DEFAULT false;
CREATE INDEX item_movement_deduction ON item_movement (business_date) INCLUDE (company_id, currency, change)
WHERE cause = 'deduction';

-- migrate: rollback
DROP INDEX item_movement_deduction;
ALTER TABLE cash_applied DROP COLUMN credit_memo;
