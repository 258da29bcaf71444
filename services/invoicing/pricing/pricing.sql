-- name: load_prices
-- Prices by list, item and first day, locked in key order.
SELECT p.price_list_id, p.item_id, p.valid_from, p.version, p.currency, p.breaks
FROM price AS p
INNER JOIN unnest($1::text[], $2::text[], $3::date[]) AS wanted (price_list_id, item_id, valid_from)
    ON p.price_list_id = wanted.price_list_id AND p.item_id = wanted.item_id AND p.valid_from = wanted.valid_from
ORDER BY p.price_list_id, p.item_id, p.valid_from
FOR UPDATE OF p;

-- name: read_prices
-- All prices of these items on these lists, not locked: orders only read them.
SELECT p.price_list_id, p.item_id, p.valid_from, p.version, p.currency, p.breaks
FROM price AS p
INNER JOIN unnest($1::text[], $2::text[]) AS wanted (price_list_id, item_id)
    ON p.price_list_id = wanted.price_list_id AND p.item_id = wanted.item_id;

-- name: save_prices
-- New and changed prices; of one day, an older version changes nothing.
INSERT INTO price AS kept (price_list_id, item_id, valid_from, version, currency, breaks)
SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::integer[], $5::text[], $6::jsonb[])
ON CONFLICT (price_list_id, item_id, valid_from) DO UPDATE SET
    version = excluded.version,
    currency = excluded.currency,
    breaks = excluded.breaks
WHERE kept.version < excluded.version;
