-- name: view_balances
-- What a customer owed and had unapplied at the end of a day, or of each company's own day, per company and currency.
SELECT company_id, currency, 'open_items' AS what, sum(change) AS amount
FROM item_movement
LEFT JOIN company_day AS d USING (company_id)
WHERE customer_id = $1 AND item_movement.business_date <= coalesce($2, d.business_date, $3)
GROUP BY company_id, currency
UNION ALL
SELECT company_id, currency, account, sum(change)
FROM cash_movement
LEFT JOIN company_day AS d USING (company_id)
WHERE customer_id = $1 AND cash_movement.business_date <= coalesce($2, d.business_date, $3) AND account <> 'suspense'
GROUP BY company_id, currency, account;

-- name: view_items_as_of
-- A customer's items open at the end of a day, the oldest due first.
SELECT
    i.item_id, i.document_number, i.company_id, i.currency, i.document_date, i.due_date, i.original_amount,
    m.open_amount
FROM open_item AS i
LEFT JOIN company_day AS d ON i.company_id = d.company_id
CROSS JOIN LATERAL (SELECT coalesce($2, d.business_date, $4) AS as_of) AS shown
CROSS JOIN LATERAL (
    SELECT sum(change) AS open_amount
    FROM item_movement
    WHERE customer_id = i.customer_id AND item_id = i.item_id AND business_date <= shown.as_of
) AS m
WHERE i.customer_id = $1 AND i.document_date <= shown.as_of AND (i.closed_on IS NULL OR i.closed_on > shown.as_of)
    AND m.open_amount > 0
ORDER BY i.due_date, i.document_number, i.item_id
LIMIT $3;

-- name: view_payments_as_of
-- Payments that were a customer's at the end of a day, the latest first, with what of them was not applied then.
SELECT
    p.payment_id, p.company_id, p.currency, p.value_date, p.amount,
    coalesce(m.unapplied, 0) AS unapplied, coalesce(m.on_account, 0) AS on_account
FROM payment AS p
LEFT JOIN company_day AS d ON p.company_id = d.company_id
CROSS JOIN LATERAL (SELECT coalesce($2, d.business_date, $4) AS as_of) AS shown
CROSS JOIN LATERAL (
    SELECT
        sum(change) FILTER (WHERE account = 'unapplied') AS unapplied,
        sum(change) FILTER (WHERE account = 'on_account') AS on_account,
        (array_agg(customer_id ORDER BY seq DESC))[1] AS owner
    FROM cash_movement
    WHERE payment_id = p.payment_id AND business_date <= shown.as_of
) AS m
WHERE p.value_date <= shown.as_of AND m.owner = $1
    AND p.payment_id IN (SELECT c.payment_id FROM cash_movement AS c WHERE c.customer_id = $1)
ORDER BY p.value_date DESC, p.payment_id DESC
LIMIT $3;

-- name: view_applications_as_of
-- What a customer's payments settled up to a day, the latest first.
SELECT
    a.application_id, a.payment_id, a.applied_on, a.currency, l.item_id, l.document_number, l.amount, l.discount,
    (SELECT coalesce(sum((part ->> 1)::numeric), 0) FROM jsonb_array_elements(l.discount_taxes) AS part) AS discount_tax,
    l.tolerance, l.deduction, l.rule, l.why, l.evidence, l.score, l.alternatives
FROM application AS a
INNER JOIN application_line AS l ON a.customer_id = l.customer_id AND a.application_id = l.application_id
LEFT JOIN company_day AS d ON a.company_id = d.company_id
CROSS JOIN LATERAL (SELECT coalesce($2, d.business_date, $4) AS as_of) AS shown
WHERE a.customer_id = $1 AND a.applied_on <= shown.as_of
    AND a.amount > (
        SELECT coalesce(sum(r.amount), 0) FROM application_reversal AS r
        WHERE r.customer_id = a.customer_id AND r.application_id = a.application_id AND r.reversed_on <= shown.as_of
    )
ORDER BY a.applied_on DESC, a.application_id DESC, l.line_no
LIMIT $3;

-- name: match_rate
-- Payments received in a period and the lines they settled, by a label: how many needed no person.
WITH received AS (
    SELECT
        p.payment_id, p.customer_id, p.method, p.company_id, p.currency, to_char(p.value_date, 'YYYY-MM') AS month,
        EXISTS (
            SELECT FROM clerk_action AS s WHERE s.subject = p.payment_id
        ) OR EXISTS (
            SELECT FROM audit_entry AS e WHERE e.subject = p.payment_id
        ) AS by_person,
        p.state = 'suspense' OR (p.state = 'unapplied' AND p.pending_documents = 0) AS waiting,
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
    WHERE a.amount > (
        SELECT coalesce(sum(u.amount), 0) FROM application_reversal AS u
        WHERE u.customer_id = a.customer_id AND u.application_id = a.application_id
    )
),
labelled AS (
    SELECT
        r.payment_id, r.by_person, r.waiting,
        CASE $4::text
            WHEN 'source' THEN r.method
            WHEN 'customer' THEN coalesce(r.customer_id, 'unidentified')
            WHEN 'month' THEN r.month
            WHEN 'company' THEN r.company_id
            ELSE 'all'
        END AS label
    FROM received AS r
    WHERE r.counts
),
per_payment AS (
    SELECT
        e.label, count(*) AS payments,
        count(*) FILTER (WHERE NOT e.by_person AND NOT e.waiting) AS payments_by_rule,
        count(*) FILTER (WHERE e.waiting) AS payments_waiting
    FROM labelled AS e
    WHERE $4 <> 'rule'
    GROUP BY e.label
),
per_line AS (
    SELECT
        CASE WHEN $4 = 'rule' THEN l.rule ELSE e.label END AS label, count(*) AS lines,
        count(*) FILTER (WHERE NOT l.by_person) AS lines_by_rule, count(DISTINCT l.payment_id) AS payments,
        count(DISTINCT l.payment_id) FILTER (WHERE NOT e.by_person AND NOT e.waiting) AS payments_by_rule
    FROM line AS l
    INNER JOIN labelled AS e ON l.payment_id = e.payment_id
    GROUP BY 1
)
SELECT
    coalesce(p.label, l.label) AS label, coalesce(p.payments, l.payments) AS payments,
    coalesce(p.payments_by_rule, l.payments_by_rule) AS payments_by_rule, coalesce(p.payments_waiting, 0) AS payments_waiting,
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
    WHERE r.customer_id = $1 AND r.reversal_id = $2
)
ORDER BY p.payment_id;
