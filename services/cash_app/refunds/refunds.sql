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
