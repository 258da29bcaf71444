-- name: desk_queues
-- How many entries each queue has, and what they come to per currency. A return is money out of suspense.
SELECT 'suspense' AS queue, currency, count(*) AS entries, sum(unapplied_amount) AS amount
FROM payment WHERE state = 'suspense' GROUP BY currency
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
SELECT 'deductions', currency, count(*), sum(open_amount)
FROM open_item WHERE kind = 'deduction' AND open_amount > 0 GROUP BY currency
UNION ALL
SELECT 'returns', currency, count(*), -sum(amount)
FROM payment_return WHERE state = 'waiting' GROUP BY currency
UNION ALL
SELECT 'approvals', currency, count(*), sum(amount)
FROM approval WHERE state = 'waiting' GROUP BY currency
ORDER BY 1, 2;

-- name: desk_suspense
-- Money of nobody known, the oldest first.
SELECT
    payment_id AS entry_id, customer_id, company_id, currency, unapplied_amount AS amount, held_since AS since,
    identified_by AS evidence
FROM payment
WHERE state = 'suspense' AND ($4::text IS NULL OR customer_id = $4)
    AND ($5::text IS NULL OR payment_id = $5)
    AND ($1::date IS NULL OR (held_since, payment_id) > ($1, $2::text))
ORDER BY held_since, payment_id
LIMIT $3;

-- name: desk_unmatched
-- Money of known customers that is not applied, duplicates that are held aside, the oldest first.
SELECT
    p.payment_id AS entry_id, p.customer_id, p.company_id, p.currency, p.unapplied_amount AS amount,
    p.held_since AS since, coalesce(nullif(p.note, ''), p.identified_by) AS evidence
FROM payment AS p
WHERE p.state = 'unapplied' AND ($4::text IS NULL OR p.customer_id = $4)
    AND ($5::text IS NULL OR p.payment_id = $5)
    AND ($1::date IS NULL OR (p.held_since, p.payment_id) > ($1, $2::text))
    AND NOT EXISTS (SELECT FROM held_duplicate AS h WHERE h.payment_id = p.payment_id AND h.state = 'held')
ORDER BY p.held_since, p.payment_id
LIMIT $3;

-- name: desk_duplicates
-- Payments held because they were told before, the oldest first.
SELECT
    p.payment_id AS entry_id, p.customer_id, p.company_id, p.currency, p.unapplied_amount AS amount,
    h.held_on AS since, h.evidence
FROM held_duplicate AS h
INNER JOIN payment AS p ON h.payment_id = p.payment_id
WHERE h.state = 'held' AND ($4::text IS NULL OR p.customer_id = $4)
    AND ($5::text IS NULL OR h.payment_id = $5)
    AND ($1::date IS NULL OR (h.held_on, h.payment_id) > ($1, $2::text))
ORDER BY h.held_on, h.payment_id
LIMIT $3;

-- name: desk_deductions
-- What payers kept back, the oldest first.
SELECT
    item_id AS entry_id, customer_id, company_id, currency, open_amount AS amount, document_date AS since,
    concat(document_number, ': kept back of an item by its payer') AS evidence
FROM open_item
WHERE kind = 'deduction' AND open_amount > 0 AND ($4::text IS NULL OR customer_id = $4)
    AND ($5::text IS NULL OR item_id = $5)
    AND ($1::date IS NULL OR (document_date, item_id) > ($1, $2::text))
ORDER BY document_date, item_id
LIMIT $3;

-- name: desk_returns
-- Returns whose payment nobody knows, the oldest first.
SELECT
    return_id AS entry_id, customer_id, company_id, currency, amount, value_date AS since,
    concat_ws('; ', nullif(note, ''), nullif(concat_ws(' ', reason_code, reason), '')) AS evidence
FROM payment_return
WHERE state = 'waiting' AND ($4::text IS NULL OR customer_id = $4)
    AND ($5::text IS NULL OR return_id = $5)
    AND ($1::date IS NULL OR (value_date, return_id) > ($1, $2::text))
ORDER BY value_date, return_id
LIMIT $3;

