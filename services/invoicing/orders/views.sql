-- name: list_orders
-- A page of orders, newest first.
SELECT
    order_id, company_id, customer_id, order_date, state, currency, net, tax, total, open_amount, ship_complete,
    customer_reference, ship_to_id
FROM customer_order
WHERE
    ($1::text IS NULL OR customer_id = $1)
    AND ($2::text IS NULL OR company_id = $2)
    AND ($3::text IS NULL OR state = $3)
    AND ($4::date IS NULL OR order_date >= $4)
    AND ($5::date IS NULL OR order_date <= $5)
    AND ($6::date IS NULL OR (order_date, order_id, customer_id) < ($6, $7::text, $8::text))
ORDER BY order_date DESC, order_id DESC, customer_id DESC
LIMIT $9;

-- name: view_order
-- One order by its number; a rejected one only where no other has the number.
SELECT
    customer_id, order_id, company_id, order_date, currency, customer_reference, ship_to_id, jurisdiction,
    ship_complete, fingerprint, state, net, tax, order_version, terms, rules_version,
    tax_version, reasons, lines, stock_requests, stock_requests_made, pick_lists, steps, approved_until, decision_no, stopped,
    revision
FROM customer_order
WHERE order_id = $1
ORDER BY (state = 'Rejected'), customer_id
LIMIT 1;

-- name: view_order_steps
-- The history of an order.
SELECT seq, state, happened_on, why
FROM order_step
WHERE customer_id = $1 AND order_id = $2
ORDER BY seq;

-- name: view_order_pick_lists
-- The pick lists of an order.
SELECT pick_list_id, released_on, lines
FROM pick_list
WHERE customer_id = $1 AND order_id = $2
ORDER BY released_on, pick_list_id;

-- name: view_order_shipments
-- The shipments of an order.
SELECT shipment_id, shipped_on, invoice_id, lines
FROM shipment
WHERE customer_id = $1 AND order_id = $2
ORDER BY shipped_on, shipment_id;

-- name: view_order_invoices
-- The invoices of an order.
SELECT
    invoice_id, invoice_number, company_id, customer_id, order_id, ship_to_id, shipment_id, invoice_date, due_date, currency,
    net, tax, total, disputed
FROM invoice
WHERE customer_id = $1 AND order_id = $2
ORDER BY invoice_date, invoice_number;
