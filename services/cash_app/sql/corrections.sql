-- name: live_applications
-- Applications of payments that were not undone, the latest first; `cash` is what of the payment each used.
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
-- Whose application it is, of which payment, and whether it was undone.
SELECT
    a.payment_id, a.customer_id,
    EXISTS (
        SELECT FROM application_reversal AS r
        WHERE r.customer_id = a.customer_id AND r.application_id = a.application_id
    ) AS reversed
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
    SELECT settled.item_id, settled.deduction_id
    FROM (
        SELECT l.item_id, concat(asked.application_id, '/D', l.line_no) AS deduction_id
        FROM application_line AS l
        WHERE l.customer_id = asked.customer_id AND l.application_id = asked.application_id AND l.deduction > 0
    ) AS settled
    UNION
    SELECT concat(asked.application_id, '/D', l.line_no), concat(asked.application_id, '/D', l.line_no)
    FROM application_line AS l
    WHERE l.customer_id = asked.customer_id AND l.application_id = asked.application_id AND l.deduction > 0
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

-- name: load_awaited_of_payments
-- What payments still wait for, locked in key order.
SELECT customer_id, payment_id, line_no, document_key, document_number, currency, amount, discount, waiting
FROM awaited_document
WHERE customer_id = ANY($1::text[]) AND payment_id = ANY($2::text[]) AND waiting
ORDER BY customer_id, payment_id, line_no
FOR UPDATE;

-- name: insert_reversals
-- Applications that were undone, each once.
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

-- name: insert_refunds
-- Refunds paid out, and cancelled ones with a negative amount.
INSERT INTO payment_refund (
    customer_id, refund_id, payment_id, company_id, currency, amount, refunded_on, ordered_by, approved_by, reason
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::date[], $8::text[], $9::text[],
    $10::text[]
);

-- name: insert_write_offs
-- What was given up of items, and reversed write-offs with a negative amount.
INSERT INTO write_off (
    customer_id, write_off_id, item_id, document_number, company_id, currency, amount, written_off_on, approved_by,
    reason
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::date[], $9::text[],
    $10::text[]
);

-- name: insert_parts
-- Parts that payments were split into.
INSERT INTO payment_part (part_id, payment_id, split_on)
SELECT * FROM unnest($1::text[], $2::text[], $3::date[]);

-- name: parts_of_payment
-- The parts a payment was split into.
SELECT part_id FROM payment_part WHERE payment_id = $1 ORDER BY length(part_id), part_id;

-- name: parts_of_payments
-- The parts that payments were split into.
SELECT payment_id, part_id FROM payment_part WHERE payment_id = ANY($1::text[]);

-- name: whole_of_part
-- The payment that a part was split off.
SELECT payment_id FROM payment_part WHERE part_id = $1;

-- name: refund_by_id
-- A refund, and whether it was cancelled.
SELECT
    f.customer_id, f.payment_id, f.currency, f.amount, f.refunded_on, f.ordered_by, f.approved_by,
    EXISTS (
        SELECT FROM payment_refund AS r
        WHERE r.customer_id = f.customer_id AND r.refund_id = concat(f.refund_id, '/R')
    ) AS cancelled
FROM payment_refund AS f
WHERE f.refund_id = $1 AND f.amount > 0;

-- name: write_off_by_id
-- A write-off, and whether it was reversed.
SELECT
    w.customer_id, w.item_id, w.currency, w.amount, w.written_off_on, w.approved_by,
    EXISTS (
        SELECT FROM write_off AS r
        WHERE r.customer_id = w.customer_id AND r.write_off_id = concat(w.write_off_id, '/R')
    ) AS reversed
FROM write_off AS w
WHERE w.write_off_id = $1 AND w.amount > 0;

-- name: owners_of_items
-- Whose items they are.
SELECT item_id, customer_id FROM open_item WHERE item_id = ANY($1::text[]);

-- name: owner_of_item
-- Whose item it is.
SELECT customer_id FROM open_item WHERE item_id = $1;

-- name: load_returns
-- Returns by id, locked in key order.
SELECT
    return_id, bank_reference, original_bank_reference, company_id, customer_id, payer_account, currency, amount,
    value_date, reason_code, reason, payment_id, note, movements, matches
FROM payment_return
WHERE return_id = ANY($1::text[])
ORDER BY return_id
FOR UPDATE;

-- name: returns_waiting_for
-- Returns that wait for payments under these bank references, locked in key order.
SELECT
    return_id, bank_reference, original_bank_reference, company_id, customer_id, payer_account, currency, amount,
    value_date, reason_code, reason, payment_id, note, movements, matches
FROM payment_return
WHERE state = 'waiting' AND original_bank_reference = ANY($1::text[])
ORDER BY return_id
FOR UPDATE;

