-- name: insert_duplicates
-- Payments received again under a known bank reference.
INSERT INTO duplicate_payment (
    event_id, bank_reference, payment_id, first_payment_id, company_id, customer_id, currency, amount, value_date
)
SELECT * FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::date[]
);

-- name: view_duplicates_of_payment
-- Repeats of a payment's bank reference.
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
