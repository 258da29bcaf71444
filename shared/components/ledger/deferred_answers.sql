-- name: lock_journal_opening
-- One transaction at a time opens batches, or finds that a batch is not open yet.
SELECT pg_advisory_xact_lock(hashtextextended('journal opening', 0));

-- name: defer_journal_answers
-- Stores answers about batches or attempts that are not submitted yet; the same answer is stored once.
INSERT INTO deferred_journal_answer (batch_id, attempt, kind, business_date, body)
SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::date[], $5::jsonb[])
ON CONFLICT (batch_id, attempt, kind) DO NOTHING;

-- name: take_deferred_journal_answers
-- Removes and returns the deferred answers of these batches, up to the attempt each batch has reached.
DELETE FROM deferred_journal_answer AS d
USING unnest($1::text[], $2::integer[]) AS batch (batch_id, attempt)
WHERE d.batch_id = batch.batch_id AND d.attempt <= batch.attempt
RETURNING d.batch_id, d.attempt, d.kind, d.body;

-- name: list_deferred_journal_answers
-- A page of deferred answers.
SELECT batch_id, attempt, kind, business_date, body
FROM deferred_journal_answer
WHERE $1::text IS NULL OR (batch_id, attempt, kind) > ($1, $2::integer, $3::text)
ORDER BY batch_id, attempt, kind
LIMIT $4;
