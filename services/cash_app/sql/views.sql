-- name: view_suspense
-- Money in suspense, the oldest first.
SELECT
    payment_id, bank_reference, company_id, stated_customer, payer_account, payer_name, currency, amount, value_date,
    identified_by AS reason
FROM payment
WHERE state = 'suspense' AND ($1::date IS NULL OR (value_date, payment_id) > ($1, $2::text))
ORDER BY value_date, payment_id
LIMIT $3;

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
    state, value_date, method, identified_by, note
FROM payment
WHERE payment_id = $1;

-- name: view_applications_of_payment
-- What a payment settled, in the order it happened.
SELECT
    a.application_id, a.payment_id, a.applied_on, a.currency, l.item_id, l.document_number, l.amount, l.discount,
    l.tolerance, l.deduction, l.rule, l.why, l.evidence, l.score, l.alternatives, r.reversed_on
FROM application AS a
INNER JOIN application_line AS l ON a.customer_id = l.customer_id AND a.application_id = l.application_id
LEFT JOIN application_reversal AS r ON a.customer_id = r.customer_id AND a.application_id = r.application_id
WHERE a.payment_id = $1
ORDER BY a.applied_on, length(a.application_id), a.application_id, l.line_no
LIMIT $2;

-- name: view_awaited_of_payment
-- What a payment waits for.
SELECT document_number, currency, amount, discount
FROM awaited_document
WHERE customer_id = $1 AND payment_id = $2 AND waiting
ORDER BY line_no;

-- name: view_duplicates_of_payment
-- Repeats of a payment's bank reference.
SELECT event_id, payment_id, currency, amount, value_date
FROM duplicate_payment
WHERE first_payment_id = $1
ORDER BY value_date, event_id
LIMIT $2;

-- name: view_open_items
-- Open items by filters, the oldest due first.
SELECT
    item_id, item_version, customer_id, company_id, document_number, currency, original_amount, open_amount,
    document_date, due_date, discount_date, discount_amount, disputed, closed_on
FROM open_item
WHERE open_amount > 0
    AND ($1::text IS NULL OR customer_id = $1)
    AND ($2::text IS NULL OR company_id = $2)
    AND ($3::date IS NULL OR due_date <= $3)
    AND ($4::date IS NULL OR (due_date, customer_id, item_id) > ($4, $5::text, $6::text))
ORDER BY due_date, customer_id, item_id
LIMIT $7;

-- name: view_customer
-- The customer's name, if the customer is known.
SELECT customer_id, name FROM customer_ledger WHERE customer_id = $1;

-- name: view_balances
-- What a customer owed and had unapplied at the end of a day, per company and currency.
SELECT company_id, currency, 'open_items' AS what, sum(change) AS amount
FROM item_movement
WHERE customer_id = $1 AND business_date <= $2
GROUP BY company_id, currency
UNION ALL
SELECT company_id, currency, account, sum(change)
FROM cash_movement
WHERE customer_id = $1 AND business_date <= $2 AND account <> 'suspense'
GROUP BY company_id, currency, account;

-- name: view_items_as_of
-- A customer's items open at the end of a day, the oldest due first.
SELECT
    i.item_id, i.document_number, i.company_id, i.currency, i.document_date, i.due_date, i.original_amount,
    m.open_amount
FROM open_item AS i
CROSS JOIN LATERAL (
    SELECT sum(change) AS open_amount
    FROM item_movement
    WHERE customer_id = i.customer_id AND item_id = i.item_id AND business_date <= $2
) AS m
WHERE i.customer_id = $1 AND i.document_date <= $2 AND (i.closed_on IS NULL OR i.closed_on > $2) AND m.open_amount > 0
ORDER BY i.due_date, i.document_number, i.item_id
LIMIT $3;

-- name: view_payments_as_of
-- Payments that were a customer's at the end of a day, the latest first, with what of them was not applied then.
SELECT
    p.payment_id, p.company_id, p.currency, p.value_date, p.amount,
    coalesce(m.unapplied, 0) AS unapplied, coalesce(m.on_account, 0) AS on_account
FROM payment AS p
CROSS JOIN LATERAL (
    SELECT
        sum(change) FILTER (WHERE account = 'unapplied') AS unapplied,
        sum(change) FILTER (WHERE account = 'on_account') AS on_account,
        (array_agg(customer_id ORDER BY seq DESC))[1] AS owner
    FROM cash_movement
    WHERE payment_id = p.payment_id AND business_date <= $2
) AS m
WHERE p.value_date <= $2 AND m.owner = $1
    AND p.payment_id IN (
        SELECT c.payment_id FROM cash_movement AS c WHERE c.customer_id = $1 AND c.business_date <= $2
    )
ORDER BY p.value_date DESC, p.payment_id DESC
LIMIT $3;

-- name: view_applications_as_of
-- What a customer's payments settled up to a day, the latest first.
SELECT
    a.application_id, a.payment_id, a.applied_on, a.currency, l.item_id, l.document_number, l.amount, l.discount,
    l.tolerance, l.deduction, l.rule, l.why, l.evidence, l.score, l.alternatives
FROM application AS a
INNER JOIN application_line AS l ON a.customer_id = l.customer_id AND a.application_id = l.application_id
WHERE a.customer_id = $1 AND a.applied_on <= $2
    AND NOT EXISTS (
        SELECT FROM application_reversal AS r
        WHERE r.customer_id = a.customer_id AND r.application_id = a.application_id AND r.reversed_on <= $2
    )
ORDER BY a.applied_on DESC, a.application_id DESC, l.line_no
LIMIT $3;
