-- name: load_customers
-- Customers by id, locked in key order.
SELECT
    customer_id, version, company_id, name, currency, net_days, discount_days, discount_percent, price_list_id,
    jurisdiction, tax_exempt, active
FROM customer
WHERE customer_id = ANY($1::text[])
ORDER BY customer_id
FOR UPDATE;

-- name: read_customers
-- Customers by id, not locked: orders only look at them.
SELECT
    customer_id, version, company_id, name, currency, net_days, discount_days, discount_percent, price_list_id,
    jurisdiction, tax_exempt, active
FROM customer
WHERE customer_id = ANY($1::text[]);

-- name: save_customers
-- New and changed customers; an older version changes nothing.
INSERT INTO customer AS kept (
    customer_id, version, company_id, name, currency, net_days, discount_days, discount_percent, price_list_id,
    jurisdiction, tax_exempt, active
)
SELECT * FROM unnest(
    $1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::integer[], $8::numeric[],
    $9::text[], $10::text[], $11::boolean[], $12::boolean[]
)
ON CONFLICT (customer_id) DO UPDATE SET
    version = excluded.version,
    company_id = excluded.company_id,
    name = excluded.name,
    currency = excluded.currency,
    net_days = excluded.net_days,
    discount_days = excluded.discount_days,
    discount_percent = excluded.discount_percent,
    price_list_id = excluded.price_list_id,
    jurisdiction = excluded.jurisdiction,
    tax_exempt = excluded.tax_exempt,
    active = excluded.active
WHERE kept.version < excluded.version;

-- name: load_items
-- Items by id, locked in key order.
SELECT item_id, version, description, unit, taxable, active
FROM item
WHERE item_id = ANY($1::text[])
ORDER BY item_id
FOR UPDATE;

-- name: read_items
-- Items by id, not locked: orders only look at them.
SELECT item_id, version, description, unit, taxable, active
FROM item
WHERE item_id = ANY($1::text[]);

-- name: save_items
-- New and changed items; an older version changes nothing.
INSERT INTO item AS kept (item_id, version, description, unit, taxable, active)
SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::boolean[], $6::boolean[])
ON CONFLICT (item_id) DO UPDATE SET
    version = excluded.version,
    description = excluded.description,
    unit = excluded.unit,
    taxable = excluded.taxable,
    active = excluded.active
WHERE kept.version < excluded.version;

-- name: load_prices
-- Prices by list, item and first day, locked in key order.
SELECT p.price_list_id, p.item_id, p.valid_from, p.version, p.currency, p.breaks
FROM price AS p
INNER JOIN unnest($1::text[], $2::text[], $3::date[]) AS wanted (price_list_id, item_id, valid_from)
    ON p.price_list_id = wanted.price_list_id AND p.item_id = wanted.item_id AND p.valid_from = wanted.valid_from
ORDER BY p.price_list_id, p.item_id, p.valid_from
FOR UPDATE OF p;

-- name: read_prices
-- All prices of these items on these lists, not locked: orders only look at them.
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
