-- name: insert_refunds
-- Refunds, and cancellations of refunds with a negative amount.
INSERT INTO payment_refund (
    customer_id, refund_id, cancels, payment_id, company_id, currency, amount, refunded_on, ordered_by, approved_by,
    reason
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::date[], $9::text[],
    $10::text[], $11::text[]
);

-- name: refund_by_id
-- A refund, and whether it was cancelled.
SELECT
    f.customer_id, f.payment_id, f.currency, f.amount, f.refunded_on, f.ordered_by, f.approved_by,
    EXISTS (
        SELECT FROM payment_refund AS r
        WHERE r.customer_id = f.customer_id AND r.cancels = f.refund_id
    ) AS cancelled
FROM payment_refund AS f
WHERE f.refund_id = $1 AND f.cancels IS NULL;

-- name: refunds_that_may_return
-- Refunds, not cancelled, with the amounts of payments that came back, at most so many days before.
SELECT DISTINCT f.refund_id, f.customer_id, f.payment_id, f.company_id, f.currency, f.amount, f.refunded_on
FROM unnest($1::text[], $2::text[], $3::numeric[], $4::date[]) AS w (company_id, currency, amount, value_date)
INNER JOIN payment_refund AS f
    ON f.company_id = w.company_id AND f.currency = w.currency AND f.amount = w.amount AND f.cancels IS NULL
    AND f.refunded_on BETWEEN w.value_date - $5::integer AND w.value_date
WHERE NOT EXISTS (
    SELECT FROM payment_refund AS r WHERE r.customer_id = f.customer_id AND r.cancels = f.refund_id
)
ORDER BY f.refund_id;
