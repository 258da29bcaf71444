-- name: view_account
-- One account, as a person sees it.
SELECT customer_id, customer_version, company_id, name, currency, credit_limit, limit_version,
       open_items_total, open_orders_total, state, state_version, holds, open_orders_tax, group_id, ordered_on,
       ordered_amount, standing
FROM account
WHERE customer_id = $1 AND customer_version > 0;

-- name: view_accounts
-- A page of accounts in key order.
SELECT customer_id, customer_version, company_id, name, currency, credit_limit, limit_version,
       open_items_total, open_orders_total, state, state_version, holds, open_orders_tax, group_id, ordered_on,
       ordered_amount, standing
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

-- name: view_order
-- One order, as credit knows it.
SELECT customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version, decision, decided_on,
       order_tax, handling, decisions, revision
FROM open_order
WHERE order_id = $1
ORDER BY customer_id
LIMIT 1;
