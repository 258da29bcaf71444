-- name: movement_fingerprints
-- Per customer: how many dated changes of items there are, and a sum that any difference among them alters.
SELECT
    customer_id,
    count(*) AS movements,
    sum(hashtextextended(
        concat_ws('|', item_id, item_version, currency, business_date, change::numeric(18, 3), cause), 0
    )::numeric) AS fingerprint
FROM item_movement
WHERE business_date <= $1
GROUP BY customer_id;

-- name: items_of_customers
-- Open amounts per item at the end of a day of some customers.
SELECT customer_id, item_id, currency, count(*) AS movements, sum(change) AS amount
FROM item_movement
WHERE business_date <= $1 AND customer_id = ANY($2::text[])
GROUP BY customer_id, item_id, currency;
