-- name: load_items
-- Open items by customer and item, locked in key order.
SELECT customer_id, item_id, currency, open_amount, item_version, due_date, closed_on, order_id, contested, payments
FROM open_item
WHERE (customer_id, item_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY customer_id, item_id
FOR UPDATE;

-- name: save_items
-- Adds or changes open items.
INSERT INTO open_item (customer_id, item_id, currency, open_amount, item_version, due_date, closed_on, order_id,
                       contested, payments)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::integer[], $6::date[], $7::date[], $8::text[],
                     $9::boolean[], $10::jsonb[])
ON CONFLICT (customer_id, item_id) DO UPDATE
SET open_amount = excluded.open_amount, item_version = excluded.item_version, due_date = excluded.due_date,
    closed_on = excluded.closed_on, order_id = excluded.order_id, contested = excluded.contested,
    payments = excluded.payments;

-- name: load_orders
-- Orders by customer and order, locked in key order.
SELECT customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version, decision, decided_on,
       order_tax, handling, decisions, revision
FROM open_order
WHERE (customer_id, order_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY customer_id, order_id
FOR UPDATE;

-- name: load_undecided_orders
-- Orders of these customers that wait for the customer or are held, locked in key order.
SELECT customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version, decision, decided_on,
       order_tax, handling, decisions, revision
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
                        decision, decided_on, order_tax, handling, decisions, revision)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::numeric[], $7::numeric[], $8::integer[],
                     $9::text[], $10::date[], $11::numeric[], $12::jsonb[], $13::integer[], $14::integer[])
ON CONFLICT (customer_id, order_id) DO UPDATE
SET order_date = excluded.order_date, order_amount = excluded.order_amount, open_amount = excluded.open_amount,
    order_version = excluded.order_version, decision = excluded.decision, decided_on = excluded.decided_on,
    order_tax = excluded.order_tax, handling = excluded.handling, decisions = excluded.decisions,
    revision = excluded.revision;

-- name: insert_decisions
-- Records what was decided on orders, by whom, why, and by which version of the rules.
INSERT INTO order_decision (customer_id, order_id, decision, decided_on, decided_by, reasons, exposure, credit_limit,
                            policy_version, remarks, reason_code, facts)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::jsonb[], $7::numeric[], $8::numeric[],
                     $9::integer[], $10::jsonb[], $11::text[], $12::jsonb[]);

-- name: load_granted_orders
-- Orders of these customers that were let through and are not all invoiced or cancelled, locked in key order.
SELECT customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version, decision, decided_on,
       order_tax, handling, decisions, revision
FROM open_order
WHERE customer_id = ANY ($1::text[]) AND decision IN ('approved', 'released') AND open_amount > 0
ORDER BY customer_id, order_id
FOR UPDATE;

-- name: insert_exposure_movements
-- Dated changes of exposure by part.
INSERT INTO exposure_movement (customer_id, business_date, part, detail, currency, change, cause_id)
SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::text[]);
