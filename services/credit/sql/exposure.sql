-- name: load_items
-- Open items by customer and item, locked in key order.
SELECT customer_id, item_id, currency, open_amount, item_version
FROM open_item
WHERE (customer_id, item_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY customer_id, item_id
FOR UPDATE;

-- name: save_items
-- Adds or changes open items.
INSERT INTO open_item (customer_id, item_id, currency, open_amount, item_version)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::integer[])
ON CONFLICT (customer_id, item_id) DO UPDATE
SET open_amount = excluded.open_amount, item_version = excluded.item_version;

-- name: load_orders
-- Orders by customer and order, locked in key order.
SELECT customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version, decision, decided_on
FROM open_order
WHERE (customer_id, order_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY customer_id, order_id
FOR UPDATE;

-- name: load_undecided_orders
-- Orders of these customers that wait for the customer or are held, locked in key order.
SELECT customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version, decision, decided_on
FROM open_order
WHERE customer_id = ANY ($1::text[]) AND decision IN ('waiting', 'held')
ORDER BY customer_id, order_id
FOR UPDATE;

-- name: find_order
-- Whose order this is.
SELECT customer_id FROM open_order WHERE order_id = $1;

-- name: save_orders
-- Adds or changes orders.
INSERT INTO open_order (customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version,
                        decision, decided_on)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::numeric[], $7::numeric[], $8::integer[],
                     $9::text[], $10::date[])
ON CONFLICT (customer_id, order_id) DO UPDATE
SET order_date = excluded.order_date, order_amount = excluded.order_amount, open_amount = excluded.open_amount,
    order_version = excluded.order_version, decision = excluded.decision, decided_on = excluded.decided_on;

-- name: insert_decisions
-- Records what was decided on orders, by whom, why, and by which version of the rules.
INSERT INTO order_decision (customer_id, order_id, decision, decided_on, decided_by, reasons, exposure, credit_limit, policy_version)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::jsonb[], $7::numeric[], $8::numeric[], $9::integer[]);
