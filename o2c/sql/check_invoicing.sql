-- name: invoiced_by_customer
-- Invoices per customer and currency up to the end of a day.
SELECT customer_id, currency, sum(total) AS amount
FROM invoice
WHERE invoice_date <= $1
GROUP BY customer_id, currency;

-- name: orders_by_customer
-- What is neither invoiced nor cancelled of orders, per customer and currency.
SELECT customer_id, currency, sum(open_amount) AS amount
FROM customer_order
WHERE open_amount > 0
GROUP BY customer_id, currency;

-- name: invoice_numbers
-- Per series: the last number given out, and how many different numbers up to it there are invoices of.
SELECT s.series, s.last_number, count(DISTINCT n.number) FILTER (WHERE n.number BETWEEN 1 AND s.last_number) AS used
FROM invoice_series AS s
LEFT JOIN (
    SELECT
        substring(invoice_number FROM '^(.*)-\d{8,18}$') AS series,
        substring(invoice_number FROM '-(\d{8,18})$')::bigint AS number
    FROM invoice
) AS n ON s.series = n.series
GROUP BY s.series, s.last_number
ORDER BY s.series;
