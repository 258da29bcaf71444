-- name: insert_advices
-- New remittance advice; known advice stays as it is.
INSERT INTO remittance_advice (
    advice_id, company_id, customer_id, payer_account, payer_name, trace_number, currency, amount, advised_on, lines,
    note
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::date[],
    $10::jsonb[], $11::text[]
)
ON CONFLICT (advice_id) DO NOTHING
RETURNING advice_id;

-- name: advices_for
-- Advice that awaits payment and may belong to payments with these traces, customers or accounts, locked.
SELECT
    advice_id, company_id, customer_id, payer_account, trace_number, currency, amount, advised_on, lines
FROM remittance_advice
WHERE
    payment_id IS NULL
    AND (
        trace_number = ANY($1::text[])
        OR (customer_id = ANY($2::text[]) AND amount = ANY($4::numeric[]))
        OR (payer_account = ANY($3::text[]) AND amount = ANY($4::numeric[]))
    )
ORDER BY advice_id
FOR UPDATE;

-- name: match_advices
-- Advice whose payment was found.
UPDATE remittance_advice AS a SET payment_id = j.payment_id, note = j.note
FROM unnest($1::text[], $2::text[], $3::text[]) AS j (advice_id, payment_id, note)
WHERE a.advice_id = j.advice_id;

-- name: insert_payment_traces
-- Trace numbers of payments, which their remittance advice has as well.
INSERT INTO payment_trace (trace_number, payment_id, bank_reference, company_id, currency, amount)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::numeric[])
ON CONFLICT (trace_number, payment_id) DO NOTHING;

-- name: payments_for_advices
-- Payments that arrived before their advice: with these traces, or of these customers and accounts with these amounts.
SELECT
    p.payment_id, p.company_id, p.customer_id, p.payer_account, p.currency, p.amount, p.value_date, p.state,
    p.unapplied_amount, jsonb_array_length(p.remittance) AS named, t.trace_number
FROM payment AS p
LEFT JOIN payment_trace AS t ON p.payment_id = t.payment_id
WHERE
    p.payment_id IN (
        SELECT traced.payment_id FROM payment_trace AS traced WHERE traced.trace_number = ANY($1::text[])
        UNION
        SELECT held.payment_id FROM payment AS held
        WHERE
            held.state IN ('on_account', 'unapplied', 'applied') AND held.amount = ANY($4::numeric[])
            AND held.customer_id = ANY(
                $2::text[] || ARRAY(
                    SELECT p.customer_id FROM payer_account AS p
                    WHERE account_key(p.payer_account)
                        = ANY(ARRAY(SELECT account_key(a) FROM unnest($3::text[]) AS a))
                )
            )
            AND held.value_date >= $5::date - $6::integer
        UNION
        SELECT suspended.payment_id FROM payment AS suspended
        WHERE
            suspended.state = 'suspense' AND suspended.payer_account = ANY($3::text[])
            AND suspended.amount = ANY($4::numeric[])
    )
ORDER BY p.payment_id;

-- name: attach_remittance
-- Payments without a remittance get the advised one.
UPDATE payment AS p
SET remittance = l.remittance, stated_customer = coalesce(p.stated_customer, l.customer_id)
FROM unnest($1::text[], $2::jsonb[], $3::text[]) AS l (payment_id, remittance, customer_id)
WHERE p.payment_id = l.payment_id;

-- name: note_advices
-- What happened to advice that arrived after its money.
UPDATE remittance_advice AS a SET note = n.note, needs_review = n.needs_review
FROM unnest($1::text[], $2::text[], $3::boolean[]) AS n (advice_id, note, needs_review)
WHERE a.advice_id = n.advice_id;

-- name: payments_for_people
-- Those of these payments about which people have decided, or which are held as possible duplicates.
SELECT subject AS payment_id, false AS held FROM clerk_action WHERE subject = ANY($1::text[])
UNION
SELECT payment_id, true FROM held_duplicate WHERE payment_id = ANY($1::text[]) AND state = 'held'
ORDER BY 1, 2;

-- name: live_lines_of_payments
-- What payments settled and was not reversed, and whether anything else has moved the item since.
WITH paying AS (
    SELECT p.payment_id, p.payment_id AS by_payment FROM unnest($1::text[]) AS p (payment_id)
    UNION ALL
    SELECT s.payment_id, s.part_id FROM payment_part AS s WHERE s.payment_id = ANY($1::text[])
    UNION ALL
    SELECT p.received_with, p.payment_id FROM payment AS p WHERE p.received_with = ANY($1::text[])
),
own AS (
    SELECT y.payment_id, b.application_id AS cause_id
    FROM paying AS y INNER JOIN application AS b ON y.by_payment = b.payment_id
    UNION ALL
    SELECT y.payment_id, r.reversal_id
    FROM paying AS y INNER JOIN application_reversal AS r ON y.by_payment = r.payment_id
    UNION ALL
    SELECT y.payment_id, d.deduction_id
    FROM paying AS y INNER JOIN deduction AS d ON y.by_payment = d.payment_id
)
SELECT
    a.payment_id, a.currency, l.document_number, l.amount, l.rule = 'by_hand' AS by_hand,
    EXISTS (
        SELECT FROM item_movement AS m
        WHERE m.customer_id = a.customer_id AND m.item_id = l.item_id
            AND m.cause_id NOT IN (SELECT own.cause_id FROM own WHERE own.payment_id = a.payment_id)
            AND m.item_version > (
                SELECT max(settled.item_version) FROM item_movement AS settled
                WHERE settled.customer_id = a.customer_id AND settled.item_id = l.item_id
                    AND settled.cause_id = a.application_id
            )
    ) AS moved_since
FROM application AS a
INNER JOIN application_line AS l ON a.customer_id = l.customer_id AND a.application_id = l.application_id
WHERE a.payment_id = ANY($1::text[])
    AND a.amount > (
        SELECT coalesce(sum(r.amount), 0) FROM application_reversal AS r
        WHERE r.customer_id = a.customer_id AND r.application_id = a.application_id
    )
ORDER BY a.payment_id, a.application_id, l.line_no;

-- name: advice_to_review
-- Advice that needs review, locked.
SELECT advice_id, payment_id, lines, note FROM remittance_advice WHERE advice_id = $1 AND needs_review FOR UPDATE;

-- name: view_advices
-- A page of remittance advice, the latest first; waiting ones only, where asked.
SELECT
    advice_id, company_id, customer_id, payer_account, payer_name, trace_number, currency, amount, advised_on, lines,
    payment_id, note
FROM remittance_advice
WHERE
    (NOT $1::boolean OR payment_id IS NULL)
    AND ($2::date IS NULL OR (advised_on, advice_id) < ($2, $3))
ORDER BY advised_on DESC, advice_id DESC
LIMIT $4;
