-- name: documents_known
-- Whose documents are known under these keys, what is open on them, and what closes them less their discount.
SELECT
    company_id, document_key, customer_id, currency, open_amount,
    open_amount - least(open_amount, discount_amount - discount_taken) AS net_amount
FROM open_item
WHERE document_key = ANY($1::text[])
ORDER BY company_id, document_key, customer_id, item_id;

-- name: holders_of_accounts
-- Customers known to pay from these accounts, from the master data or taught by a clerk.
SELECT asked.payer_account, p.customer_id
FROM unnest($1::text[]) AS asked (payer_account)
INNER JOIN payer_account AS p ON account_key(p.payer_account) = account_key(asked.payer_account)
UNION
SELECT asked.payer_account, l.customer_id
FROM unnest($1::text[]) AS asked (payer_account)
INNER JOIN payer_lesson AS l
    ON l.kind = 'account' AND l.key = account_key(asked.payer_account) AND l.revoked_at IS NULL;

-- name: customers_taught
-- Customers whom clerks assigned money of payers with these names to.
SELECT key, customer_id
FROM payer_lesson
WHERE kind = 'alias' AND key = ANY($1::text[]) AND revoked_at IS NULL;

-- name: customers_named_like
-- Customers who share a word, a pair of words, or the beginning or end of one with these names. What more than $3
-- customers share tells nobody apart and is not looked up.
SELECT DISTINCT shared.name_no, l.customer_id, l.name
FROM (
    SELECT asked.name_no, t.customer_id, count(*) OVER (PARTITION BY asked.name_no, asked.token) AS holders
    FROM unnest($1::integer[], $2::text[]) AS asked (name_no, token)
    CROSS JOIN LATERAL (
        SELECT n.customer_id FROM customer_name_token AS n WHERE n.token = asked.token ORDER BY n.customer_id LIMIT $3 + 1
    ) AS t
) AS shared
INNER JOIN customer_ledger AS l ON shared.customer_id = l.customer_id
WHERE shared.holders <= $3 AND l.name IS NOT NULL
ORDER BY shared.name_no, l.customer_id;

-- name: forget_name_tokens
-- Words of names that these customers had.
DELETE FROM customer_name_token WHERE customer_id = ANY($1::text[]);

-- name: insert_name_tokens
-- What customers are looked up by when a payer writes a name.
INSERT INTO customer_name_token (token, customer_id)
SELECT listed.token, listed.customer_id
FROM unnest($1::text[], $2::text[]) AS listed (token, customer_id)
ORDER BY listed.token, listed.customer_id
ON CONFLICT (token, customer_id) DO NOTHING;

-- name: teach
-- What a clerk taught by an assignment; what is known so already is not taught again.
INSERT INTO payer_lesson (kind, key, written, customer_id, payment_id, taught_by)
SELECT taught.kind, CASE taught.kind WHEN 'account' THEN account_key(taught.key) ELSE taught.key END, taught.written,
    $4, $5, $6
FROM unnest($1::text[], $2::text[], $3::text[]) AS taught (kind, key, written)
ON CONFLICT (kind, key, customer_id) WHERE revoked_at IS NULL DO NOTHING;

-- name: revoke_lesson
-- A lesson no longer holds from now on.
UPDATE payer_lesson SET revoked_by = $2, revoked_at = now()
WHERE lesson_id = $1 AND revoked_at IS NULL
RETURNING lesson_id, kind, written, customer_id;

-- name: view_lessons
-- What clerks taught, the latest first.
SELECT lesson_id, kind, written, customer_id, payment_id, taught_by, taught_at, revoked_by, revoked_at
FROM payer_lesson
WHERE ($1::text IS NULL OR customer_id = $1)
    AND ($2::text IS NULL OR kind = $2)
    AND ($3::boolean OR revoked_at IS NULL)
    AND ($4::bigint IS NULL OR lesson_id < $4)
ORDER BY lesson_id DESC
LIMIT $5;

-- name: forget_candidates
-- Candidates of payments as of an earlier look.
DELETE FROM payer_candidate WHERE payment_id = ANY($1::text[]);

-- name: insert_candidates
-- Who may have paid money in suspense.
INSERT INTO payer_candidate (payment_id, rank, customer_id, score, evidence)
SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::integer[], $5::text[]);

-- name: view_candidates
-- Who may have paid these payments, the likeliest first.
SELECT payment_id, rank, customer_id, score, evidence
FROM payer_candidate
WHERE payment_id = ANY($1::text[])
ORDER BY payment_id, rank;

-- name: set_exchange_rates
-- Dated rates; an older version of the same day is ignored.
INSERT INTO exchange_rate (from_currency, to_currency, valid_from, version, rate)
SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::integer[], $5::numeric[])
ON CONFLICT (from_currency, to_currency, valid_from) DO UPDATE SET version = excluded.version, rate = excluded.rate
WHERE exchange_rate.version < excluded.version;

-- name: rates_on
-- The rates in force on days.
SELECT asked.from_currency, asked.to_currency, asked.day, r.rate
FROM unnest($1::text[], $2::text[], $3::date[]) AS asked (from_currency, to_currency, day)
CROSS JOIN LATERAL (
    SELECT rate FROM exchange_rate
    WHERE from_currency = asked.from_currency AND to_currency = asked.to_currency AND valid_from <= asked.day
    ORDER BY valid_from DESC
    LIMIT 1
) AS r;
