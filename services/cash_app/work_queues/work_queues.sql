-- name: queue_totals
-- How many entries each queue has, and their sum per currency. A return is money out of suspense.
SELECT 'suspense' AS queue, p.currency, count(*) AS entries, sum(p.unapplied_amount) AS amount
FROM payment AS p
WHERE p.state = 'suspense'
    AND NOT EXISTS (SELECT FROM held_duplicate AS h WHERE h.payment_id = p.payment_id AND h.state = 'held')
GROUP BY p.currency
UNION ALL
SELECT 'unmatched', p.currency, count(*), sum(p.unapplied_amount)
FROM payment AS p
WHERE p.state = 'unapplied'
    AND NOT EXISTS (SELECT FROM held_duplicate AS h WHERE h.payment_id = p.payment_id AND h.state = 'held')
GROUP BY p.currency
UNION ALL
SELECT 'duplicates', p.currency, count(*), sum(p.unapplied_amount)
FROM held_duplicate AS h INNER JOIN payment AS p ON h.payment_id = p.payment_id
WHERE h.state = 'held' GROUP BY p.currency
UNION ALL
SELECT 'on_account', currency, count(*), sum(unapplied_amount)
FROM payment WHERE state = 'on_account' GROUP BY currency
UNION ALL
SELECT 'deductions', currency, count(*), sum(open_amount)
FROM open_item WHERE kind = 'deduction' AND open_amount > 0 GROUP BY currency
UNION ALL
SELECT 'returns', currency, count(*), -sum(amount)
FROM payment_return WHERE state = 'waiting' GROUP BY currency
UNION ALL
SELECT 'advices', currency, count(*), sum(amount)
FROM remittance_advice WHERE needs_review GROUP BY currency
UNION ALL
SELECT 'approvals', currency, count(*), sum(amount)
FROM approval WHERE state = 'pending' GROUP BY currency
ORDER BY 1, 2;

-- name: queue_suspense
-- Money whose customer is not identified, without held duplicates, the oldest first.
SELECT
    p.payment_id AS entry_id, p.customer_id, p.company_id, p.currency, p.unapplied_amount AS amount,
    p.held_since AS since, p.identified_by
FROM payment AS p
WHERE p.state = 'suspense' AND ($4::text IS NULL OR p.customer_id = $4)
    AND ($6::text IS NULL OR p.company_id = $6)
    AND ($5::text IS NULL OR p.payment_id = $5)
    AND ($1::date IS NULL OR (p.held_since, p.payment_id) > ($1, $2::text))
    AND NOT EXISTS (SELECT FROM held_duplicate AS h WHERE h.payment_id = p.payment_id AND h.state = 'held')
ORDER BY p.held_since, p.payment_id
LIMIT $3;

-- name: queue_unmatched
-- Unapplied money of known customers, without held duplicates, the oldest first.
SELECT
    p.payment_id AS entry_id, p.customer_id, p.company_id, p.currency, p.unapplied_amount AS amount,
    p.held_since AS since, p.note, p.identified_by
FROM payment AS p
WHERE p.state = 'unapplied' AND ($4::text IS NULL OR p.customer_id = $4)
    AND ($6::text IS NULL OR p.company_id = $6)
    AND ($5::text IS NULL OR p.payment_id = $5)
    AND ($1::date IS NULL OR (p.held_since, p.payment_id) > ($1, $2::text))
    AND NOT EXISTS (SELECT FROM held_duplicate AS h WHERE h.payment_id = p.payment_id AND h.state = 'held')
ORDER BY p.held_since, p.payment_id
LIMIT $3;

-- name: queue_duplicates
-- Possible duplicates that are held, the oldest first.
SELECT
    p.payment_id AS entry_id, p.customer_id, p.company_id, p.currency, p.unapplied_amount AS amount,
    h.held_on AS since, h.evidence AS held_because
