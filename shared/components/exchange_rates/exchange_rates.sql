-- name: save_exchange_rates
-- Adds dated rates; of the same pair and day the highest version stays.
INSERT INTO exchange_rate AS r (from_currency, to_currency, valid_from, version, rate)
SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::integer[], $5::numeric[])
ON CONFLICT (from_currency, to_currency, valid_from) DO UPDATE
SET version = excluded.version, rate = excluded.rate
WHERE r.version < excluded.version;

-- name: exchange_rates_in_force
-- Rates from or to the currencies $1 in force on each of the days $2.
-- The pairs are found by skipping through the primary key, so the length of the history does not matter.
WITH RECURSIVE pair AS (
    (SELECT from_currency, to_currency FROM exchange_rate ORDER BY from_currency, to_currency LIMIT 1)
    UNION ALL
    SELECT following.from_currency, following.to_currency
    FROM pair
    CROSS JOIN LATERAL (
        SELECT r.from_currency, r.to_currency
        FROM exchange_rate r
        WHERE (r.from_currency, r.to_currency) > (pair.from_currency, pair.to_currency)
        ORDER BY r.from_currency, r.to_currency
        LIMIT 1
    ) following
)
SELECT asked.day, pair.from_currency, pair.to_currency, in_force.rate
FROM pair
CROSS JOIN unnest($2::date[]) AS asked (day)
CROSS JOIN LATERAL (
    SELECT r.rate
    FROM exchange_rate r
    WHERE r.from_currency = pair.from_currency AND r.to_currency = pair.to_currency AND r.valid_from <= asked.day
    ORDER BY r.valid_from DESC
    LIMIT 1
) in_force
WHERE pair.from_currency = ANY ($1::text[]) OR pair.to_currency = ANY ($1::text[]);

-- name: list_exchange_rates
-- A page of rates, the newest first.
SELECT from_currency, to_currency, valid_from, version, rate
FROM exchange_rate
WHERE ($1::text IS NULL OR from_currency = $1)
  AND ($2::text IS NULL OR to_currency = $2)
  AND ($3::date IS NULL OR (valid_from, from_currency, to_currency) < ($3, $4::text, $5::text))
ORDER BY valid_from DESC, from_currency DESC, to_currency DESC
LIMIT $6;
