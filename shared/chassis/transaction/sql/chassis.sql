-- name: claim_events
-- Claims events for this transaction; those handled before, or waiting as dead letters, are not returned.
INSERT INTO inbox (event_id, topic)
SELECT e.event_id, e.topic
FROM unnest($1::uuid[], $2::text[]) AS e (event_id, topic)
WHERE NOT EXISTS (SELECT 1 FROM dead_letter d WHERE d.event_id = e.event_id AND d.replayed_at IS NULL)
ORDER BY e.event_id
ON CONFLICT (event_id) DO NOTHING
RETURNING event_id;

-- name: last_business_days
-- The last business day that each company has begun.
SELECT company_id, business_date FROM company_day;

-- name: insert_business_days
-- Remembers business days and opens their daily runs.
WITH day AS (
    INSERT INTO business_day (company_id, business_date)
    SELECT d.company_id, d.business_date FROM unnest($1::text[], $2::date[]) AS d (company_id, business_date)
    ON CONFLICT (business_date, company_id) DO NOTHING
    RETURNING company_id, business_date
), last AS (
    INSERT INTO company_day (company_id, business_date)
    SELECT company_id, max(business_date) FROM day GROUP BY company_id ORDER BY company_id
    ON CONFLICT (company_id) DO UPDATE SET business_date = greatest(company_day.business_date, excluded.business_date)
)
INSERT INTO daily_run (name, company_id, business_date)
SELECT n.name, day.company_id, day.business_date FROM day CROSS JOIN unnest($3::text[]) AS n (name)
ORDER BY n.name, day.business_date, day.company_id
ON CONFLICT (name, business_date, company_id) DO NOTHING;

-- name: due_daily_runs
-- The names of the runs that are not finished.
SELECT DISTINCT name FROM daily_run WHERE finished_at IS NULL;

-- name: claim_daily_run
-- The oldest unfinished run of a name, unless another replica works on it: days are done in order.
SELECT r.company_id, r.business_date, r.after
FROM daily_run r
WHERE r.name = $1 AND r.finished_at IS NULL
  AND pg_try_advisory_xact_lock(hashtextextended('daily_run/' || $1, 0))
ORDER BY r.business_date, r.company_id
LIMIT 1
FOR UPDATE;

-- name: advance_daily_run
-- Remembers how far a run got; finished when there is no further key.
UPDATE daily_run
SET after = COALESCE($4, after), chunks = chunks + 1, finished_at = CASE WHEN $4::text IS NULL THEN now() END
WHERE name = $1 AND company_id = $2 AND business_date = $3;

-- name: insert_outbox
-- Queues events for publication, in the order in which they were emitted.
INSERT INTO outbox (event_id, topic, key, type, subject, occurred_at, correlation_id, causation_id, traceparent, body, extra_headers)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::uuid[], $8::uuid[], $9::text[], $10::bytea[], $11::jsonb[]);

-- name: read_outbox
-- The next events to publish: only those older than every running transaction, so that none is overtaken.
SELECT id, event_id, topic, key, type, subject, occurred_at, correlation_id, causation_id, traceparent, body, extra_headers
FROM outbox
WHERE transaction_id < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY id
LIMIT $1;

-- name: delete_outbox
-- Forgets events the broker has acknowledged.
DELETE FROM outbox WHERE id IN (SELECT * FROM unnest($1::bigint[]));

-- name: outbox_waiting
-- Whether anything waits for publication, those events included that running transactions still hold back.
SELECT EXISTS (SELECT 1 FROM outbox);

-- name: outbox_depth
-- How many events wait for publication and how long the oldest has.
SELECT count(*) AS depth, COALESCE(EXTRACT(EPOCH FROM now() - min(occurred_at)), 0)::float8 AS age_seconds FROM outbox;

-- name: idle
-- Whether nothing waits to be published or run; and how many chunks of the runs that are not finished are done.
SELECT NOT EXISTS (SELECT 1 FROM outbox) AS outbox_empty,
       NOT EXISTS (SELECT 1 FROM daily_run WHERE finished_at IS NULL) AS runs_finished,
       (SELECT COALESCE(sum(chunks), 0) FROM daily_run WHERE finished_at IS NULL) AS chunks_done;

-- name: insert_dead_letters
-- Keeps records that could not be handled; a repeat counts as a further attempt.
INSERT INTO dead_letter (event_id, topic, "partition", "offset", key, headers, body, error, reason, attempts)
SELECT d.event_id, d.topic, d."partition", d."offset", d.key, d.headers, d.body, d.error, d.reason, d.attempts
FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::bigint[], $5::bytea[], $6::jsonb[], $7::bytea[], $8::text[], $9::text[], $10::integer[])
    AS d (event_id, topic, "partition", "offset", key, headers, body, error, reason, attempts)
ORDER BY d.event_id
ON CONFLICT (event_id) DO UPDATE
SET attempts = dead_letter.attempts + excluded.attempts, last_at = now(), error = excluded.error, reason = excluded.reason;

-- name: list_dead_letters
-- Dead letters not yet replayed, a page in id order.
SELECT event_id, topic, "partition", "offset", error, reason, attempts, first_at, last_at, replayed_at, replayed_by
FROM dead_letter
WHERE replayed_at IS NULL AND ($1::uuid IS NULL OR event_id > $1) AND ($3::text IS NULL OR topic = $3)
ORDER BY event_id
LIMIT $2;

-- name: view_dead_letter
-- One dead letter, whole.
SELECT event_id, topic, "partition", "offset", key, headers, body, error, reason, attempts, first_at, last_at, replayed_at, replayed_by
FROM dead_letter
WHERE event_id = $1;

-- name: take_dead_letter
-- Takes a dead letter for a replay, so that two replays of it follow each other.
SELECT event_id, topic, "partition", "offset", key, headers, body, replayed_at FROM dead_letter WHERE event_id = $1 FOR UPDATE;

-- name: mark_replayed
-- The dead letter was handled after all.
UPDATE dead_letter SET replayed_at = now(), replayed_by = $2 WHERE event_id = $1;

-- name: count_dead_letters
-- How many dead letters wait for a person.
SELECT count(*) FROM dead_letter WHERE replayed_at IS NULL;

-- name: prune_inbox
-- Forgets event ids older than Kafka keeps events.
DELETE FROM inbox WHERE handled_at < now() - make_interval(days => $1);
