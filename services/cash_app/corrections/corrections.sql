-- name: live_applications
-- Applications of payments that were not reversed, the latest first; `cash` is what of the payment each used.
SELECT
    a.customer_id, a.application_id, a.payment_id, a.company_id, a.currency, a.applied_on, a.amount, a.discount,
    p.currency AS paid_currency,
    (
        SELECT -sum(m.change) FROM cash_movement AS m
        WHERE m.payment_id = a.payment_id AND m.cause_id = a.application_id
    ) AS cash
FROM application AS a
INNER JOIN payment AS p ON a.payment_id = p.payment_id
WHERE a.payment_id = ANY($1::text[])
    AND NOT EXISTS (
        SELECT FROM application_reversal AS r
        WHERE r.customer_id = a.customer_id AND r.application_id = a.application_id
    )
ORDER BY a.payment_id, a.applied_on DESC, length(a.application_id) DESC, a.application_id DESC;

-- name: payment_of_application
-- The payment and customer of an application.
SELECT a.payment_id, a.customer_id
FROM application AS a
WHERE a.application_id = $1;

-- name: movements_of_applications
-- What applications changed on items, and the deduction items they opened.
SELECT
    m.customer_id, m.item_id, m.item_version, m.currency, m.change, m.cause, asked.application_id
FROM unnest($1::text[], $2::text[]) AS asked (customer_id, application_id)
CROSS JOIN LATERAL (
    SELECT l.item_id, asked.application_id AS cause_id
    FROM application_line AS l
    WHERE l.customer_id = asked.customer_id AND l.application_id = asked.application_id
    UNION
    SELECT d.item_id, d.deduction_id
    FROM deduction AS d
    WHERE d.customer_id = asked.customer_id AND d.application_id = asked.application_id
    UNION
    SELECT d.deduction_id, d.deduction_id
    FROM deduction AS d
    WHERE d.customer_id = asked.customer_id AND d.application_id = asked.application_id
) AS moved
INNER JOIN item_movement AS m
    ON asked.customer_id = m.customer_id AND moved.item_id = m.item_id AND moved.cause_id = m.cause_id
ORDER BY asked.application_id, m.customer_id, m.item_id, m.item_version;

-- name: postings_of_applications
-- What applications posted, entry by entry.
SELECT
    p.customer_id, p.entry_id, p.company_id, p.business_date, p.debit, p.credit, p.amount, p.currency, p.document
FROM unnest($1::text[], $2::text[]) AS asked (customer_id, application_id)
INNER JOIN journal_posting AS p ON asked.customer_id = p.customer_id AND asked.application_id = p.entry_id
ORDER BY p.entry_id, p.line;

-- name: insert_reversals
-- Applications that were reversed, each once.
INSERT INTO application_reversal (
    customer_id, application_id, reversal_id, payment_id, currency, reversed_on, amount, discount, cause, reason
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::numeric[], $8::numeric[], $9::text[],
    $10::text[]
);

-- name: insert_transfers
-- Payments moved from one customer to another.
INSERT INTO payment_transfer (
    transfer_id, payment_id, from_customer_id, to_customer_id, company_id, currency, amount, transferred_on, reason
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::date[], $9::text[]
);
