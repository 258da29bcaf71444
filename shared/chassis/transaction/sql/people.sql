-- name: claim_idempotency_key
-- Claims the key for this transaction; no row where it was used before. A concurrent repeat waits here.
INSERT INTO idempotency_key (person, request, key, command_id, body_sha256)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (person, request, key) DO NOTHING
RETURNING command_id;

-- name: keep_answer
-- Keeps the answer of the claimed key, for repeats.
UPDATE idempotency_key SET status = $4, answer = $5::text::json
WHERE person = $1 AND request = $2 AND key = $3;

-- name: kept_answer
-- The answer given when the key was used first.
SELECT body_sha256, status, answer::text AS answer
FROM idempotency_key
WHERE person = $1 AND request = $2 AND key = $3;

-- name: prune_idempotency_keys
-- Forgets keys older than anybody repeats a request.
DELETE FROM idempotency_key WHERE created_at < now() - make_interval(days => $1);

-- name: insert_audit_entry
-- Records who changed what, from what to what.
INSERT INTO audit_entry (person, roles, action, subject, before, after, command_id, correlation_id)
SELECT a.person, string_to_array(a.roles, ','), a.action, a.subject, a.before::jsonb, a.after::jsonb, a.command_id, a.correlation_id
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::uuid[])
    WITH ORDINALITY AS a (person, roles, action, subject, before, after, command_id, correlation_id, n)
ORDER BY a.n;

-- name: list_audit_entries
-- The newest audit entries before a position that match the filters.
SELECT entry_id, at, person, roles, action, subject, before::text AS before, after::text AS after, command_id, correlation_id
FROM audit_entry
WHERE ($1::bigint IS NULL OR entry_id < $1)
  AND ($3::text IS NULL OR subject = $3)
  AND ($4::text IS NULL OR person = $4)
  AND ($5::text IS NULL OR action = $5)
  AND ($6::date IS NULL OR at >= $6::date)
  AND ($7::date IS NULL OR at < $7::date + 1)
ORDER BY entry_id DESC
LIMIT $2;

-- name: load_policy_versions
-- Every version of the named policies, oldest first.
SELECT name, version, valid_from, document::text AS document, set_by, set_at, reason
FROM policy_version
WHERE name = ANY ($1::text[])
ORDER BY name, version;

-- name: lock_policy
-- Lets one person at a time change the policy, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('policy/' || $1::text, 0));

-- name: insert_policy_version
-- Adds the policy's next version.
INSERT INTO policy_version (name, version, valid_from, document, set_by, reason)
SELECT $1, COALESCE(max(p.version), 0) + 1, $2, $3::text::jsonb, $4, $5
FROM policy_version p
WHERE p.name = $1
RETURNING version, set_at;
