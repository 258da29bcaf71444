-- name: load_holds
-- Holds by customer and hold, locked in key order.
SELECT customer_id, hold_id, promise_id, requested_on, reason, lifted_on, lifted_by, lift_reason
FROM account_hold
WHERE (customer_id, hold_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY customer_id, hold_id
FOR UPDATE;

-- name: load_holds_of_promises
-- Holds by customer and broken promise, locked in key order.
SELECT customer_id, hold_id, promise_id, requested_on, reason, lifted_on, lifted_by, lift_reason
FROM account_hold
WHERE (customer_id, promise_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY customer_id, hold_id
FOR UPDATE;

-- name: save_holds
-- Adds or changes holds.
INSERT INTO account_hold (customer_id, hold_id, promise_id, requested_on, reason, lifted_on, lifted_by, lift_reason)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::date[], $7::text[], $8::text[])
ON CONFLICT (customer_id, hold_id) DO UPDATE
SET promise_id = excluded.promise_id, requested_on = excluded.requested_on, reason = excluded.reason, lifted_on = excluded.lifted_on,
    lifted_by = excluded.lifted_by, lift_reason = excluded.lift_reason;

-- name: view_holds
-- Every hold of an account, the newest first.
SELECT hold_id, promise_id, requested_on, reason, lifted_on, lifted_by, lift_reason
FROM account_hold
WHERE customer_id = $1 AND requested_on IS NOT NULL
ORDER BY requested_on DESC, hold_id
LIMIT 200;

-- name: insert_state_history
-- Records accounts' moves from state to state.
INSERT INTO state_history (customer_id, state_version, old_state, new_state, cause, business_date, reasons, exposure,
                           credit_limit)
SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::date[], $7::jsonb[], $8::numeric[],
                     $9::numeric[]);

-- name: view_states
-- How the account moved, the newest first.
SELECT state_version, old_state, new_state, cause, business_date, reasons, exposure, credit_limit
FROM state_history
WHERE customer_id = $1
ORDER BY state_version DESC
LIMIT 100;

-- name: next_accounts
-- The next accounts of a company, in key order.
SELECT customer_id FROM account
WHERE company_id = $1 AND customer_id > $2 AND customer_version > 0
ORDER BY customer_id
LIMIT $3;

-- name: view_accounts
-- A page of accounts in key order.
SELECT customer_id, customer_version, company_id, name, currency, credit_limit, limit_version,
       open_items_total, open_orders_total, state, state_version, holds, open_orders_tax, group_id, ordered_on,
       ordered_amount, profile
FROM account
WHERE customer_version > 0
  AND ($1::text IS NULL OR state = $1)
  AND ($2::boolean IS NULL OR (open_items_total + open_orders_total > credit_limit) = $2)
  AND ($3::text IS NULL OR company_id = $3)
  AND ($4::text IS NULL OR customer_id > $4)
ORDER BY customer_id
LIMIT $5;

-- name: view_other_currencies
-- Exposure that the account's limit does not count.
SELECT currency, sum(open_items) AS open_items, sum(open_orders) AS open_orders
FROM (
    SELECT currency, open_amount AS open_items, 0 AS open_orders
    FROM open_item WHERE customer_id = $1 AND currency <> $2
    UNION ALL
    SELECT currency, 0, open_amount
    FROM open_order WHERE customer_id = $1 AND currency <> $2 AND decision IN ('approved', 'released')
) AS foreign_exposure
GROUP BY currency
HAVING sum(open_items) + sum(open_orders) > 0
ORDER BY currency;

-- name: exposure_as_of
-- Exposure by part as of the end of a day, from its dated changes; money that may not have cleared by its day.
SELECT part, detail, currency, CASE WHEN part = 'uncleared' THEN business_date END AS paid_on, sum(change) AS amount
FROM exposure_movement
WHERE customer_id = $1 AND business_date <= $2
GROUP BY part, detail, currency, paid_on
HAVING sum(change) <> 0
ORDER BY part, detail, currency, paid_on;

-- name: order_tax_as_of
-- The tax within open orders as of the end of a day.
SELECT m.currency, sum(m.change * o.order_tax / o.order_amount) AS amount
FROM exposure_movement m
JOIN open_order o ON o.customer_id = m.customer_id AND o.order_id = m.cause_id
WHERE m.customer_id = $1 AND m.business_date <= $2 AND m.part = 'open_orders' AND o.order_amount > 0
GROUP BY m.currency;
