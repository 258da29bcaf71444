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
