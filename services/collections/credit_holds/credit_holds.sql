-- name: load_holds
-- Credit holds by customer and hold, locked.
SELECT h.customer_id, h.hold_id, h.promise_id, h.requested_on, h.reason, h.lifted_on, h.lifted_by, h.lift_reason
FROM credit_hold h
JOIN unnest($1::text[], $2::text[]) AS k (customer_id, hold_id) ON h.customer_id = k.customer_id AND h.hold_id = k.hold_id
ORDER BY h.customer_id, h.hold_id
FOR UPDATE OF h;

-- name: load_hold_by_id
-- One credit hold by its id, locked.
SELECT customer_id, hold_id, promise_id, requested_on, reason, lifted_on, lifted_by, lift_reason
FROM credit_hold
WHERE hold_id = $1
FOR UPDATE;

-- name: save_holds
-- Saves new and changed credit holds.
INSERT INTO credit_hold (customer_id, hold_id, promise_id, requested_on, reason, lifted_on, lifted_by, lift_reason)
SELECT s.customer_id, s.hold_id, s.promise_id, s.requested_on, s.reason, s.lifted_on, s.lifted_by, s.lift_reason
FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::date[], $7::text[], $8::text[])
    AS s (customer_id, hold_id, promise_id, requested_on, reason, lifted_on, lifted_by, lift_reason)
ON CONFLICT (customer_id, hold_id) DO UPDATE
SET lifted_on = excluded.lifted_on,
    lifted_by = excluded.lifted_by,
    lift_reason = excluded.lift_reason;

-- name: list_holds
-- Credit holds in the order they were requested, a page after a hold.
SELECT customer_id, hold_id, promise_id, requested_on, reason, lifted_on, lifted_by, lift_reason
FROM credit_hold
WHERE ($1::date IS NULL OR (requested_on, hold_id) > ($1::date, $2::text))
  AND ($3::text IS NULL OR customer_id = $3)
  AND ($4::boolean IS NULL OR (lifted_on IS NULL) = $4)
ORDER BY requested_on, hold_id
LIMIT $5;

-- name: view_active_holds
-- A customer's holds that are not lifted.
SELECT customer_id, hold_id, promise_id, requested_on, reason, lifted_on, lifted_by, lift_reason
FROM credit_hold
WHERE customer_id = $1 AND lifted_on IS NULL
ORDER BY requested_on, hold_id;