-- name: desk_approvals
-- Refunds and write-offs that wait for a second person, the oldest first.
SELECT
    approval_id AS entry_id, customer_id, company_id, currency, amount, requested_on AS since,
    concat(requested_by, ' asks for a ', replace(kind, '_', '-'), ' of ', subject, ': ', reason) AS evidence
FROM approval
WHERE state = 'waiting' AND ($4::text IS NULL OR customer_id = $4)
    AND ($5::text IS NULL OR approval_id = $5)
    AND ($1::date IS NULL OR (requested_on, approval_id) > ($1, $2::text))
ORDER BY requested_on, approval_id
LIMIT $3;

-- name: desk_payment
-- One payment, as it is.
SELECT
    payment_id, bank_reference, company_id, customer_id, stated_customer, payer_account, payer_name, currency,
    amount, unapplied_amount, state, value_date, method, remittance, held_since, movements, applications,
    awaited_lines, identified_by, note
FROM payment
WHERE payment_id = $1;

-- name: desk_items
-- Open items of customers, the oldest due first.
SELECT
    customer_id, item_id, item_version, company_id, document_number, currency, original_amount, open_amount,
    document_date, due_date, discount_date, discount_amount, discount_taken, disputed, moved_on, open_since, kind,
    terms, closed_on
FROM open_item
WHERE customer_id = ANY($1::text[]) AND open_amount > 0
ORDER BY due_date, customer_id, item_id
LIMIT $2;

-- name: desk_item
-- Whose item it is, and its version.
SELECT customer_id, item_id, item_version, document_number, currency, open_amount FROM open_item WHERE item_id = $1;

-- name: desk_return
-- One return, as it is.
SELECT return_id, customer_id, payer_account, company_id, currency, amount, value_date, note, movements
FROM payment_return
WHERE return_id = $1;

-- name: desk_approval
-- One request for approval, with the customer's payment or item.
SELECT approval_id, kind, subject, customer_id FROM approval WHERE approval_id = $1;

-- name: desk_held_duplicate
-- Which payment a held one repeats.
SELECT h.first_payment_id, h.evidence, p.state AS first_state
FROM held_duplicate AS h
INNER JOIN payment AS p ON h.first_payment_id = p.payment_id
WHERE h.payment_id = $1;

-- name: desk_payments_like_return
-- Payments that may be the one returned: same amount, company and currency, not later than the return.
SELECT
    payment_id, customer_id, value_date,
    CASE
        WHEN customer_id = $5 THEN 90
        WHEN payer_account = $6 THEN 80
        ELSE 50
    END AS score
FROM payment
WHERE company_id = $1 AND currency = $2 AND amount = $3 AND value_date BETWEEN $4::date - 120 AND $4::date
    AND state <> 'returned'
ORDER BY score DESC, value_date DESC, payment_id
LIMIT 10;

-- name: desk_steps
-- What people did with it, the latest last.
SELECT action, person, done_on, reason FROM desk_step WHERE subject = $1 ORDER BY done_on, command_id, action;

-- name: taken_by_return
-- What a return took of payments, by its last match.
SELECT payment_id, -change AS amount, currency
FROM cash_movement
WHERE cause_id = $1 AND payment_id = ANY($2::text[]);

-- name: charges_of_return
-- What was charged for a return by its last match.
SELECT customer_id, item_id FROM open_item WHERE item_id = ANY($1::text[]);

