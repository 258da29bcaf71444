-- name: load_payments
-- Payments by id, locked in key order.
SELECT
    payment_id, bank_reference, company_id, customer_id, stated_customer, payer_account, payer_name, currency,
    amount, unapplied_amount, state, value_date, method, remittance, held_since, movements, applications,
    pending_documents, identified_by, note, received_with, document_number, details, remittance_note, trace_number,
    bank_references, origin
FROM payment
WHERE payment_id = ANY($1::text[])
ORDER BY payment_id
FOR UPDATE;

-- name: load_credit_of
-- Payments of customers with money on account, locked in key order.
SELECT
    payment_id, bank_reference, company_id, customer_id, stated_customer, payer_account, payer_name, currency,
    amount, unapplied_amount, state, value_date, method, remittance, held_since, movements, applications,
    pending_documents, identified_by, note, received_with, document_number, details, remittance_note, trace_number,
    bank_references, origin
FROM payment
WHERE customer_id = ANY($1::text[]) AND state = 'on_account'
ORDER BY payment_id
FOR UPDATE;

-- name: save_payments
-- New and changed payments.
INSERT INTO payment (
    payment_id, bank_reference, company_id, customer_id, stated_customer, payer_account, payer_name, currency,
    amount, unapplied_amount, state, value_date, method, remittance, held_since, movements, applications,
    pending_documents, identified_by, note, received_with, document_number, details, remittance_note, trace_number,
    bank_references, origin
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::numeric[], $10::numeric[], $11::text[], $12::date[], $13::text[], $14::jsonb[], $15::date[],
    $16::integer[], $17::integer[], $18::integer[], $19::text[], $20::text[], $21::text[], $22::text[],
    $23::text[], $24::text[], $25::text[], $26::jsonb[], $27::jsonb[]
)
ON CONFLICT (payment_id) DO UPDATE SET
    customer_id = excluded.customer_id,
    unapplied_amount = excluded.unapplied_amount,
    state = excluded.state,
    held_since = excluded.held_since,
    movements = excluded.movements,
    applications = excluded.applications,
    pending_documents = excluded.pending_documents,
    identified_by = excluded.identified_by,
    note = excluded.note;

-- name: customer_of_payment
-- The customer of a payment, without locking it.
SELECT customer_id FROM payment WHERE payment_id = $1;

-- name: customers_of_payments
-- The customers of payments, without locking them.
SELECT payment_id, customer_id FROM payment WHERE payment_id = ANY($1::text[]);

-- name: payment_and_parts
-- A payment and its parts, with their customers, unlocked.
SELECT payment_id, customer_id FROM payment WHERE payment_id = $1
UNION ALL
SELECT payment_id, customer_id FROM payment WHERE received_with = $1
UNION ALL
SELECT p.payment_id, p.customer_id
FROM payment_part AS s
INNER JOIN payment AS p ON s.part_id = p.payment_id
WHERE s.payment_id = $1;

-- name: payments_and_parts_of_references
-- By bank reference, the payments under it and their parts, with their customers, unlocked. A part that was split off
-- later is within the amount of the whole; a part that was received with it is beside it.
WITH whole AS (
    SELECT DISTINCT b.bank_reference, b.payment_id FROM bank_reference AS b WHERE b.bank_reference = ANY($1::text[])
)
SELECT w.bank_reference, w.payment_id AS whole_id, p.payment_id, p.customer_id, true AS received
FROM whole AS w INNER JOIN payment AS p ON w.payment_id = p.payment_id
UNION ALL
SELECT w.bank_reference, w.payment_id, p.payment_id, p.customer_id, true
FROM whole AS w INNER JOIN payment AS p ON w.payment_id = p.received_with
UNION ALL
SELECT w.bank_reference, w.payment_id, p.payment_id, p.customer_id, false
FROM whole AS w
INNER JOIN payment_part AS s ON w.payment_id = s.payment_id
INNER JOIN payment AS p ON s.part_id = p.payment_id
ORDER BY 1, 2, 3;

-- name: insert_parts
-- Parts that were split off payments.
INSERT INTO payment_part (part_id, payment_id, split_on)
SELECT * FROM unnest($1::text[], $2::text[], $3::date[]);

-- name: parts_of_payment
-- The parts that were split off a payment.
SELECT part_id FROM payment_part WHERE payment_id = $1 ORDER BY split_on, part_id;

-- name: parts_of_payments
-- The parts that were split off payments.
SELECT payment_id, part_id FROM payment_part WHERE payment_id = ANY($1::text[]);

-- name: whole_of_part
-- The payment that a part was split off.
SELECT payment_id FROM payment_part WHERE part_id = $1;

-- name: insert_cash_movements
-- Dated changes of what payments have in suspense, unapplied and on account.
INSERT INTO cash_movement (
    payment_id, seq, customer_id, company_id, currency, business_date, account, change, cause_id
)
SELECT * FROM unnest(
    $1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::date[], $7::text[], $8::numeric[],
    $9::text[]
);

