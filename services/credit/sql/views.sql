-- name: view_account
-- One account, as a person sees it.
SELECT customer_id, customer_version, company_id, name, currency, credit_limit, limit_version,
       open_items_total, open_orders_total, state, state_version, holds
FROM account
WHERE customer_id = $1 AND customer_version > 0;

-- name: view_accounts
-- A page of accounts in key order.
SELECT customer_id, customer_version, company_id, name, currency, credit_limit, limit_version,
       open_items_total, open_orders_total, state, state_version, holds
FROM account
WHERE customer_version > 0
  AND ($1::text IS NULL OR state = $1)
  AND ($2::boolean IS NULL OR (open_items_total + open_orders_total > credit_limit) = $2)
  AND ($3::text IS NULL OR company_id = $3)
  AND ($4::text IS NULL OR customer_id > $4)
ORDER BY customer_id
LIMIT $5;

-- name: view_holds
-- Every hold of an account, the newest first.
SELECT hold_id, requested_on, reason, lifted_on, lifted_by, lift_reason
FROM account_hold
WHERE customer_id = $1 AND requested_on IS NOT NULL
ORDER BY requested_on DESC, hold_id
LIMIT 200;

-- name: view_other_currencies
-- Exposure that the account's limit says nothing about.
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

-- name: view_held_orders_by_age
-- A page of held orders, the oldest first.
SELECT o.customer_id, o.order_id, o.company_id, o.currency, o.order_date, o.order_amount, o.open_amount, o.decided_on, d.reasons
FROM open_order o
JOIN order_decision d ON d.customer_id = o.customer_id AND d.order_id = o.order_id AND d.decision = 'held'
WHERE o.decision = 'held'
  AND ($1::text IS NULL OR o.customer_id = $1)
  AND ($2::text IS NULL OR o.company_id = $2)
  AND ($3::numeric IS NULL OR o.open_amount >= $3)
  AND ($4::date IS NULL OR (o.order_date, o.order_id) > ($4, $5::text))
ORDER BY o.order_date, o.order_id
LIMIT $6;

-- name: view_held_orders_by_amount
-- A page of held orders, the largest first.
SELECT o.customer_id, o.order_id, o.company_id, o.currency, o.order_date, o.order_amount, o.open_amount, o.decided_on, d.reasons
FROM open_order o
JOIN order_decision d ON d.customer_id = o.customer_id AND d.order_id = o.order_id AND d.decision = 'held'
WHERE o.decision = 'held'
  AND ($1::text IS NULL OR o.customer_id = $1)
  AND ($2::text IS NULL OR o.company_id = $2)
  AND ($3::numeric IS NULL OR o.open_amount >= $3)
  AND ($4::numeric IS NULL OR o.open_amount < $4 OR (o.open_amount = $4 AND o.order_id > $5::text))
ORDER BY o.open_amount DESC, o.order_id
LIMIT $6;

-- name: view_order
-- One order, as credit knows it.
SELECT customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version, decision, decided_on
FROM open_order
WHERE order_id = $1
ORDER BY customer_id
LIMIT 1;

-- name: view_order_decisions
-- What happened to an order, in the order in which it happened.
SELECT decision, decided_on, decided_by, reasons, exposure, credit_limit, policy_version
FROM order_decision
WHERE customer_id = $1 AND order_id = $2
ORDER BY decision_no;