-- name: match_rate
-- Payments received in a span of days and the lines they settled, by a label: how many needed no person.
WITH received AS (
    SELECT
        p.payment_id, p.customer_id, p.method, p.company_id, p.currency, to_char(p.value_date, 'YYYY-MM') AS month,
        EXISTS (
            SELECT FROM desk_step AS s WHERE s.subject = p.payment_id
        ) OR EXISTS (
            SELECT FROM audit_entry AS e WHERE e.subject = p.payment_id
        ) AS by_person,
        p.state = 'suspense' OR (p.state = 'unapplied' AND p.awaited_lines = 0) AS waiting,
        p.method <> 'credit_memo' AS counts
    FROM payment AS p
    WHERE p.value_date BETWEEN $1 AND $2
        AND ($3::text IS NULL OR p.company_id = $3)
        AND NOT EXISTS (SELECT FROM payment_part AS s WHERE s.part_id = p.payment_id)
),
line AS (
    SELECT r.payment_id, l.rule, l.rule = 'by_hand' OR r.by_person AS by_person
    FROM received AS r
    INNER JOIN application AS a ON r.payment_id = a.payment_id
    INNER JOIN application_line AS l ON a.customer_id = l.customer_id AND a.application_id = l.application_id
    WHERE NOT EXISTS (
        SELECT FROM application_reversal AS u
        WHERE u.customer_id = a.customer_id AND u.application_id = a.application_id
    )
),
labelled AS (
    SELECT
        r.payment_id, r.by_person, r.waiting,
        CASE $4::text
            WHEN 'source' THEN r.method
            WHEN 'customer' THEN coalesce(r.customer_id, 'nobody')
            WHEN 'month' THEN r.month
            WHEN 'company' THEN r.company_id
            ELSE 'all'
        END AS label
    FROM received AS r
    WHERE r.counts
),
per_payment AS (
    SELECT
        e.label, count(*) AS envelopes,
        count(*) FILTER (WHERE NOT e.by_person AND NOT e.waiting) AS envelopes_by_rule,
        count(*) FILTER (WHERE e.waiting) AS envelopes_waiting
    FROM labelled AS e
    WHERE $4 <> 'rule'
    GROUP BY e.label
),
per_line AS (
    SELECT
        CASE WHEN $4 = 'rule' THEN l.rule ELSE e.label END AS label, count(*) AS lines,
        count(*) FILTER (WHERE NOT l.by_person) AS lines_by_rule, count(DISTINCT l.payment_id) AS payments
    FROM line AS l
    INNER JOIN labelled AS e ON l.payment_id = e.payment_id
    GROUP BY 1
)
SELECT
    coalesce(p.label, l.label) AS label, coalesce(p.envelopes, l.payments) AS envelopes,
    coalesce(p.envelopes_by_rule, 0) AS envelopes_by_rule, coalesce(p.envelopes_waiting, 0) AS envelopes_waiting,
    coalesce(l.lines, 0) AS lines, coalesce(l.lines_by_rule, 0) AS lines_by_rule
FROM per_payment AS p
FULL JOIN per_line AS l ON p.label = l.label
WHERE $5::text IS NULL OR coalesce(p.label, l.label) > $5
ORDER BY 1
LIMIT $6;

-- name: entry_postings
-- The postings of a journal entry, with the batch they went to the general ledger in.
SELECT line, business_date, debit, credit, amount, currency, document, batch_id
FROM journal_posting
WHERE customer_id = $1 AND entry_id = $2
ORDER BY line
LIMIT 2000;

-- name: entry_items
-- The changes of items that were booked with a journal entry.
SELECT m.item_id, i.document_number, i.kind, m.item_version, m.business_date, m.currency, m.change, m.cause
FROM item_movement AS m
INNER JOIN open_item AS i ON m.customer_id = i.customer_id AND m.item_id = i.item_id
WHERE m.customer_id = $1 AND m.cause_id = $2
ORDER BY m.item_id, m.item_version
LIMIT 2000;

-- name: entry_payments
-- The payments a journal entry is about: named by its postings, or by the application or reversal it books.
SELECT p.payment_id, p.bank_reference, p.customer_id, p.currency, p.amount, p.value_date, p.state
FROM payment AS p
WHERE p.payment_id IN (
    SELECT j.document FROM journal_posting AS j WHERE j.customer_id = $1 AND j.entry_id = $2
    UNION
    SELECT a.payment_id FROM application AS a WHERE a.customer_id = $1 AND a.application_id = $2
    UNION
    SELECT r.payment_id FROM application_reversal AS r
    WHERE r.customer_id = $1 AND r.application_id = regexp_replace($2, '/R$', '') AND r.reversal_id = $2
)
ORDER BY p.payment_id;

-- name: item_changes
-- How an item's open amount came about: all its dated changes.
SELECT m.item_version, m.business_date, m.currency, m.change, m.cause, m.cause_id
FROM item_movement AS m
WHERE m.customer_id = $1 AND m.item_id = $2
ORDER BY m.item_version
LIMIT 1000;
