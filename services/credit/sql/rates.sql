-- name: rates_on
-- The rates of these pairs, in either direction, as they stand on a day.
SELECT DISTINCT ON (r.from_currency, r.to_currency) r.from_currency, r.to_currency, r.rate
FROM exchange_rate r
JOIN unnest($1::text[], $2::text[]) AS p (one, other)
  ON (r.from_currency, r.to_currency) IN ((p.one, p.other), (p.other, p.one))
WHERE r.valid_from <= $3
ORDER BY r.from_currency, r.to_currency, r.valid_from DESC;

-- name: rates_with
-- All rates from and to these currencies, as they stand on a day.
SELECT DISTINCT ON (from_currency, to_currency) from_currency, to_currency, rate
FROM exchange_rate
WHERE (from_currency = ANY ($1::text[]) OR to_currency = ANY ($1::text[])) AND valid_from <= $2
ORDER BY from_currency, to_currency, valid_from DESC;

-- name: save_rates
-- Adds rates; of the same pair and day the highest version stays.
INSERT INTO exchange_rate AS r (from_currency, to_currency, valid_from, version, rate)
SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::integer[], $5::numeric[])
ON CONFLICT (from_currency, to_currency, valid_from) DO UPDATE
SET version = excluded.version, rate = excluded.rate
WHERE r.version < excluded.version;

-- name: view_rates
-- A page of rates, the newest first.
SELECT from_currency, to_currency, valid_from, version, rate
FROM exchange_rate
WHERE ($1::text IS NULL OR from_currency = $1) AND ($2::text IS NULL OR to_currency = $2)
  AND ($3::date IS NULL OR (valid_from, from_currency, to_currency) < ($3, $4::text, $5::text))
ORDER BY valid_from DESC, from_currency DESC, to_currency DESC
LIMIT $6;
