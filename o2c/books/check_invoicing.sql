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
-- Per series: the last number given out, and how many different numbers up to it there are documents of.
SELECT
    s.series,
    s.last_number,
    count(DISTINCT n.sequence_number) FILTER (WHERE n.sequence_number BETWEEN 1 AND s.last_number) AS used
FROM invoice_series AS s
LEFT JOIN (
    SELECT series, sequence_number FROM invoice
    UNION ALL
    SELECT series, sequence_number FROM credit_memo
    UNION ALL
    SELECT series, sequence_number FROM finance_charge
) AS n ON s.series = n.series
GROUP BY s.series, s.last_number
ORDER BY s.series;

-- name: charged_by_customer
-- Finance charges per customer and currency up to the end of a day.
SELECT customer_id, currency, sum(amount) AS amount
FROM finance_charge
WHERE charge_date <= $1
GROUP BY customer_id, currency;

-- name: charge_ids
-- The finance charges there are: as items of cash_app they are not its own.
SELECT charge_id FROM finance_charge;

-- name: credited_by_customer
-- Credit memos per customer and currency up to the end of a day: in all, of invoices, of finance charges.
SELECT
    customer_id,
    currency,
    sum(total) AS amount,
    coalesce(sum(total) FILTER (WHERE document_kind = 'invoice'), 0) AS of_invoices,
    coalesce(sum(total) FILTER (WHERE document_kind <> 'invoice'), 0) AS of_charges
FROM credit_memo
WHERE state = 'posted' AND credit_date <= $1
GROUP BY customer_id, currency;

-- name: credited_too_much
-- Documents of which more was credited than was charged.
SELECT count(*) AS documents
FROM (
    SELECT c.customer_id, c.company_id, c.document_number, sum(c.total) AS credited
    FROM credit_memo AS c
    WHERE c.state = 'posted'
    GROUP BY c.customer_id, c.company_id, c.document_number
) AS m
WHERE m.credited > coalesce(
    (
        SELECT max(i.total) FROM invoice AS i
        WHERE
            i.customer_id = m.customer_id
            AND i.company_id = m.company_id
            AND i.invoice_number = m.document_number
    ),
    (
        SELECT f.amount FROM finance_charge AS f
        WHERE f.customer_id = m.customer_id AND f.charge_number = m.document_number
    ),
    0
);