-- name: save_returns
-- New and matched returns.
INSERT INTO payment_return (
    return_id, bank_reference, original_bank_reference, company_id, customer_id, payer_account, currency, amount,
    value_date, reason_code, reason, state, payment_id, note, movements, matches
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::date[],
    $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::integer[], $16::integer[]
)
ON CONFLICT (return_id) DO UPDATE SET
    state = excluded.state,
    payment_id = excluded.payment_id,
    note = excluded.note,
    movements = excluded.movements,
    matches = excluded.matches;

-- name: returns_heard
-- Returns under these bank references that were heard before.
SELECT bank_reference FROM payment_return WHERE bank_reference = ANY($1::text[]);

-- name: family_of_references
-- By bank reference, the payment under it and the parts it was split into, with whose they are, unlocked. What a
-- clerk split off is within the amount of the whole, so it was not received beside it.
WITH whole AS (
    SELECT b.bank_reference, b.payment_id FROM bank_reference AS b WHERE b.bank_reference = ANY($1::text[])
)
SELECT w.bank_reference, p.payment_id, p.customer_id, true AS received
FROM whole AS w INNER JOIN payment AS p ON w.payment_id = p.payment_id
UNION ALL
SELECT w.bank_reference, p.payment_id, p.customer_id, true
FROM whole AS w
CROSS JOIN generate_series(2, 99) AS part (part_no)
INNER JOIN payment AS p
    ON p.bank_reference = concat(w.bank_reference, '/', part.part_no)
    AND p.payment_id = concat(w.payment_id, '/', part.part_no)
UNION ALL
SELECT w.bank_reference, p.payment_id, p.customer_id, false
FROM whole AS w
INNER JOIN payment_part AS s ON w.payment_id = s.payment_id
INNER JOIN payment AS p ON s.part_id = p.payment_id
ORDER BY 1, 2;

-- name: insert_held_duplicates
-- Payments held because they were told before under another bank reference.
INSERT INTO held_duplicate (payment_id, customer_id, first_payment_id, held_on, evidence, state)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::text[])
ON CONFLICT (payment_id) DO NOTHING;

-- name: settle_held_duplicates
-- What became of payments that were held.
UPDATE held_duplicate AS h
SET state = s.state
FROM unnest($1::text[], $2::text[]) AS s (payment_id, state)
WHERE h.payment_id = s.payment_id AND h.state = 'held';

-- name: held_duplicate_by_id
-- Whether a payment is held, locked.
SELECT payment_id, first_payment_id, evidence, state FROM held_duplicate WHERE payment_id = $1 FOR UPDATE;

-- name: payments_alike
-- Payments of customers with an amount that has come again, within days of a value date.
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

-- name: insert_approval
-- What waits for a second person.
INSERT INTO approval (
    approval_id, kind, customer_id, company_id, subject, currency, amount, reason, requested_by, requested_on, state,
    decision
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', '');

-- name: load_approval
-- What waits for a second person, or was decided, locked.
SELECT
    approval_id, kind, customer_id, company_id, subject, currency, amount, reason, requested_by, requested_on, state,
    decided_by, decided_on, decision
FROM approval
WHERE approval_id = $1
FOR UPDATE;

-- name: approval_waiting_for
-- What already waits for a second person about the same payment or item.
SELECT approval_id, requested_by FROM approval WHERE kind = $1 AND subject = $2 AND state = 'waiting';

-- name: decide_approval
-- What the second person said.
UPDATE approval
SET state = $2, decided_by = $3, decided_on = $4, decision = $5
WHERE approval_id = $1;

-- name: insert_desk_steps
-- What people did.
INSERT INTO desk_step (subject, command_id, action, person, done_on, reason)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::text[])
ON CONFLICT DO NOTHING;

-- name: customers_of_payments
-- Whose payments these are, without locking them.
SELECT payment_id, customer_id FROM payment WHERE payment_id = ANY($1::text[]);

-- name: family_of_payment
-- A payment and the parts it was split into, with whose they are, unlocked.
SELECT p.payment_id, p.customer_id, true AS received
FROM payment AS p
WHERE p.payment_id = $1
UNION ALL
SELECT p.payment_id, p.customer_id, true
FROM payment AS whole
CROSS JOIN generate_series(2, 99) AS part (part_no)
INNER JOIN payment AS p
    ON p.bank_reference = concat(whole.bank_reference, '/', part.part_no)
    AND p.payment_id = concat(whole.payment_id, '/', part.part_no)
WHERE whole.payment_id = $1
UNION ALL
SELECT p.payment_id, p.customer_id, false
FROM payment_part AS s
INNER JOIN payment AS p ON s.part_id = p.payment_id
WHERE s.payment_id = $1;

-- name: payment_of_return
-- Which payment a return was matched with.
SELECT payment_id FROM payment_return WHERE return_id = $1;