FROM held_duplicate AS h
INNER JOIN payment AS p ON h.payment_id = p.payment_id
WHERE h.state = 'held' AND ($4::text IS NULL OR p.customer_id = $4)
    AND ($6::text IS NULL OR p.company_id = $6)
    AND ($5::text IS NULL OR h.payment_id = $5)
    AND ($1::date IS NULL OR (h.held_on, h.payment_id) > ($1, $2::text))
ORDER BY h.held_on, h.payment_id
LIMIT $3;

-- name: queue_on_account
-- Credit of customers that is not used yet, the oldest first.
SELECT
    payment_id AS entry_id, customer_id, company_id, currency, unapplied_amount AS amount, held_since AS since,
    note, identified_by
FROM payment
WHERE state = 'on_account' AND ($4::text IS NULL OR customer_id = $4)
    AND ($6::text IS NULL OR company_id = $6)
    AND ($5::text IS NULL OR payment_id = $5)
    AND ($1::date IS NULL OR (held_since, payment_id) > ($1, $2::text))
ORDER BY held_since, payment_id
LIMIT $3;

-- name: queue_deductions
-- What payers deducted and why, the oldest first.
SELECT
    i.item_id AS entry_id, i.customer_id, i.company_id, i.currency, i.open_amount AS amount, i.document_date AS since,
    i.document_number, d.why,
    coalesce(d.reason, 'unknown') AS reason_code
FROM open_item AS i
LEFT JOIN deduction AS d ON i.customer_id = d.customer_id AND i.item_id = d.deduction_id
WHERE i.kind = 'deduction' AND i.open_amount > 0 AND ($4::text IS NULL OR i.customer_id = $4)
    AND ($6::text IS NULL OR i.company_id = $6)
    AND ($5::text IS NULL OR i.item_id = $5)
    AND ($1::date IS NULL OR (i.document_date, i.item_id) > ($1, $2::text))
ORDER BY i.document_date, i.item_id
LIMIT $3;

-- name: queue_returns
-- Returns whose payment is not known, the oldest first.
SELECT
    return_id AS entry_id, customer_id, company_id, currency, amount, value_date AS since,
    note, reason,
    nullif(reason_code, '') AS reason_code
FROM payment_return
WHERE state = 'waiting' AND ($4::text IS NULL OR customer_id = $4)
    AND ($6::text IS NULL OR company_id = $6)
    AND ($5::text IS NULL OR return_id = $5)
    AND ($1::date IS NULL OR (value_date, return_id) > ($1, $2::text))
ORDER BY value_date, return_id
LIMIT $3;

-- name: queue_advices
-- Remittance advice that arrived after a person had decided about its money, the oldest first.
SELECT
    a.advice_id AS entry_id, p.customer_id, a.company_id, a.currency, a.amount, a.advised_on AS since,
    a.payment_id, a.note
FROM remittance_advice AS a
INNER JOIN payment AS p ON a.payment_id = p.payment_id
WHERE a.needs_review AND ($4::text IS NULL OR p.customer_id = $4)
    AND ($6::text IS NULL OR a.company_id = $6)
    AND ($5::text IS NULL OR a.advice_id = $5)
    AND ($1::date IS NULL OR (a.advised_on, a.advice_id) > ($1, $2::text))
ORDER BY a.advised_on, a.advice_id
LIMIT $3;

-- name: queue_approvals
-- Refunds and write-offs that a second person has to decide, the oldest first.
SELECT
    approval_id AS entry_id, customer_id, company_id, currency, amount, requested_on AS since,
    requested_by, kind, subject, reason
FROM approval
WHERE state = 'pending' AND ($4::text IS NULL OR customer_id = $4)
    AND ($6::text IS NULL OR company_id = $6)
    AND ($5::text IS NULL OR approval_id = $5)
    AND ($1::date IS NULL OR (requested_on, approval_id) > ($1, $2::text))
ORDER BY requested_on, approval_id
LIMIT $3;

