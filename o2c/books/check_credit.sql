-- name: credit_accounts
-- Open items and orders per customer and currency as the account carries them: its own totals, and what is in others.
SELECT customer_id, currency, sum(items) AS open_items_total, sum(orders) AS open_orders_total
FROM (
    SELECT customer_id, currency, open_items_total AS items, open_orders_total AS orders FROM account
    UNION ALL
    SELECT a.customer_id, left(due.key, 3), due.value::numeric, 0
    FROM account a, jsonb_each_text(a.profile -> 'due') AS due
    WHERE left(due.key, 3) <> a.currency
    UNION ALL
    SELECT a.customer_id, ordered.key, 0, ordered.value::numeric
    FROM account a, jsonb_each_text(a.profile -> 'orders') AS ordered
) AS carried
GROUP BY customer_id, currency
HAVING sum(items) <> 0 OR sum(orders) <> 0;

-- name: credit_owed_by_due_day
-- What accounts know to fall due, of all due days together.
SELECT a.customer_id, left(due.key, 3) AS currency, sum(due.value::numeric) AS amount
FROM account a, jsonb_each_text(a.profile -> 'due') AS due
GROUP BY a.customer_id, left(due.key, 3);

-- name: credit_exposure_as_of
-- A part of exposure per customer as of the end of a day, from its dated changes.
SELECT customer_id, currency, sum(change) AS amount
FROM exposure_movement
WHERE part = $1 AND business_date <= $2
GROUP BY customer_id, currency;

-- name: credit_on_account
-- Money on account per customer as the account carries it, as what it does to exposure.
SELECT a.customer_id, money.key AS currency, -money.value::numeric AS amount
FROM account a, jsonb_each_text(a.profile -> 'on_account') AS money;

-- name: credit_open_orders
-- Open amounts of orders per customer and currency; `granted` of those that credit has approved or released.
SELECT
    customer_id,
    currency,
    sum(open_amount) AS amount,
    sum(open_amount) FILTER (WHERE decision IN ('approved', 'released')) AS granted
FROM open_order
WHERE open_amount > 0
GROUP BY customer_id, currency;
