-- name: load_customers
-- Customers by id, locked in key order.
SELECT
    customer_id, version, company_id, name, currency, terms, price_list_id,
    jurisdiction, tax_exempt, active, bill_to_id
FROM customer
WHERE customer_id = ANY($1::text[])
ORDER BY customer_id
FOR UPDATE;

-- name: read_customers
-- Customers by id, not locked: orders only read them.
SELECT
    customer_id, version, company_id, name, currency, terms, price_list_id,
    jurisdiction, tax_exempt, active, bill_to_id
FROM customer
WHERE customer_id = ANY($1::text[]);

-- name: save_customers
-- New and changed customers; an older version changes nothing.
INSERT INTO customer AS kept (
    customer_id, version, company_id, name, currency, terms, price_list_id,
    jurisdiction, tax_exempt, active, bill_to_id
)
SELECT * FROM unnest(
    $1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::text[], $8::text[],
    $9::boolean[], $10::boolean[], $11::text[]
)
ON CONFLICT (customer_id) DO UPDATE SET
    version = excluded.version,
    company_id = excluded.company_id,
    name = excluded.name,
    currency = excluded.currency,
    terms = excluded.terms,
    price_list_id = excluded.price_list_id,
    jurisdiction = excluded.jurisdiction,
    tax_exempt = excluded.tax_exempt,
    active = excluded.active,
    bill_to_id = excluded.bill_to_id
WHERE kept.version < excluded.version;

-- name: load_items
-- Items by id, locked in key order.
SELECT item_id, version, description, unit, taxable, active
FROM item
WHERE item_id = ANY($1::text[])
ORDER BY item_id
FOR UPDATE;

-- name: read_items
-- Items by id, not locked: orders only read them.
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
