-- One item by its id: who asks for a write-off names the item alone.
-- depends: 0300_write_offs

-- migrate: apply
CREATE INDEX open_item_id ON open_item (item_id);

-- migrate: rollback
DROP INDEX open_item_id;
