-- name: open_by_customer
-- Open items per customer and currency at the end of a day: the sum of dated changes.
SELECT customer_id, currency, sum(change) AS amount
FROM item_movement
WHERE business_date <= $1
GROUP BY customer_id, currency;

-- name: relief_by_customer
-- What cash and discount took off items per customer and currency, up to the end of a day.
SELECT customer_id, currency, -sum(change) AS amount
FROM item_movement
WHERE business_date <= $1 AND cause <> 'posted'
GROUP BY customer_id, currency;

-- name: open_item_by_customer
-- Open items per customer and currency as they stand.
SELECT customer_id, currency, sum(open_amount) AS amount
FROM open_item
GROUP BY customer_id, currency;

-- name: items_below_zero
-- Items whose running balance falls below zero at the end of any day.
SELECT count(DISTINCT item_id) AS items
FROM (
    SELECT
        item_id,
        sum(sum(change)) OVER (PARTITION BY customer_id, item_id ORDER BY business_date) AS balance
    FROM item_movement
    WHERE business_date <= $1
    GROUP BY customer_id, item_id, business_date
) AS running
WHERE balance < 0;

-- name: payments_received
-- Payments per currency up to the end of a day.
SELECT currency, sum(amount) AS amount FROM payment WHERE value_date <= $1 GROUP BY currency;

-- name: cash_waiting
-- Money in suspense, unapplied and on account per currency at the end of a day.
SELECT account, currency, sum(change) AS amount
FROM cash_movement
WHERE business_date <= $1
GROUP BY account, currency;

-- name: payments_waiting
-- Money in suspense, unapplied and on account per currency as payments stand.
SELECT state AS account, currency, sum(unapplied_amount) AS amount
FROM payment
WHERE state <> 'applied'
GROUP BY state, currency;

-- name: applications_by_currency
-- Cash applied and discount granted per currency up to the end of a day.
SELECT currency, sum(amount) AS amount, sum(discount) AS discount
FROM application
WHERE applied_on <= $1
GROUP BY currency;

-- name: aging_from_movements
-- Aging per company and currency at the end of a day, straight from the dated changes.
SELECT i.company_id, i.currency, i.due_date, sum(m.change) AS amount
FROM item_movement AS m
INNER JOIN open_item AS i ON m.customer_id = i.customer_id AND m.item_id = i.item_id
WHERE m.business_date <= $1
GROUP BY i.company_id, i.currency, i.due_date
HAVING sum(m.change) <> 0;
