-- name: decisions_to_try
-- The next decisions of a span, customer by customer, in the order they were taken.
SELECT customer_id, decision_no, order_id, decision, decided_on, facts
FROM order_decision
WHERE (customer_id, decision_no) > ($1, $2::bigint) AND decided_on BETWEEN $3 AND $4
ORDER BY customer_id, decision_no
LIMIT $5;

-- name: outcomes_of_orders
-- What became of these orders: let through or not, and whether an invoice was paid late or is overdue on a day.
SELECT o.customer_id, o.order_id, o.currency, o.order_amount, o.decision IN ('approved', 'released') AS sold,
       EXISTS (
           SELECT 1 FROM open_item i
           WHERE i.customer_id = o.customer_id AND i.order_id = o.order_id AND COALESCE(i.closed_on, $3) > i.due_date
       ) AS late
FROM open_order o
JOIN unnest($1::text[], $2::text[]) AS wanted (customer_id, order_id)
  ON o.customer_id = wanted.customer_id AND o.order_id = wanted.order_id;

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

-- name: insert_collateral
-- Collateral as it was entered.
INSERT INTO collateral (customer_id, collateral_id, kind, currency, amount, valid_from, expires_on, reference, entered_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: withdraw_collateral
-- Collateral no longer secures the account from this day on.
UPDATE collateral SET withdrawn_on = $3 WHERE customer_id = $1 AND collateral_id = $2;

-- name: view_collateral
-- Everything that secures or secured an account.
SELECT collateral_id, kind, currency, amount, valid_from, expires_on, reference, entered_by, withdrawn_on
FROM collateral
WHERE customer_id = $1 AND ($2::text IS NULL OR collateral_id = $2)
ORDER BY valid_from DESC, collateral_id
LIMIT 200;
