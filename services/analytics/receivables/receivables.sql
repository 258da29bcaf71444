-- name: load_items
-- Items by customer and id, locked in key order.
SELECT
    i.item_id, i.customer_id, i.company_id, i.currency, i.document_number, i.original_amount, i.open_amount,
    i.item_version, i.document_date, i.due_date, i.disputed, i.posted_on, i.first_relief_on, i.last_relief_on,
    i.in_order
FROM item AS i
INNER JOIN unnest($1::text[], $2::text[]) AS wanted (customer_id, item_id)
    ON i.customer_id = wanted.customer_id AND i.item_id = wanted.item_id
ORDER BY i.customer_id, i.item_id
FOR UPDATE OF i;

-- name: save_items
-- New and changed items.
INSERT INTO item (
    item_id, customer_id, company_id, currency, document_number, original_amount, open_amount, item_version,
    document_date, due_date, disputed, posted_on, first_relief_on, last_relief_on, closed_on, in_order
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::numeric[], $8::integer[],
    $9::date[], $10::date[], $11::boolean[], $12::date[], $13::date[], $14::date[], $15::date[], $16::boolean[]
)
ON CONFLICT (customer_id, item_id) DO UPDATE SET
    open_amount = excluded.open_amount,
    item_version = excluded.item_version,
    due_date = excluded.due_date,
    disputed = excluded.disputed,
    posted_on = excluded.posted_on,
    first_relief_on = excluded.first_relief_on,
    last_relief_on = excluded.last_relief_on,
    closed_on = excluded.closed_on,
    in_order = excluded.in_order;

-- name: movements_of_items
-- The stored dated changes of some items.
SELECT m.customer_id, m.item_id, m.item_version, m.business_date, m.change, m.cause
FROM item_movement AS m
INNER JOIN unnest($1::text[], $2::text[]) AS wanted (customer_id, item_id)
    ON m.customer_id = wanted.customer_id AND m.item_id = wanted.item_id;

-- name: insert_movements
-- Dated changes of items, none of which is stored already.
INSERT INTO item_movement (
    customer_id, item_id, item_version, company_id, currency, business_date, change, cause
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::date[], $7::numeric[], $8::text[]
);

-- name: add_to_aging_sums
-- Changes of the open amount and of the number of open items from a day on, by due date: added to the sums of the day
-- and of its month. In key order, so that two transactions that add to the same rows cannot deadlock.
INSERT INTO aging_sum (span, begins_on, company_id, currency, due_date, shard, amount, items)
SELECT
    kept.span, kept.begins_on, step.company_id, step.currency, step.due_date, pg_backend_pid() % 4,
    sum(step.amount), sum(step.items)
FROM unnest(
    $1::text[], $2::text[], $3::date[], $4::date[], $5::numeric[], $6::integer[]
) AS step (company_id, currency, due_date, business_date, amount, items)
CROSS JOIN LATERAL (
    VALUES ('day', step.business_date), ('month', date_trunc('month', step.business_date::timestamp)::date)
) AS kept (span, begins_on)
GROUP BY kept.span, kept.begins_on, step.company_id, step.currency, step.due_date
ORDER BY kept.span, kept.begins_on, step.company_id, step.currency, step.due_date
ON CONFLICT (span, begins_on, company_id, currency, due_date, shard) DO UPDATE SET
    amount = aging_sum.amount + excluded.amount,
    items = aging_sum.items + excluded.items;

-- name: insert_cash
-- Cash, discount and credit memos applied to items.
INSERT INTO cash_applied (
    customer_id, application_id, company_id, currency, applied_on, amount, discount, credit_memo
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::numeric[], $7::numeric[], $8::boolean[]
)
ON CONFLICT (customer_id, application_id) DO NOTHING;

-- name: save_books
-- Companies and currencies that have receivables, and since when.
INSERT INTO book (company_id, currency, first_posted_on)
SELECT received.company_id, received.currency, min(received.posted_on)
FROM unnest($1::text[], $2::text[], $3::date[]) AS received (company_id, currency, posted_on)
GROUP BY received.company_id, received.currency
ORDER BY received.company_id, received.currency
ON CONFLICT (company_id, currency) DO UPDATE SET first_posted_on = excluded.first_posted_on
WHERE book.first_posted_on > excluded.first_posted_on;

-- name: save_customers
-- Customers' names; an older version changes nothing.
INSERT INTO customer (customer_id, version, name)
SELECT DISTINCT ON (received.customer_id) received.customer_id, received.version, received.name
FROM unnest($1::text[], $2::integer[], $3::text[]) AS received (customer_id, version, name)
ORDER BY received.customer_id, received.version DESC
ON CONFLICT (customer_id) DO UPDATE SET version = excluded.version, name = excluded.name
WHERE customer.version < excluded.version;

-- name: add_to_credit
-- Changes of money on account and unapplied money, added to the sums of the day: of the customer, and of the company. In
-- key order, so that two transactions that add to the same rows cannot deadlock.
WITH change AS (
    SELECT c.customer_id, c.company_id, c.currency, c.business_date, c.on_account, c.unapplied
    FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::numeric[], $6::numeric[])
        AS c (customer_id, company_id, currency, business_date, on_account, unapplied)
), of_customers AS (
    INSERT INTO customer_credit (customer_id, company_id, currency, business_date, on_account, unapplied)
    SELECT c.customer_id, c.company_id, c.currency, c.business_date, sum(c.on_account), sum(c.unapplied)
    FROM change AS c
    GROUP BY c.customer_id, c.company_id, c.currency, c.business_date
    ORDER BY c.customer_id, c.company_id, c.currency, c.business_date
    ON CONFLICT (customer_id, company_id, currency, business_date) DO UPDATE SET
        on_account = customer_credit.on_account + excluded.on_account,
        unapplied = customer_credit.unapplied + excluded.unapplied
)
INSERT INTO company_credit (company_id, currency, business_date, shard, on_account, unapplied)
SELECT c.company_id, c.currency, c.business_date, pg_backend_pid() % 4, sum(c.on_account), sum(c.unapplied)
FROM change AS c
GROUP BY c.company_id, c.currency, c.business_date
ORDER BY c.company_id, c.currency, c.business_date
ON CONFLICT (company_id, currency, business_date, shard) DO UPDATE SET
    on_account = company_credit.on_account + excluded.on_account,
    unapplied = company_credit.unapplied + excluded.unapplied;
