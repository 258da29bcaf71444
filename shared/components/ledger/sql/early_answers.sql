-- name: lock_journal_opening
-- Batches are opened, or found not to be open yet, by one transaction at a time.
SELECT pg_advisory_xact_lock(hashtextextended('journal opening', 0));

-- name: insert_early_journal_answers
-- Answers about batches or attempts that are yet to be submitted; one told twice waits once.
INSERT INTO early_journal_answer (batch_id, attempt, kind, business_date, body)
SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::date[], $5::jsonb[])
ON CONFLICT (batch_id, attempt, kind) DO NOTHING;

-- name: take_early_journal_answers
-- What waits for these batches, up to the attempt that each has come to, taken off the list.
DELETE FROM early_journal_answer AS e
USING unnest($1::text[], $2::integer[]) AS batch (batch_id, attempt)
WHERE e.batch_id = batch.batch_id AND e.attempt <= batch.attempt
RETURNING e.batch_id, e.attempt, e.kind, e.body;

-- name: list_early_journal_answers
-- A page of answers that wait for their batch or attempt.
SELECT batch_id, attempt, kind, business_date, body
FROM early_journal_answer
WHERE $1::text IS NULL OR (batch_id, attempt, kind) > ($1, $2::integer, $3::text)
ORDER BY batch_id, attempt, kind
LIMIT $4;
