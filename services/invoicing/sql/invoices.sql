-- name: known_shipments
-- Which of these shipments have been invoiced before.
SELECT s.customer_id, s.shipment_id
FROM shipment AS s
INNER JOIN unnest($1::text[], $2::text[]) AS told (customer_id, shipment_id)
    ON s.customer_id = told.customer_id AND s.shipment_id = told.shipment_id;

-- name: insert_shipments
-- What left the warehouse, and the invoice it became.
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
    customer_id, invoice_id, invoice_number, company_id, order_id, shipment_id, invoice_date, due_date, discount_date,
    net_days, discount_days, discount_percent, currency, net, tax, total, discount_amount, disputed, lines
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[], $8::date[], $9::date[],
    $10::integer[], $11::integer[], $12::numeric[], $13::text[], $14::numeric[], $15::numeric[], $16::numeric[],
    $17::numeric[], $18::boolean[], $19::jsonb[]
);

-- name: numbers_said
-- The numbers that these invoices were told of with before a restore.
SELECT n.customer_id, n.invoice_id, n.invoice_number
FROM number_said AS n
INNER JOIN unnest($1::text[], $2::text[]) AS wanted (customer_id, invoice_id)
    ON n.customer_id = wanted.customer_id AND n.invoice_id = wanted.invoice_id;

-- name: take_numbers
-- Raises each series by as many numbers as are needed, and holds it until the end of the transaction.
INSERT INTO invoice_series AS kept (series, last_number)
SELECT * FROM unnest($1::text[], $2::bigint[])
ON CONFLICT (series) DO UPDATE SET last_number = kept.last_number + excluded.last_number
RETURNING series, last_number;
