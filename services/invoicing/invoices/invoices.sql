-- name: known_shipments
-- Which of these shipments have been invoiced before.
SELECT s.customer_id, s.shipment_id
FROM shipment AS s
INNER JOIN unnest($1::text[], $2::text[]) AS received (customer_id, shipment_id)
    ON s.customer_id = received.customer_id AND s.shipment_id = received.shipment_id;

-- name: insert_shipments
-- Shipments, each with its invoice.
INSERT INTO shipment (customer_id, shipment_id, order_id, shipped_on, invoice_id, lines)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::jsonb[]);

-- name: known_invoices
-- Which of these invoices are in the books, and for whom and how much.
SELECT invoice_id, customer_id, company_id, invoice_date, due_date, currency, total
FROM invoice
WHERE invoice_id = ANY($1::text[]);

-- name: insert_invoices
-- Invoices in the books.
INSERT INTO invoice (
    customer_id, invoice_id, invoice_number, series, sequence_number, company_id, order_id, ship_to_id, shipment_id,
    invoice_date, due_date, discount_date, terms, currency, net, tax, total, discount_amount, disputed, lines
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::date[], $11::date[], $12::date[], $13::jsonb[], $14::text[], $15::numeric[], $16::numeric[], $17::numeric[],
    $18::numeric[], $19::boolean[], $20::jsonb[]
);

-- name: reserved_numbers
-- The numbers with which these invoices were published before a restore.
SELECT n.customer_id, n.invoice_id, n.series, n.sequence_number
FROM reserved_number AS n
INNER JOIN unnest($1::text[], $2::text[]) AS wanted (customer_id, invoice_id)
    ON n.customer_id = wanted.customer_id AND n.invoice_id = wanted.invoice_id;

-- name: raise_series
-- Raises each series by the numbers that are needed; its row stays locked until the end of the transaction.
INSERT INTO invoice_series AS kept (series, last_number)
SELECT * FROM unnest($1::text[], $2::bigint[])
ON CONFLICT (series) DO UPDATE SET last_number = kept.last_number + excluded.last_number
RETURNING series, last_number;

-- name: list_invoices
-- A page of invoices, newest first.
SELECT
    invoice_id, invoice_number, company_id, customer_id, order_id, ship_to_id, shipment_id, invoice_date, due_date, currency,
    net, tax, total, disputed
FROM invoice
WHERE
    ($1::text IS NULL OR customer_id = $1)
    AND ($2::text IS NULL OR company_id = $2)
    AND ($3::text IS NULL OR order_id = $3)
    AND ($4::date IS NULL OR invoice_date >= $4)
    AND ($5::date IS NULL OR invoice_date <= $5)
    AND ($6::date IS NULL OR (invoice_date, invoice_id) < ($6, $7::text))
ORDER BY invoice_date DESC, invoice_id DESC
LIMIT $8;

-- name: view_invoice
-- One invoice by its printed number; several where companies use the same one.
SELECT
    invoice_id, invoice_number, company_id, customer_id, order_id, ship_to_id, shipment_id, invoice_date, due_date,
    discount_date, terms, currency, net, tax, total, discount_amount, disputed,
    lines
FROM invoice
WHERE invoice_number = $1 AND ($2::text IS NULL OR company_id = $2)
ORDER BY company_id;
