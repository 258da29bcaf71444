-- name: share_order_intake
-- Orders are accepted in parallel; a transaction that finds an order missing waits for all (lock_order_intake).
SELECT pg_advisory_xact_lock_shared(hashtextextended('invoicing order intake', 0));

-- name: lock_order_intake
-- Waits until every order that is being accepted is committed; no other starts until this transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('invoicing order intake', 0));

-- name: load_orders
-- Orders by customer and number, locked in key order.
SELECT
    o.customer_id, o.order_id, o.company_id, o.order_date, o.currency, o.customer_reference, o.ship_to_id,
    o.jurisdiction, o.ship_complete, o.fingerprint, o.state, o.net, o.tax, o.order_version, o.terms, o.rules_version,
    o.tax_version, o.reasons, o.lines, o.stock_requests, o.stock_requests_made,
    o.pick_lists, o.steps, o.approved_until, o.decision_no, o.stopped, o.revision
FROM customer_order AS o
INNER JOIN unnest($1::text[], $2::text[]) AS wanted (customer_id, order_id)
    ON o.customer_id = wanted.customer_id AND o.order_id = wanted.order_id
ORDER BY o.customer_id, o.order_id
FOR UPDATE OF o;

-- name: save_orders
-- New and changed orders.
INSERT INTO customer_order (
    customer_id, order_id, company_id, order_date, currency, customer_reference, ship_to_id, jurisdiction, ship_complete,
    fingerprint, state, net, tax, total, open_amount, order_version, terms,
    rules_version, tax_version, reasons, lines, stock_requests, stock_requests_made, pick_lists, steps, approved_until,
    decision_no, stopped, revision
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[],
    $10::text[], $11::text[], $12::numeric[], $13::numeric[], $14::numeric[], $15::numeric[], $16::integer[],
    $17::jsonb[], $18::integer[], $19::integer[], $20::jsonb[], $21::jsonb[], $22::jsonb[], $23::integer[],
    $24::integer[], $25::integer[], $26::date[], $27::integer[], $28::boolean[], $29::integer[]
)
ON CONFLICT (customer_id, order_id) DO UPDATE SET
    company_id = excluded.company_id,
    order_date = excluded.order_date,
    currency = excluded.currency,
    customer_reference = excluded.customer_reference,
    ship_to_id = excluded.ship_to_id,
    jurisdiction = excluded.jurisdiction,
    ship_complete = excluded.ship_complete,
    fingerprint = excluded.fingerprint,
    state = excluded.state,
    net = excluded.net,
    tax = excluded.tax,
    total = excluded.total,
    open_amount = excluded.open_amount,
    order_version = excluded.order_version,
    terms = excluded.terms,
    rules_version = excluded.rules_version,
    tax_version = excluded.tax_version,
    reasons = excluded.reasons,
    lines = excluded.lines,
    stock_requests = excluded.stock_requests,
    stock_requests_made = excluded.stock_requests_made,
    pick_lists = excluded.pick_lists,
    steps = excluded.steps,
    approved_until = excluded.approved_until,
    decision_no = excluded.decision_no,
    stopped = excluded.stopped,
    revision = excluded.revision;

-- name: order_owners
-- The customers of the orders with these numbers, without rejected orders.
SELECT order_id, customer_id
FROM customer_order
WHERE order_id = ANY($1::text[]) AND state <> 'Rejected';

-- name: insert_order_steps
-- The history of orders.
INSERT INTO order_step (customer_id, order_id, seq, state, happened_on, why)
SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::date[], $6::text[]);