-- name: load_pending_documents
-- Pending documents by customer, payment and line, locked in key order.
SELECT
    a.customer_id, a.payment_id, a.line_no, a.document_key, a.document_number, a.currency, a.amount, a.discount,
    a.waiting, a.order_closed_on
FROM pending_document AS a
INNER JOIN unnest($1::text[], $2::text[], $3::integer[]) AS wanted (customer_id, payment_id, line_no)
    ON a.customer_id = wanted.customer_id AND a.payment_id = wanted.payment_id AND a.line_no = wanted.line_no
ORDER BY a.customer_id, a.payment_id, a.line_no
FOR UPDATE OF a;

-- name: load_pending_documents_by_key
-- What customers' payments wait for under these document keys, locked in key order.
SELECT customer_id, payment_id, line_no, document_key, document_number, currency, amount, discount, waiting,
    order_closed_on
FROM pending_document
WHERE customer_id = ANY($1::text[]) AND document_key = ANY($2::text[]) AND waiting
ORDER BY customer_id, payment_id, line_no
FOR UPDATE;

-- name: customers_waiting_for
-- Those of the customers whose payments wait for one of these document keys.
SELECT DISTINCT customer_id
FROM pending_document
WHERE customer_id = ANY($1::text[]) AND document_key = ANY($2::text[]) AND waiting;

-- name: load_pending_documents_of_payments
-- What payments still wait for, locked in key order.
SELECT customer_id, payment_id, line_no, document_key, document_number, currency, amount, discount, waiting,
    order_closed_on
FROM pending_document
WHERE customer_id = ANY($1::text[]) AND payment_id = ANY($2::text[]) AND waiting
ORDER BY customer_id, payment_id, line_no
FOR UPDATE;

-- name: save_pending_documents
-- New and arrived pending documents.
INSERT INTO pending_document (
    customer_id, payment_id, line_no, document_key, document_number, currency, amount, discount, waiting,
    order_closed_on
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::numeric[],
    $9::boolean[], $10::date[]
)
ON CONFLICT (customer_id, payment_id, line_no) DO UPDATE SET
    amount = excluded.amount, waiting = excluded.waiting, order_closed_on = excluded.order_closed_on;

-- name: insert_clerk_actions
-- What people did.
INSERT INTO clerk_action (subject, command_id, action, person, done_on, reason)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::text[])
ON CONFLICT DO NOTHING;

-- name: view_payments
-- Payments by filters, the latest first.
SELECT
    payment_id, bank_reference, company_id, customer_id, payer_account, payer_name, currency, amount, unapplied_amount,
    state, value_date, method
FROM payment
WHERE ($1::text IS NULL OR state = $1)
    AND ($2::text IS NULL OR customer_id = $2)
    AND ($3::date IS NULL OR value_date >= $3)
    AND ($4::date IS NULL OR value_date <= $4)
    AND ($5::date IS NULL OR (value_date, payment_id) < ($5, $6::text))
ORDER BY value_date DESC, payment_id DESC
LIMIT $7;

-- name: view_payment
-- One payment with where its money is and why.
SELECT
    payment_id, bank_reference, company_id, customer_id, payer_account, payer_name, currency, amount, unapplied_amount,
    state, value_date, method, identified_by, note, document_number, details, remittance, remittance_note, trace_number,
    bank_references, origin
FROM payment
WHERE payment_id = $1;

-- name: view_applications_of_payment
-- What a payment settled, in the order it happened.
SELECT
    a.application_id, a.payment_id, a.applied_on, a.currency, l.item_id, l.document_number, l.amount, l.discount,
    (SELECT coalesce(sum((part ->> 1)::numeric), 0) FROM jsonb_array_elements(l.discount_taxes) AS part) AS discount_tax,
    l.tolerance, l.deduction, l.rule, l.why, l.evidence, l.score, l.alternatives, r.reversed_amount,
    CASE WHEN r.reversed_amount >= l.amount THEN r.reversed_on END AS reversed_on
FROM application AS a
INNER JOIN application_line AS l ON a.customer_id = l.customer_id AND a.application_id = l.application_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(u.amount), 0) AS reversed_amount, max(v.reversed_on) AS reversed_on
    FROM application_reversal_line AS u
    INNER JOIN application_reversal AS v
        ON u.customer_id = v.customer_id AND u.application_id = v.application_id AND u.reversal_id = v.reversal_id
    WHERE u.customer_id = l.customer_id AND u.application_id = l.application_id AND u.line_no = l.line_no
) AS r
WHERE a.payment_id = $1
ORDER BY a.applied_on, length(a.application_id), a.application_id, l.line_no
LIMIT $2;

-- name: view_pending_documents_of_payment
-- What a payment waits for.
SELECT document_number, currency, amount, discount
FROM pending_document
WHERE customer_id = $1 AND payment_id = $2 AND waiting
ORDER BY line_no;
