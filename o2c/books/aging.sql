-- name: days_begun
-- The last business day that each company has begun.
SELECT company_id, business_date FROM company_day;

-- name: open_items_of_customer
-- A customer's open items at the end of a day, the oldest first.
SELECT i.document_number, i.company_id, i.currency, i.document_date, i.due_date, i.original_amount, i.open_amount, i.disputed
FROM open_items_as_of($1::date) AS i
WHERE i.customer_id = $2 AND i.open_amount > 0
ORDER BY i.due_date, i.document_number
LIMIT 10000;
