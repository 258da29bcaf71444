-- One item by its id, and the deductions that are open: neither may read all items there ever were.
-- depends: 0200_application_rules

-- migrate: apply
CREATE INDEX open_item_id ON open_item (item_id);
CREATE INDEX open_item_deduction ON open_item (document_date, item_id) WHERE kind = 'deduction' AND open_amount > 0;

-- migrate: rollback
DROP INDEX open_item_deduction;
DROP INDEX open_item_id;
