-- name: claim_references
-- Takes references that are new, and returns them with the payments of the other source, file or bank feed, that have
-- their amount and were not reported by this source yet.
WITH received AS (
    SELECT r.* FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::numeric[], $11::date[], $12::text[], $13::integer[]
    ) AS r (
        reference_key, bank_reference, payment_id, bank_account, company_id, customer_id, payer_account, trace_number,
        currency, amount, value_date, import_id, days
    )
),

claimed AS (
    INSERT INTO bank_reference (
        reference_key, number, bank_reference, payment_id, bank_account, company_id, customer_id, payer_account,
        trace_number, currency, amount, value_date, import_id
    )
    SELECT
        r.reference_key, 1, r.bank_reference, r.payment_id, r.bank_account, r.company_id, r.customer_id,
        r.payer_account, r.trace_number, r.currency, r.amount, r.value_date, r.import_id
    FROM received AS r
    ORDER BY r.reference_key
    ON CONFLICT (reference_key, number) DO NOTHING
    RETURNING reference_key
)

SELECT
    c.reference_key AS claimed, r.payment_id AS of_payment, e.reference_key, e.bank_reference, e.payment_id,
    e.bank_account, e.company_id, e.customer_id, e.payer_account, e.trace_number, e.currency, e.amount, e.value_date,
    e.import_id
FROM claimed AS c
INNER JOIN received AS r ON c.reference_key = r.reference_key
LEFT JOIN LATERAL receipts_of_other_source(r.import_id IS NOT NULL, r.company_id, r.amount, r.value_date, r.days) AS e ON true;

-- name: receipts_of_other_source
-- Payments of the other source, file or bank feed, that have these amounts and were not reported by this source yet.
SELECT
    r.payment_id AS of_payment, e.reference_key, e.bank_reference, e.payment_id, e.bank_account, e.company_id,
    e.customer_id, e.payer_account, e.trace_number, e.currency, e.amount, e.value_date, e.import_id
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::numeric[], $11::date[], $12::text[], $13::integer[]
) AS r (
    reference_key, bank_reference, payment_id, bank_account, company_id, customer_id, payer_account, trace_number,
    currency, amount, value_date, import_id, days
)
CROSS JOIN LATERAL receipts_of_other_source(r.import_id IS NOT NULL, r.company_id, r.amount, r.value_date, r.days) AS e;

-- name: lock_references
-- Locks references that were received before, in key order.
SELECT reference_key FROM bank_reference WHERE reference_key = ANY($1::text[]) AND number = 1
ORDER BY reference_key
FOR UPDATE;

-- name: receipts_of_references
-- What was received under references, within days of a value date.
SELECT DISTINCT
    e.number, e.reference_key, e.bank_reference, e.payment_id, e.bank_account, e.company_id,
    e.customer_id, e.payer_account, e.trace_number, e.currency, e.amount, e.value_date, e.import_id
FROM unnest($1::text[], $2::date[], $3::integer[]) AS r (reference_key, value_date, days)
INNER JOIN bank_reference AS e
    ON r.reference_key = e.reference_key
    AND e.value_date BETWEEN r.value_date - r.days AND r.value_date + r.days
ORDER BY e.reference_key, e.number;

-- name: insert_references
-- Receipts under references that this transaction has locked, or that are new.
INSERT INTO bank_reference (
    reference_key, number, bank_reference, payment_id, bank_account, company_id, customer_id, payer_account,
    trace_number, currency, amount, value_date, import_id
)
SELECT
    r.reference_key,
    coalesce((SELECT max(b.number) FROM bank_reference AS b WHERE b.reference_key = r.reference_key), 0)
    + row_number() OVER (PARTITION BY r.reference_key ORDER BY r.payment_id, r.bank_reference),
    r.bank_reference, r.payment_id, r.bank_account, r.company_id, r.customer_id, r.payer_account, r.trace_number,
    r.currency, r.amount, r.value_date, r.import_id
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::numeric[], $11::date[], $12::text[], $13::integer[]
) AS r (
    reference_key, bank_reference, payment_id, bank_account, company_id, customer_id, payer_account, trace_number,
    currency, amount, value_date, import_id, days
);

-- name: rename_references
-- References that this transaction took lead to the payment that is known, or that has an id of its own.
UPDATE bank_reference AS b SET payment_id = r.payment_id
FROM unnest($1::text[], $2::text[]) AS r (reference_key, payment_id)
WHERE b.reference_key = r.reference_key AND b.number = 1;

-- name: insert_duplicates
-- Payments reported again.
INSERT INTO duplicate_payment (
    event_id, bank_reference, payment_id, first_payment_id, company_id, customer_id, currency, amount, value_date
)
SELECT * FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::date[]
);

-- name: view_duplicates_of_payment
-- Messages that reported a payment again.
SELECT event_id, payment_id, currency, amount, value_date
FROM duplicate_payment
WHERE first_payment_id = $1
ORDER BY value_date, event_id
LIMIT $2;

-- name: duplicate_candidates
-- Payments of customers with an amount that was received again, within days of a value date.
SELECT DISTINCT
    p.payment_id, p.bank_reference, p.company_id, p.customer_id, p.currency, p.amount, p.value_date, p.remittance,
    p.payer_account,
    (SELECT min(t.trace_number) FROM payment_trace AS t WHERE t.payment_id = p.payment_id) AS trace_number,
    EXISTS (
        SELECT FROM import_entry AS e WHERE e.subject_id = p.payment_id AND e.outcome IN ('post', 'held')
    ) AS from_file
FROM unnest($1::text[], $2::numeric[], $3::date[], $4::text[], $5::integer[])
    AS new (customer_id, amount, value_date, payment_id, days)
INNER JOIN payment AS p
    ON new.customer_id = p.customer_id
    AND p.value_date BETWEEN new.value_date - new.days AND new.value_date + new.days
    AND new.amount = p.amount AND new.payment_id <> p.payment_id
ORDER BY p.payment_id;

-- name: insert_held_duplicates
-- Possible duplicates that are held.
INSERT INTO held_duplicate (payment_id, customer_id, first_payment_id, held_on, evidence, state)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::text[])
ON CONFLICT (payment_id) DO NOTHING;

-- name: settle_held_duplicates
-- The end of holds: released, refunded or returned.
UPDATE held_duplicate AS h
SET state = s.state
FROM unnest($1::text[], $2::text[]) AS s (payment_id, state)
WHERE h.payment_id = s.payment_id AND h.state = 'held';

-- name: held_duplicate_by_id
-- Whether a payment is held, locked.
SELECT payment_id, first_payment_id, evidence, state FROM held_duplicate WHERE payment_id = $1 FOR UPDATE;

-- name: move_references
-- The references of a payment that is a repeat lead to the payment that it repeats.
UPDATE bank_reference SET payment_id = $2 WHERE payment_id = $1;
