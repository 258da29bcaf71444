-- name: insert_journal_postings
-- Appends postings; the primary key refuses an entry that was posted before.
INSERT INTO journal_posting (customer_id, entry_id, line, company_id, business_date, debit, credit, amount, currency, document)
SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::date[], $6::text[], $7::text[], $8::numeric[], $9::text[], $10::text[]);

-- name: open_journal_batches
-- Puts up to $4 unsubmitted postings of a company's days before $2 into batches, one per day and currency, summed by account.
WITH taken AS MATERIALIZED (
    SELECT p.customer_id, p.entry_id, p.line, p.business_date, p.currency, p.debit, p.credit, p.amount
    FROM journal_posting p
    WHERE p.company_id = $1 AND p.business_date < $2 AND p.batch_id IS NULL
    ORDER BY p.business_date, p.currency, p.entry_id, p.line
    LIMIT $4
    FOR UPDATE
), batch AS (
    INSERT INTO journal_batch (batch_id, company_id, currency, business_date, sequence)
    SELECT concat_ws('/', $3::text, $1::text, d.currency, to_char(d.business_date, 'YYYY-MM-DD'), s.sequence),
           $1, d.currency, d.business_date, s.sequence
    FROM (SELECT DISTINCT t.business_date, t.currency FROM taken t) d
    CROSS JOIN LATERAL (
        SELECT COALESCE(max(b.sequence), 0) + 1 AS sequence
        FROM journal_batch b
        WHERE b.company_id = $1 AND b.currency = d.currency AND b.business_date = d.business_date
    ) s
    RETURNING batch_id, business_date, currency, sequence, attempt
), assigned AS (
    UPDATE journal_posting p
    SET batch_id = batch.batch_id
    FROM taken t JOIN batch ON batch.business_date = t.business_date AND batch.currency = t.currency
    WHERE p.customer_id = t.customer_id AND p.entry_id = t.entry_id AND p.line = t.line
), total AS (
    INSERT INTO journal_batch_total (batch_id, account, debit, credit)
    SELECT batch.batch_id, side.account, sum(side.debit), sum(side.credit)
    FROM taken t
    JOIN batch ON batch.business_date = t.business_date AND batch.currency = t.currency
    CROSS JOIN LATERAL (VALUES (t.debit, t.amount, 0), (t.credit, 0, t.amount)) AS side (account, debit, credit)
    GROUP BY batch.batch_id, side.account
    RETURNING batch_id, account, debit, credit
)
SELECT batch.batch_id, batch.business_date, batch.currency, batch.sequence, batch.attempt,
       total.account, total.debit, total.credit, (SELECT count(*) FROM taken) AS postings_taken
FROM batch
JOIN total ON total.batch_id = batch.batch_id
ORDER BY batch.business_date, batch.currency, batch.sequence, total.account;

-- name: lock_journal_batches
-- The named batches, locked in key order.
SELECT batch_id, company_id, currency, business_date, sequence, attempt, state, reason, disagreement
FROM journal_batch
WHERE batch_id = ANY ($1::text[])
ORDER BY batch_id
FOR UPDATE;

-- name: journal_batch_totals
-- The submitted totals of the named batches, by account.
SELECT batch_id, account, debit, credit
FROM journal_batch_total
WHERE batch_id = ANY ($1::text[])
ORDER BY batch_id, account;

-- name: save_journal_batches
-- Saves the state of each batch after an answer or a resubmission.
UPDATE journal_batch b
SET state = s.state, attempt = s.attempt, reason = s.reason, disagreement = s.disagreement,
    submitted_at = CASE WHEN s.attempt > b.attempt THEN now() ELSE b.submitted_at END,
    answered_at = CASE WHEN s.attempt > b.attempt THEN NULL ELSE now() END
FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[]) AS s (batch_id, state, attempt, reason, disagreement)
WHERE b.batch_id = s.batch_id;

-- name: list_journal_batches
-- A page of batches, newest business date first.
SELECT batch_id, company_id, currency, business_date, sequence, attempt, state, reason, disagreement, submitted_at, answered_at
FROM journal_batch
WHERE ($1::date IS NULL OR (business_date, batch_id) < ($1, $2::text))
  AND ($4::text IS NULL OR state = $4)
  AND ($5::text IS NULL OR company_id = $5)
  AND ($6::date IS NULL OR business_date >= $6)
  AND ($7::date IS NULL OR business_date <= $7)
ORDER BY business_date DESC, batch_id DESC
LIMIT $3;

-- name: view_journal_batch
-- One batch.
SELECT batch_id, company_id, currency, business_date, sequence, attempt, state, reason, disagreement, submitted_at, answered_at
FROM journal_batch
WHERE batch_id = $1;

-- name: list_journal_batch_postings
-- A page of a batch's postings, of one account if asked for.
SELECT customer_id, entry_id, line, business_date, debit, credit, amount, currency, document
FROM journal_posting
WHERE batch_id = $1
  AND ($2::text IS NULL OR (customer_id, entry_id, line) > ($2, $3::text, $4::integer))
  AND ($6::text IS NULL OR debit = $6 OR credit = $6)
ORDER BY customer_id, entry_id, line
LIMIT $5;

-- name: journal_trial_balance
-- Debits and credits per company, currency and account up to day $1, or else up to the day of each company: the totals of batches, and postings that are in no batch yet.
SELECT movement.company_id, movement.currency, movement.account, sum(movement.debit) AS debit, sum(movement.credit) AS credit
FROM (
    SELECT b.company_id, b.currency, t.account, t.debit, t.credit
    FROM journal_batch b
    JOIN journal_batch_total t ON t.batch_id = b.batch_id
    LEFT JOIN company_day d ON d.company_id = b.company_id
    WHERE b.business_date <= coalesce($1::date, d.business_date, $3::date)
    UNION ALL
    SELECT p.company_id, p.currency, side.account, side.debit, side.credit
    FROM journal_posting p
    CROSS JOIN LATERAL (VALUES (p.debit, p.amount, 0), (p.credit, 0, p.amount)) AS side (account, debit, credit)
    LEFT JOIN company_day d ON d.company_id = p.company_id
    WHERE p.batch_id IS NULL AND p.business_date <= coalesce($1::date, d.business_date, $3::date)
) movement
WHERE ($2::text IS NULL OR movement.company_id = $2)
GROUP BY movement.company_id, movement.currency, movement.account
ORDER BY movement.company_id, movement.currency, movement.account;
