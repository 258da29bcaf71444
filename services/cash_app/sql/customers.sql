-- name: open_ledgers
-- Ledgers of customers heard of for the first time; tells which those are.
INSERT INTO customer_ledger (customer_id, version)
SELECT heard.customer_id, 0
FROM unnest($1::text[]) AS heard (customer_id)
ORDER BY heard.customer_id
ON CONFLICT (customer_id) DO NOTHING
RETURNING customer_id;

-- name: load_ledgers
-- Ledgers by customer, locked in key order: the right to change these customers' items and money.
SELECT customer_id, version, company_id, name, currency
FROM customer_ledger
WHERE customer_id = ANY($1::text[])
ORDER BY customer_id
FOR UPDATE;

-- name: save_ledgers
-- Changed customer master data.
INSERT INTO customer_ledger (customer_id, version, company_id, name, currency)
SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[])
ON CONFLICT (customer_id) DO UPDATE SET
    version = excluded.version,
    company_id = excluded.company_id,
    name = excluded.name,
    currency = excluded.currency;

-- name: forget_payer_accounts
-- Accounts that these customers pay from no longer: all of theirs that are not listed.
DELETE FROM payer_account AS p
WHERE p.customer_id = ANY($1::text[])
    AND NOT EXISTS (
        SELECT FROM unnest($2::text[], $3::text[]) AS listed (payer_account, customer_id)
        WHERE listed.payer_account = p.payer_account AND listed.customer_id = p.customer_id
    );

-- name: learn_payer_accounts
-- Accounts that customers pay from.
INSERT INTO payer_account (payer_account, customer_id)
SELECT listed.payer_account, listed.customer_id
FROM unnest($1::text[], $2::text[]) AS listed (payer_account, customer_id)
ORDER BY listed.payer_account, listed.customer_id
ON CONFLICT (payer_account, customer_id) DO NOTHING;

-- name: known_customers
-- Those of the customers that have been heard of.
SELECT customer_id FROM customer_ledger WHERE customer_id = ANY($1::text[]);
