-- name: documents_by_number
-- The owners of the documents with this number: invoices and finance charges.
SELECT customer_id, company_id FROM invoice WHERE invoice_number = $1 AND ($2::text IS NULL OR company_id = $2)
UNION ALL
SELECT customer_id, company_id FROM finance_charge WHERE charge_number = $1 AND ($2::text IS NULL OR company_id = $2);

-- name: invoices_to_credit
-- Invoices by customer, company and number, locked: two credits of one invoice come one after the other.
SELECT i.customer_id, i.company_id, i.invoice_number, i.invoice_date, i.currency, i.net, i.tax, i.lines
FROM invoice AS i
INNER JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted (customer_id, company_id, invoice_number)
    ON
        i.customer_id = wanted.customer_id
        AND i.company_id = wanted.company_id
        AND i.invoice_number = wanted.invoice_number
ORDER BY i.customer_id, i.invoice_id
FOR UPDATE OF i;

-- name: charges_to_credit
-- Finance charges by customer, company and number, locked.
SELECT c.customer_id, c.company_id, c.charge_number, c.kind, c.charge_date, c.currency, c.amount
FROM finance_charge AS c
INNER JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted (customer_id, company_id, charge_number)
    ON
        c.customer_id = wanted.customer_id
        AND c.company_id = wanted.company_id
        AND c.charge_number = wanted.charge_number
ORDER BY c.customer_id, c.charge_id
FOR UPDATE OF c;

-- name: credited_lines
-- What was credited of these documents so far.
SELECT m.customer_id, m.company_id, m.document_number, m.currency, m.lines
FROM credit_memo AS m
INNER JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted (customer_id, company_id, document_number)
    ON
        m.customer_id = wanted.customer_id
        AND m.company_id = wanted.company_id
        AND m.document_number = wanted.document_number
WHERE m.state = 'posted';

-- name: known_credit_memos
-- Which of these credit memos are known already.
SELECT credit_memo_id FROM credit_memo WHERE credit_memo_id = ANY($1::text[]);

-- name: insert_credit_memos
-- Credit memos as they were requested, posted at once or waiting.
INSERT INTO credit_memo (
    customer_id, credit_memo_id, credit_memo_number, series, sequence_number, company_id, document_number,
    document_kind, settles_document, request_id, currency, net, tax, total, lines, reason_code, reason, requested_by,
    requested_on, state, credit_date
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::numeric[], $13::numeric[], $14::numeric[], $15::jsonb[], $16::text[], $17::text[],
    $18::text[], $19::date[], $20::text[], $21::date[]
);

-- name: lock_credit_memo
-- One credit memo by its id or number, locked.
SELECT
    customer_id, credit_memo_id, credit_memo_number, company_id, document_number, document_kind, settles_document,
    request_id, currency, lines, reason_code, reason, requested_by, requested_on, state, credit_date, decided_by,
    decided_on, decision, reversed_by
FROM credit_memo
WHERE credit_memo_id = $1
FOR UPDATE;

-- name: decide_credit_memo
-- The decision of the second person; the number and date of a posted one.
UPDATE credit_memo
SET
    state = $3, credit_memo_number = $4, series = $5, sequence_number = $6, credit_date = $7, decided_by = $8,
    decided_on = $9, decision = $10
WHERE customer_id = $1 AND credit_memo_id = $2;

-- name: lock_posted_credit_memo
-- One credit memo by its number, locked.
SELECT
    customer_id, credit_memo_id, credit_memo_number, company_id, document_number, document_kind, settles_document,
    request_id, currency, lines, reason_code, reason, requested_by, requested_on, state, credit_date, reversed_by
FROM credit_memo
WHERE credit_memo_number = $1
FOR UPDATE;

-- name: mark_credit_memo_reversed
-- The document that charges again what the credit memo took off.
UPDATE credit_memo
SET reversed_by = $3
WHERE customer_id = $1 AND credit_memo_id = $2;

-- name: list_credit_memos
-- A page of credit memos, the latest requested first.
SELECT
    customer_id, credit_memo_id, credit_memo_number, company_id, document_number, document_kind, settles_document,
    request_id, currency, net, tax, total, lines, reason_code, reason, requested_by, requested_on, state, credit_date,
    decided_by, decided_on, decision, reversed_by
FROM credit_memo
WHERE
    ($1::text IS NULL OR customer_id = $1)
    AND ($2::text IS NULL OR company_id = $2)
    AND ($3::text IS NULL OR document_number = $3)
    AND ($4::text IS NULL OR state = $4)
    AND ($5::text IS NULL OR reason_code = $5)
    AND ($6::date IS NULL OR requested_on >= $6)
    AND ($7::date IS NULL OR requested_on <= $7)
    AND ($8::date IS NULL OR (requested_on, credit_memo_id) < ($8, $9::text))
ORDER BY requested_on DESC, credit_memo_id DESC
LIMIT $10;

-- name: view_credit_memo
-- One credit memo by its number, or by its id while it has none.
SELECT
    customer_id, credit_memo_id, credit_memo_number, company_id, document_number, document_kind, settles_document,
    request_id, currency, net, tax, total, lines, reason_code, reason, requested_by, requested_on, state, credit_date,
    decided_by, decided_on, decision, reversed_by
FROM credit_memo
WHERE credit_memo_number = $1
UNION ALL
SELECT
    customer_id, credit_memo_id, credit_memo_number, company_id, document_number, document_kind, settles_document,
    request_id, currency, net, tax, total, lines, reason_code, reason, requested_by, requested_on, state, credit_date,
    decided_by, decided_on, decision, reversed_by
FROM credit_memo
WHERE credit_memo_id = $1
LIMIT 1;
