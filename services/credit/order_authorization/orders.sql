-- name: load_orders
-- Orders by customer and order, locked in key order.
SELECT customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version, decision, decided_on,
       order_tax, instructions, decisions, revision
FROM open_order
WHERE (customer_id, order_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY customer_id, order_id
FOR UPDATE;

-- name: load_undecided_orders
-- Orders of these customers that wait for the customer or are held, locked in key order.
SELECT customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version, decision, decided_on,
       order_tax, instructions, decisions, revision
FROM open_order
WHERE customer_id = ANY ($1::text[]) AND decision IN ('waiting', 'held')
ORDER BY customer_id, order_id
FOR UPDATE;

-- name: load_granted_orders
-- Orders of these customers that were let through and are not all invoiced or cancelled, locked in key order.
SELECT customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version, decision, decided_on,
       order_tax, instructions, decisions, revision
FROM open_order
WHERE customer_id = ANY ($1::text[]) AND decision IN ('approved', 'released') AND open_amount > 0
ORDER BY customer_id, order_id
FOR UPDATE;

-- name: find_order
-- Whose order this is.
SELECT customer_id FROM open_order WHERE order_id = $1;

-- name: save_orders
-- Adds or changes orders.
INSERT INTO open_order (customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version,
                        decision, decided_on, order_tax, instructions, decisions, revision)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::numeric[], $7::numeric[], $8::integer[],
                     $9::text[], $10::date[], $11::numeric[], $12::jsonb[], $13::integer[], $14::integer[])
ON CONFLICT (customer_id, order_id) DO UPDATE
SET order_date = excluded.order_date, order_amount = excluded.order_amount, open_amount = excluded.open_amount,
    order_version = excluded.order_version, decision = excluded.decision, decided_on = excluded.decided_on,
    order_tax = excluded.order_tax, instructions = excluded.instructions, decisions = excluded.decisions,
    revision = excluded.revision;

-- name: insert_decisions
-- Records what was decided on orders, by whom, why, and by which version of the rules.
INSERT INTO order_decision (customer_id, order_id, decision, decided_on, decided_by, reasons, exposure, credit_limit,
                            policy_version, remarks, reason_code, facts)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::jsonb[], $7::numeric[], $8::numeric[],
                     $9::integer[], $10::jsonb[], $11::text[], $12::jsonb[]);

-- name: view_order
-- One order, as credit knows it.
SELECT customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version, decision, decided_on,
       order_tax, instructions, decisions, revision
FROM open_order
WHERE order_id = $1
ORDER BY customer_id
LIMIT 1;

-- name: view_decisions_of_orders
-- What happened to these orders, in the order in which it happened.
SELECT customer_id, order_id, decision, decided_on, decided_by, reasons, exposure, credit_limit, policy_version, remarks,
       reason_code, facts
FROM order_decision
WHERE (customer_id, order_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY customer_id, order_id, decision_no;
