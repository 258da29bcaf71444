-- name: credit_accounts
-- Exposure per customer as the account carries it.
SELECT customer_id, currency, open_items_total, open_orders_total
FROM account
WHERE open_items_total <> 0 OR open_orders_total <> 0;

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
