-- name: live_applications
-- Applications of payments that were not reversed, or only in part, the latest first; `undone` counts the reversals.
SELECT
    a.customer_id, a.application_id, a.payment_id, a.company_id, a.currency, a.applied_on,
    p.currency AS paid_currency, r.undone
FROM application AS a
INNER JOIN payment AS p ON a.payment_id = p.payment_id
CROSS JOIN LATERAL (
    SELECT count(*) AS undone, coalesce(sum(u.amount), 0) AS amount
    FROM application_reversal AS u
    WHERE u.customer_id = a.customer_id AND u.application_id = a.application_id
) AS r
WHERE a.payment_id = ANY($1::text[]) AND a.amount > r.amount
ORDER BY a.payment_id, a.applied_on DESC, length(a.application_id) DESC, a.application_id DESC;

-- name: payment_of_application
-- The payment and customer of an application.
SELECT a.payment_id, a.customer_id
FROM application AS a
WHERE a.application_id = $1;

-- name: lines_of_applications
-- What applications settled, and what of it was undone.
SELECT
    l.application_id, l.line_no, l.customer_id, l.item_id, false AS undone, l.amount, l.discount, l.tolerance,
    l.deduction, l.discount_taxes, l.surplus, l.paid, l.exchange_difference, l.recovered, l.given_back
FROM unnest($1::text[], $2::text[]) AS asked (customer_id, application_id)
INNER JOIN application_line AS l
    ON asked.customer_id = l.customer_id AND asked.application_id = l.application_id
UNION ALL
SELECT
    u.application_id, u.line_no, u.customer_id, '', true, u.amount, u.discount, u.tolerance,
    u.deduction, u.discount_taxes, u.surplus, u.paid, u.exchange_difference, u.recovered, u.given_back
FROM unnest($1::text[], $2::text[]) AS asked (customer_id, application_id)
INNER JOIN application_reversal_line AS u
    ON asked.customer_id = u.customer_id AND asked.application_id = u.application_id
ORDER BY 1, 2, 5;

-- name: deductions_of_applications
-- The deductions that applications opened, by the item that they were deducted from.
SELECT d.application_id, d.item_id, d.deduction_id
FROM unnest($1::text[], $2::text[]) AS asked (customer_id, application_id)
INNER JOIN deduction AS d ON asked.customer_id = d.customer_id AND asked.application_id = d.application_id
ORDER BY d.deduction_id;

-- name: insert_reversals
-- Reversals of applications, whole or in part.
INSERT INTO application_reversal (
    customer_id, application_id, reversal_id, payment_id, currency, reversed_on, amount, discount, cause, reason
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::numeric[], $8::numeric[], $9::text[],
    $10::text[]
);

-- name: insert_reversal_lines
-- What reversals undid, line by line.
INSERT INTO application_reversal_line (
    customer_id, application_id, reversal_id, line_no, amount, discount, tolerance, deduction, discount_taxes, surplus,
    paid, exchange_difference, recovered, given_back
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::integer[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[],
    $9::jsonb[], $10::numeric[], $11::numeric[], $12::numeric[], $13::numeric[], $14::numeric[]
);

-- name: insert_transfers
-- Payments moved from one customer to another.
INSERT INTO payment_transfer (
    transfer_id, payment_id, from_customer_id, to_customer_id, company_id, currency, amount, transferred_on, reason
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::date[], $9::text[]
);
