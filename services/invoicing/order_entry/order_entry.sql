-- name: list_rejected_orders
-- A page of rejected orders, newest first.
SELECT order_id, company_id, customer_id, order_date, customer_reference, reasons
FROM customer_order
WHERE
    state = 'Rejected'
    AND ($1::text IS NULL OR customer_id = $1)
    AND ($2::date IS NULL OR (order_date, order_id, customer_id) < ($2, $3::text, $4::text))
ORDER BY order_date DESC, order_id DESC, customer_id DESC
LIMIT $5;
