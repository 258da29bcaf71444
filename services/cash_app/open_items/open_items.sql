-- name: add_customers
-- Adds customers that are not known yet; returns those.
INSERT INTO customer_ledger (customer_id, version)
SELECT named.customer_id, 0
FROM unnest($1::text[]) AS named (customer_id)
ORDER BY named.customer_id
ON CONFLICT (customer_id) DO NOTHING
RETURNING customer_id;

-- name: load_customers
-- Customers, locked in key order: the right to change these customers' items and money.
SELECT customer_id, version, company_id, name, currency, bill_to_id
FROM customer_ledger
WHERE customer_id = ANY($1::text[])
ORDER BY customer_id
FOR UPDATE;

-- name: save_customers
-- Changed customer master data.
INSERT INTO customer_ledger (customer_id, version, company_id, name, currency, bill_to_id)
SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[])
ON CONFLICT (customer_id) DO UPDATE SET
    version = excluded.version,
    company_id = excluded.company_id,
    name = excluded.name,
    currency = excluded.currency,
    bill_to_id = excluded.bill_to_id;

-- name: known_customers
-- Those of the customers that are known, and who pays for each.
SELECT customer_id, coalesce(bill_to_id, customer_id) AS bill_to_id
FROM customer_ledger
WHERE customer_id = ANY($1::text[]);

-- name: view_customer
-- The customer's name and company, if the customer is known.
SELECT customer_id, name, company_id FROM customer_ledger WHERE customer_id = $1;

-- name: load_items
-- Items by customer and id, locked in key order.
SELECT
    i.customer_id, i.item_id, i.item_version, i.company_id, i.document_number, i.currency, i.original_amount,
    i.open_amount, i.document_date, i.due_date, i.discount_date, i.discount_amount, i.discount_taken, i.disputed,
    i.moved_on, i.open_since, i.kind, i.terms, i.order_id, i.customer_reference, i.credited, i.deducted, i.tolerated,
    i.written_off, i.given_back, i.taxes, i.deducted_from, i.written_off_on
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
    open_since, kind, terms, order_id, customer_reference, credited, deducted, tolerated, written_off, given_back, taxes,
    deducted_from, written_off_on
FROM open_item
WHERE customer_id = ANY($1::text[]) AND open_amount > 0
ORDER BY customer_id, item_id
FOR UPDATE;

-- name: load_named_items
-- Items of customers by document key, open or not, and the deductions from them, locked in key order.
WITH named AS (
    SELECT n.customer_id, n.item_id
    FROM open_item AS n
    WHERE n.customer_id = ANY($1::text[]) AND n.document_key = ANY($2::text[])
),
wanted AS (
    SELECT named.customer_id, named.item_id FROM named
    UNION
    SELECT d.customer_id, d.item_id
    FROM named INNER JOIN open_item AS d ON named.customer_id = d.customer_id AND named.item_id = d.deducted_from
)
SELECT
    i.customer_id, i.item_id, i.item_version, i.company_id, i.document_number, i.currency, i.original_amount,
    i.open_amount, i.document_date, i.due_date, i.discount_date, i.discount_amount, i.discount_taken, i.disputed,
    i.moved_on, i.open_since, i.kind, i.terms, i.order_id, i.customer_reference, i.credited, i.deducted,
    i.tolerated, i.written_off, i.given_back, i.taxes, i.deducted_from, i.written_off_on
FROM open_item AS i
INNER JOIN wanted ON i.customer_id = wanted.customer_id AND i.item_id = wanted.item_id
ORDER BY i.customer_id, i.item_id
FOR UPDATE OF i;

