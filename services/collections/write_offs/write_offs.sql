-- name: item_to_write_off
-- An item and what is owed on it, locked, so that one write-off at a time is requested.
SELECT customer_id, item_id, company_id, document_number, currency, open_amount
FROM open_item
WHERE item_id = $1
FOR UPDATE;
