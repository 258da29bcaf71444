-- name: delete_payer_accounts
-- Accounts that these customers no longer pay from: all of theirs that are not listed.
DELETE FROM payer_account AS p
WHERE p.customer_id = ANY($1::text[])
    AND NOT EXISTS (
        SELECT FROM unnest($2::text[], $3::text[]) AS listed (payer_account, customer_id)
        WHERE listed.payer_account = p.payer_account AND listed.customer_id = p.customer_id
    );

-- name: add_payer_accounts
-- Accounts that customers pay from.
INSERT INTO payer_account (payer_account, customer_id)
SELECT listed.payer_account, listed.customer_id
FROM unnest($1::text[], $2::text[]) AS listed (payer_account, customer_id)
ORDER BY listed.payer_account, listed.customer_id
ON CONFLICT (payer_account, customer_id) DO NOTHING;

-- name: holders_of_accounts
-- Customers known to pay from these accounts, by master data or by a clerk's assignment. The account of a customer that
-- is billed to another one is the other one's.
SELECT asked.payer_account, coalesce(c.bill_to_id, p.customer_id) AS customer_id
FROM unnest($1::text[]) AS asked (payer_account)
INNER JOIN payer_account AS p ON account_key(p.payer_account) = account_key(asked.payer_account)
INNER JOIN customer_ledger AS c ON p.customer_id = c.customer_id
UNION
SELECT asked.payer_account, l.customer_id
FROM unnest($1::text[]) AS asked (payer_account)
INNER JOIN payer_alias AS l
    ON l.kind = 'account' AND l.key = account_key(asked.payer_account) AND l.revoked_at IS NULL;

-- name: customers_by_alias
-- Customers to whom clerks assigned money of payers with these names.
SELECT key, customer_id
FROM payer_alias
WHERE kind = 'name' AND key = ANY($1::text[]) AND revoked_at IS NULL;

-- name: customers_named_like
-- Customers who share a word, a pair of words, or the beginning or end of a word with these names. What more than $3
-- customers share does not distinguish them and is not looked up.
SELECT DISTINCT shared.name_no, coalesce(l.bill_to_id, l.customer_id) AS customer_id, l.name
FROM (
    SELECT asked.name_no, t.customer_id, count(*) OVER (PARTITION BY asked.name_no, asked.token) AS holders
    FROM unnest($1::integer[], $2::text[]) AS asked (name_no, token)
    CROSS JOIN LATERAL (
        SELECT n.customer_id FROM customer_name_token AS n WHERE n.token = asked.token ORDER BY n.customer_id LIMIT $3 + 1
    ) AS t
) AS shared
INNER JOIN customer_ledger AS l ON shared.customer_id = l.customer_id
WHERE shared.holders <= $3 AND l.name IS NOT NULL
ORDER BY shared.name_no, customer_id;

-- name: delete_name_tokens
-- Words of names that these customers had.
DELETE FROM customer_name_token WHERE customer_id = ANY($1::text[]);

-- name: insert_name_tokens
-- What customers are looked up by when a payer writes a name.
INSERT INTO customer_name_token (token, customer_id)
SELECT listed.token, listed.customer_id
FROM unnest($1::text[], $2::text[]) AS listed (token, customer_id)
ORDER BY listed.token, listed.customer_id
ON CONFLICT (token, customer_id) DO NOTHING;

-- name: learn_payer_aliases
-- Aliases learned from a clerk's assignment; one that is in force is not learned again.
INSERT INTO payer_alias (kind, key, written, customer_id, payment_id, learned_from)
SELECT learned.kind, CASE learned.kind WHEN 'account' THEN account_key(learned.key) ELSE learned.key END, learned.written,
    $4, $5, $6
FROM unnest($1::text[], $2::text[], $3::text[]) AS learned (kind, key, written)
ON CONFLICT (kind, key, customer_id) WHERE revoked_at IS NULL DO NOTHING;

-- name: revoke_payer_alias
-- An alias is no longer in force.
UPDATE payer_alias SET revoked_by = $2, revoked_at = now()
WHERE alias_id = $1 AND revoked_at IS NULL
RETURNING alias_id, kind, written, customer_id;

-- name: view_payer_aliases
-- Payer aliases, the latest first.
SELECT alias_id, kind, written, customer_id, payment_id, learned_from, learned_at, revoked_by, revoked_at
FROM payer_alias
WHERE ($1::text IS NULL OR customer_id = $1)
    AND ($2::text IS NULL OR kind = $2)
    AND ($3::boolean OR revoked_at IS NULL)
    AND ($4::bigint IS NULL OR alias_id < $4)
ORDER BY alias_id DESC
LIMIT $5;

-- name: delete_candidates
-- Candidates stored for payments before.
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

-- name: suspended_for
-- Suspended payments that name one of the customers or came from one of the accounts, without held duplicates.
SELECT
    payment_id, company_id, currency, stated_customer, payer_account, payer_name, remittance, value_date,
    unapplied_amount, details, bank_references
FROM payment
WHERE state = 'suspense'
    AND (
        stated_customer = ANY($1::text[])
        OR account_key(payer_account) = ANY(ARRAY(SELECT account_key(a) FROM unnest($2::text[]) AS a))
    )
    AND NOT EXISTS (SELECT FROM held_duplicate AS h WHERE h.payment_id = payment.payment_id AND h.state = 'held')
ORDER BY payment_id;

-- name: suspended_after
-- The next of a company's suspended payments by id, without held duplicates.
SELECT
    payment_id, company_id, currency, stated_customer, payer_account, payer_name, remittance, value_date,
    unapplied_amount, details, bank_references
FROM payment
WHERE state = 'suspense' AND company_id = $1 AND payment_id > $2
    AND NOT EXISTS (SELECT FROM held_duplicate AS h WHERE h.payment_id = payment.payment_id AND h.state = 'held')
ORDER BY payment_id
LIMIT $3;

-- name: suspended_of
-- Those of these payments that are in suspense.
SELECT
    payment_id, company_id, currency, stated_customer, payer_account, payer_name, remittance, value_date,
    unapplied_amount, details, bank_references
FROM payment
WHERE state = 'suspense' AND payment_id = ANY($1::text[])
ORDER BY payment_id;

-- name: view_suspense
-- Money in suspense, the oldest first.
SELECT
    payment_id, bank_reference, company_id, stated_customer, payer_account, payer_name, currency, amount, value_date,
    identified_by AS reason, details, remittance, remittance_note, trace_number, bank_references, origin
FROM payment
WHERE state = 'suspense' AND ($1::date IS NULL OR (value_date, payment_id) > ($1, $2::text))
ORDER BY value_date, payment_id
LIMIT $3;