-- name: save_items
-- New and changed items.
INSERT INTO open_item (
    customer_id, item_id, item_version, company_id, document_number, document_key, currency, original_amount,
    open_amount, document_date, due_date, discount_date, discount_amount, discount_taken, disputed, moved_on, closed_on,
    open_since, kind, terms, order_id, customer_reference, credited, deducted, tolerated, written_off, given_back, taxes,
    deducted_from, written_off_on
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[],
    $9::numeric[], $10::date[], $11::date[], $12::date[], $13::numeric[], $14::numeric[], $15::boolean[],
    $16::date[], $17::date[], $18::date[], $19::text[], $20::text[], $21::text[], $22::text[], $23::numeric[],
    $24::numeric[], $25::numeric[], $26::numeric[], $27::numeric[], $28::jsonb[], $29::text[], $30::date[]
)
ON CONFLICT (customer_id, item_id) DO UPDATE SET
    item_version = excluded.item_version,
    open_amount = excluded.open_amount,
    discount_taken = excluded.discount_taken,
    moved_on = excluded.moved_on,
    closed_on = excluded.closed_on,
    open_since = excluded.open_since,
    credited = excluded.credited,
    deducted = excluded.deducted,
    tolerated = excluded.tolerated,
    written_off = excluded.written_off,
    given_back = excluded.given_back,
    taxes = excluded.taxes,
    written_off_on = excluded.written_off_on;

-- name: insert_item_movements
-- Dated changes of items.
INSERT INTO item_movement (
    customer_id, item_id, item_version, company_id, currency, business_date, change, cause, cause_id
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::date[], $7::numeric[], $8::text[],
    $9::text[]
);

-- name: known_documents
-- The customers of documents with these numbers, or with these references, what is open on them, and what their
-- discount is worked out on; $3: the references may be numbers, too. What is left of a credit memo is open as a
-- negative amount.
SELECT
    company_id, document_key AS key, 'document' AS kind, customer_id, currency, open_amount, original_amount,
    discount_amount, discount_taken, original_amount - credited - deducted - tolerated - written_off - given_back
    AS discountable,
    item_id, document_number
FROM open_item
WHERE document_key = ANY($1::text[])
UNION ALL
SELECT
    r.company_id, r.reference_key, r.kind, i.customer_id, i.currency, i.open_amount, i.original_amount,
    i.discount_amount, i.discount_taken, i.original_amount - i.credited - i.deducted - i.tolerated - i.written_off - i.given_back,
    i.item_id, i.document_number
FROM document_reference AS r
INNER JOIN open_item AS i ON r.customer_id = i.customer_id AND r.item_id = i.item_id
WHERE r.reference_key = ANY($2::text[]) AND r.kind <> 'credit_memo' AND (r.kind <> 'number' OR $3::boolean)
UNION ALL
SELECT
    r.company_id, r.reference_key, r.kind, r.customer_id, p.currency, -p.unapplied_amount, p.amount, 0, 0, p.amount,
    p.payment_id, p.document_number
FROM document_reference AS r
INNER JOIN payment AS p ON r.item_id = p.payment_id
WHERE r.reference_key = ANY($2::text[]) AND r.kind = 'credit_memo'
ORDER BY 1, 2, 3, 4, 11;

-- name: insert_document_references
-- What payers may write for new documents.
INSERT INTO document_reference (reference_key, company_id, customer_id, item_id, kind)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]);

-- name: owners_of_items
-- The customers of items.
SELECT item_id, customer_id FROM open_item WHERE item_id = ANY($1::text[]);

-- name: owner_of_item
-- The customer of an item.
SELECT customer_id FROM open_item WHERE item_id = $1;

-- name: view_open_items
-- Open items by filters, the oldest due first.
SELECT
    item_id, item_version, customer_id, company_id, document_number, currency, original_amount, open_amount,
    document_date, due_date, discount_date, discount_amount, discount_taken, disputed, closed_on,
    original_amount - credited - deducted - tolerated - written_off - given_back AS discountable
FROM open_item
WHERE open_amount > 0
    AND ($1::text IS NULL OR customer_id = $1)
    AND ($2::text IS NULL OR company_id = $2)
    AND ($3::date IS NULL OR due_date <= $3)
    AND ($4::date IS NULL OR (due_date, customer_id, item_id) > ($4, $5::text, $6::text))
ORDER BY due_date, customer_id, item_id
LIMIT $7;

-- name: item_changes
-- How an item's open amount came about: all its dated changes.
SELECT m.item_version, m.business_date, m.currency, m.change, m.cause, m.cause_id
FROM item_movement AS m
WHERE m.customer_id = $1 AND m.item_id = $2
ORDER BY m.item_version
LIMIT 1000;
