-- name: load_items
-- Items by customer and id, locked in key order.
SELECT
    i.customer_id, i.item_id, i.item_version, i.company_id, i.document_number, i.currency, i.original_amount,
    i.open_amount, i.document_date, i.due_date, i.discount_date, i.discount_amount, i.discount_taken, i.disputed,
    i.moved_on, i.open_since, i.kind, i.terms
FROM open_item AS i
INNER JOIN unnest($1::text[], $2::text[]) AS wanted (customer_id, item_id)
    ON i.customer_id = wanted.customer_id AND i.item_id = wanted.item_id
ORDER BY i.customer_id, i.item_id
FOR UPDATE OF i;

-- name: load_open_items_of
-- All open items of customers, locked in key order.
SELECT
    customer_id, item_id, item_version, company_id, document_number, currency, original_amount, open_amount,
    document_date, due_date, discount_date, discount_amount, discount_taken, disputed, moved_on,
    open_since, kind, terms
FROM open_item
WHERE customer_id = ANY($1::text[]) AND open_amount > 0
ORDER BY customer_id, item_id
FOR UPDATE;

-- name: load_named_items
-- Items of customers by document key, open or not, locked in key order.
SELECT
    customer_id, item_id, item_version, company_id, document_number, currency, original_amount, open_amount,
    document_date, due_date, discount_date, discount_amount, discount_taken, disputed, moved_on,
    open_since, kind, terms
FROM open_item
WHERE customer_id = ANY($1::text[]) AND document_key = ANY($2::text[])
ORDER BY customer_id, item_id
FOR UPDATE;

-- name: save_items
-- New and changed items.
INSERT INTO open_item (
    customer_id, item_id, item_version, company_id, document_number, document_key, currency, original_amount,
    open_amount, document_date, due_date, discount_date, discount_amount, discount_taken, disputed, moved_on, closed_on,
    open_since, kind, terms
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[],
    $9::numeric[], $10::date[], $11::date[], $12::date[], $13::numeric[], $14::numeric[], $15::boolean[],
    $16::date[], $17::date[], $18::date[], $19::text[], $20::text[]
)
ON CONFLICT (customer_id, item_id) DO UPDATE SET
    item_version = excluded.item_version,
    open_amount = excluded.open_amount,
    discount_taken = excluded.discount_taken,
    moved_on = excluded.moved_on,
    closed_on = excluded.closed_on,
    open_since = excluded.open_since;

-- name: insert_item_movements
-- Dated changes of items.
INSERT INTO item_movement (
    customer_id, item_id, item_version, company_id, currency, business_date, change, cause, cause_id
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::date[], $7::numeric[], $8::text[],
    $9::text[]
);

-- name: insert_deductions
-- What payers kept back, and why.
INSERT INTO deduction (customer_id, deduction_id, item_id, payment_id, reason, why)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]);