-- name: failed_events
-- Events about money that could not be handled, a page in id order.
SELECT
    event_id, substring(topic FROM '(PaymentReceived|PaymentReturned|RemittanceAdvised|CreditMemoPosted)$') AS event_type,
    body, reason, attempts, first_at
FROM dead_letter
WHERE replayed_at IS NULL AND topic ~ '(PaymentReceived|PaymentReturned|RemittanceAdvised|CreditMemoPosted)$'
    AND ($1::uuid IS NULL OR event_id > $1)
ORDER BY event_id
LIMIT $2;

-- name: queue_payment
-- One payment, as it is.
SELECT
    payment_id, bank_reference, company_id, customer_id, stated_customer, payer_account, payer_name, currency,
    amount, unapplied_amount, state, value_date, method, remittance, held_since, movements, applications,
    pending_documents, identified_by, note, received_with, document_number, details, remittance_note, trace_number,
    bank_references, origin
FROM payment
WHERE payment_id = $1;

-- name: closed_orders_of_payment
-- Orders that a payment waits for and of which nothing more will be invoiced.
SELECT document_number, order_closed_on
FROM pending_document
WHERE customer_id = $1 AND payment_id = $2 AND waiting AND order_closed_on IS NOT NULL
ORDER BY line_no;

-- name: queue_items
-- Open items of customers, the oldest due first.
SELECT
    customer_id, item_id, item_version, company_id, document_number, currency, original_amount, open_amount,
    document_date, due_date, discount_date, discount_amount, discount_taken, disputed, moved_on, open_since, kind,
    terms, order_id, customer_reference, credited, deducted, tolerated, written_off, given_back, taxes, deducted_from,
    written_off_on, closed_on,
    original_amount - credited - deducted - tolerated - written_off - given_back AS discountable
FROM open_item
WHERE customer_id = ANY($1::text[]) AND open_amount > 0
ORDER BY due_date, customer_id, item_id
LIMIT $2;

-- name: queue_item
-- The customer and version of an item.
SELECT customer_id, item_id, item_version, document_number, currency, open_amount FROM open_item WHERE item_id = $1;

-- name: queue_return
-- One return, as it is.
SELECT return_id, customer_id, payer_account, company_id, currency, amount, value_date, note, movements
FROM payment_return
WHERE return_id = $1;

-- name: queue_approval
-- One request for approval, with the customer's payment or item.
SELECT approval_id, kind, subject, customer_id FROM approval WHERE approval_id = $1;

-- name: queue_held_duplicate
-- The payment that a held one may repeat.
SELECT h.first_payment_id, h.evidence, p.state AS first_state
FROM held_duplicate AS h
INNER JOIN payment AS p ON h.first_payment_id = p.payment_id
WHERE h.payment_id = $1;

-- name: payments_like_return
-- Payments that may be the returned one: same amount, company and currency, not later than the return and at most $7
-- days before it; those of the same customer first, then those of the same account.
SELECT payment_id, customer_id, value_date, same_customer, same_account
FROM (
    SELECT
        payment_id, customer_id, value_date, coalesce(customer_id = $5, false) AS same_customer,
        coalesce(payer_account = $6, false) AS same_account
    FROM payment
    WHERE company_id = $1 AND currency = $2 AND amount = $3
        AND value_date BETWEEN $4::date - $7::integer AND $4::date AND state NOT IN ('returned', 'repeat')
) AS candidate
ORDER BY same_customer DESC, (same_account AND NOT same_customer) DESC, value_date DESC, payment_id
LIMIT 10;

-- name: payment_of_advice
-- The payment of an advice, and the advised lines.
SELECT payment_id, currency, lines FROM remittance_advice WHERE advice_id = $1;

-- name: clerk_actions
-- What people did with it, the latest last.
SELECT action, person, done_on, reason FROM clerk_action WHERE subject = $1 ORDER BY done_on, command_id, action;
