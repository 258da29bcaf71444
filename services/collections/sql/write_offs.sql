-- name: item_to_write_off
-- An item and what is owed on it, locked, so that it is asked for once.
SELECT customer_id, item_id, company_id, document_number, currency, open_amount
FROM open_item
WHERE item_id = $1
FOR UPDATE;

-- name: write_off_waiting
-- Who asked for a write-off of the item that was not decided yet.
SELECT write_off_id, requested_by FROM write_off_request WHERE customer_id = $1 AND item_id = $2 AND state = 'waiting';

-- name: insert_write_off_request
-- A request to write off.
INSERT INTO write_off_request (
    customer_id, write_off_id, item_id, company_id, currency, amount, reason, requested_by, requested_on, state, decision
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', '');

-- name: load_write_off_request
-- One request, locked.
SELECT
    customer_id, write_off_id, item_id, company_id, currency, amount, reason, requested_by, requested_on, state,
    decided_by, decided_on, decision
FROM write_off_request
WHERE write_off_id = $1
FOR UPDATE;

-- name: decide_write_off_request
-- What the second person said.
UPDATE write_off_request
SET state = $2, decided_by = $3, decided_on = $4, decision = $5
WHERE write_off_id = $1;

-- name: list_write_off_requests
-- Requests in the order they were made, a page after one.
SELECT
    customer_id, write_off_id, item_id, company_id, currency, amount, reason, requested_by, requested_on, state,
    decided_by, decided_on, decision
FROM write_off_request
WHERE ($1::date IS NULL OR (requested_on, write_off_id) > ($1::date, $2::text))
  AND ($3::text IS NULL OR state = $3)
  AND ($4::text IS NULL OR customer_id = $4)
ORDER BY requested_on, write_off_id
LIMIT $5;
