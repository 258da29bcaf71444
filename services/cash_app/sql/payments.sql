-- name: claim_bank_references
-- The first payment under a bank's reference; a reference that is taken already is not returned.
INSERT INTO bank_reference (bank_reference, payment_id)
SELECT heard.bank_reference, heard.payment_id
FROM unnest($1::text[], $2::text[]) AS heard (bank_reference, payment_id)
ORDER BY heard.bank_reference
ON CONFLICT (bank_reference) DO NOTHING
RETURNING bank_reference;

-- name: payments_of_references
-- The payment each of these bank references stands for.
SELECT bank_reference, payment_id FROM bank_reference WHERE bank_reference = ANY($1::text[]);

-- name: insert_duplicates
-- Payments that came again under a bank reference known already.
INSERT INTO duplicate_payment (
    event_id, bank_reference, payment_id, first_payment_id, company_id, customer_id, currency, amount, value_date
)
SELECT * FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::date[]
);

-- name: load_payments
-- Payments by id, locked in key order.
SELECT
    payment_id, bank_reference, company_id, customer_id, stated_customer, payer_account, payer_name, currency,
    amount, unapplied_amount, state, value_date, method, remittance, held_since, movements, applications,
    awaited_lines, identified_by, note
FROM payment
WHERE payment_id = ANY($1::text[])
ORDER BY payment_id
FOR UPDATE;

-- name: load_credit_of
-- Payments of customers with money on account, locked in key order.
SELECT
    payment_id, bank_reference, company_id, customer_id, stated_customer, payer_account, payer_name, currency,
    amount, unapplied_amount, state, value_date, method, remittance, held_since, movements, applications,
    awaited_lines, identified_by, note
FROM payment
WHERE customer_id = ANY($1::text[]) AND state = 'on_account'
ORDER BY payment_id
FOR UPDATE;

-- name: suspended_for
-- Suspended payments that name one of the customers or came from one of the accounts.
SELECT
    payment_id, company_id, currency, stated_customer, payer_account, payer_name, remittance, value_date,
    unapplied_amount
FROM payment
WHERE state = 'suspense'
    AND (
        stated_customer = ANY($1::text[])
        OR account_key(payer_account) = ANY(ARRAY(SELECT account_key(a) FROM unnest($2::text[]) AS a))
    )
ORDER BY payment_id;

-- name: suspended_after
-- The next of a company's suspended payments by id.
SELECT
    payment_id, company_id, currency, stated_customer, payer_account, payer_name, remittance, value_date,
    unapplied_amount
FROM payment
WHERE state = 'suspense' AND company_id = $1 AND payment_id > $2
ORDER BY payment_id
LIMIT $3;

-- name: customer_of_payment
-- Whose payment it is, without locking it.
SELECT customer_id FROM payment WHERE payment_id = $1;

-- name: save_payments
-- New and changed payments.
INSERT INTO payment (
    payment_id, bank_reference, company_id, customer_id, stated_customer, payer_account, payer_name, currency,
    amount, unapplied_amount, state, value_date, method, remittance, held_since, movements, applications,
    awaited_lines, identified_by, note
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::numeric[], $10::numeric[], $11::text[], $12::date[], $13::text[], $14::jsonb[], $15::date[],
    $16::integer[], $17::integer[], $18::integer[], $19::text[], $20::text[]
)
ON CONFLICT (payment_id) DO UPDATE SET
    customer_id = excluded.customer_id,
    unapplied_amount = excluded.unapplied_amount,
    state = excluded.state,
    held_since = excluded.held_since,
    movements = excluded.movements,
    applications = excluded.applications,
    awaited_lines = excluded.awaited_lines,
    identified_by = excluded.identified_by,
    note = excluded.note;

-- name: insert_cash_movements
-- Dated changes of what payments have in suspense, unapplied and on account.
INSERT INTO cash_movement (
    payment_id, seq, customer_id, company_id, currency, business_date, account, change, cause_id
)
SELECT * FROM unnest(
    $1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::date[], $7::text[], $8::numeric[],
    $9::text[]
);

-- name: load_awaited
-- Awaited documents by customer, payment and line, locked in key order.
SELECT
    a.customer_id, a.payment_id, a.line_no, a.document_key, a.document_number, a.currency, a.amount, a.discount,
    a.waiting
FROM awaited_document AS a
INNER JOIN unnest($1::text[], $2::text[], $3::integer[]) AS wanted (customer_id, payment_id, line_no)
    ON a.customer_id = wanted.customer_id AND a.payment_id = wanted.payment_id AND a.line_no = wanted.line_no
ORDER BY a.customer_id, a.payment_id, a.line_no
FOR UPDATE OF a;

-- name: load_awaited_by_key
-- What customers' payments wait for under these document keys, locked in key order.
SELECT customer_id, payment_id, line_no, document_key, document_number, currency, amount, discount, waiting
FROM awaited_document
WHERE customer_id = ANY($1::text[]) AND document_key = ANY($2::text[]) AND waiting
ORDER BY customer_id, payment_id, line_no
FOR UPDATE;

-- name: load_awaited_of_payment
-- What one payment of a customer still waits for, locked in key order.
SELECT customer_id, payment_id, line_no, document_key, document_number, currency, amount, discount, waiting
FROM awaited_document
WHERE customer_id = $1 AND payment_id = $2 AND waiting
ORDER BY customer_id, payment_id, line_no
FOR UPDATE;

-- name: save_awaited
-- New and fulfilled awaited documents.
INSERT INTO awaited_document (
    customer_id, payment_id, line_no, document_key, document_number, currency, amount, discount, waiting
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::numeric[],
    $9::boolean[]
)
ON CONFLICT (customer_id, payment_id, line_no) DO UPDATE SET waiting = excluded.waiting;

-- name: insert_applications
-- What payments settled, one row per application.
INSERT INTO application (
    customer_id, application_id, payment_id, company_id, currency, applied_on, amount, discount, paid_currency,
    paid_amount, policy_version
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::numeric[], $8::numeric[],
    $9::text[], $10::numeric[], $11::integer[]
);

-- name: insert_application_lines
-- What applications settled, one row per item, with why.
INSERT INTO application_line (
    customer_id, application_id, line_no, item_id, document_number, amount, discount, rule, why, evidence, score,
    alternatives, tolerance, deduction
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::numeric[], $7::numeric[], $8::text[],
    $9::text[], $10::text[], $11::integer[], $12::text[], $13::numeric[], $14::numeric[]
);
