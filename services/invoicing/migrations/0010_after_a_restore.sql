-- Answers heard before their questions wait under the identity they were said with; numbers given out before a restore.
-- depends: 0001_invoicing

-- migrate: apply
ALTER TABLE early_event DROP CONSTRAINT early_event_kind_check;
ALTER TABLE early_event ADD CONSTRAINT early_event_kind_check CHECK (kind IN (
    'CreditHeld', 'CreditApproved', 'CreditReleased', 'CreditDeclined', 'StockAnswered', 'cancellation', 'shipment'
));
ALTER TABLE early_event ADD COLUMN context jsonb;
-- What waited before this version was kept without its identity: it gets one that is its own.
UPDATE early_event SET context = jsonb_build_object(
    'id', md5(concat_ws('/', customer_id, order_id, kind, subject))::uuid,
    'source', 'inv_ctrl',
    'time', now(),
    'correlation_id', md5(concat_ws('/', customer_id, order_id, kind, subject))::uuid
);
ALTER TABLE early_event ALTER COLUMN context SET NOT NULL;

-- Numbers given out after the backup that this database was restored from.
CREATE TABLE number_said (
    customer_id text NOT NULL,
    invoice_id text NOT NULL,
    invoice_number text NOT NULL,
    PRIMARY KEY (customer_id, invoice_id)
);

-- migrate: rollback
DROP TABLE number_said;
DELETE FROM early_event WHERE kind NOT IN ('cancellation', 'shipment');
ALTER TABLE early_event DROP COLUMN context;
ALTER TABLE early_event DROP CONSTRAINT early_event_kind_check;
ALTER TABLE early_event ADD CONSTRAINT early_event_kind_check CHECK (kind IN ('cancellation', 'shipment'));
