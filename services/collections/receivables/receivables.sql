-- name: load_customers
-- Customers by id, locked: the lock also guards the sums of their items.
SELECT customer_id, company_id, version, name, email, active, promises_made
FROM customer
WHERE customer_id = ANY ($1::text[])
ORDER BY customer_id
FOR UPDATE;

-- name: customers_with_overdue_items
-- The next customers of a company with overdue items, after a customer.
SELECT DISTINCT customer_id
FROM open_item
WHERE company_id = $1 AND customer_id > $2 AND open_amount > 0 AND due_date < $3
ORDER BY customer_id
LIMIT $4;

-- name: ensure_customers
-- Customers whose items come before their master data get a row with their id as name, to be locked.
INSERT INTO customer (customer_id, company_id, version, name, active, promises_made)
SELECT n.customer_id, n.company_id, 0, n.customer_id, true, 0
FROM unnest($1::text[], $2::text[]) AS n (customer_id, company_id)
ORDER BY n.customer_id
ON CONFLICT (customer_id) DO NOTHING;

-- name: save_customers
-- Saves new and changed customers.
INSERT INTO customer (customer_id, company_id, version, name, email, active, promises_made)
SELECT s.customer_id, s.company_id, s.version, s.name, s.email, s.active, s.promises_made
FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::boolean[], $7::integer[])
    AS s (customer_id, company_id, version, name, email, active, promises_made)
ON CONFLICT (customer_id) DO UPDATE
SET company_id = excluded.company_id,
    version = excluded.version,
    name = excluded.name,
    email = excluded.email,
    active = excluded.active,
    promises_made = excluded.promises_made;

-- name: view_customer
-- One customer's master data.
SELECT customer_id, company_id, version, name, email, active FROM customer WHERE customer_id = $1;

-- name: load_items
-- Open items by customer and item, locked.
SELECT i.customer_id, i.item_id, i.item_version, i.company_id, i.document_number, i.currency, i.original_amount,
       i.open_amount, i.document_date, i.due_date, i.disputed, i.last_dunning_step, i.kind,
       i.charged_until, i.charge_carried, i.closed_on, i.changes
FROM open_item i
JOIN unnest($1::text[], $2::text[]) AS k (customer_id, item_id)
    ON i.customer_id = k.customer_id AND i.item_id = k.item_id
ORDER BY i.customer_id, i.item_id
FOR UPDATE OF i;

-- name: save_items
-- Saves new and changed open items.
INSERT INTO open_item (customer_id, item_id, item_version, company_id, document_number, currency, original_amount,
                       open_amount, document_date, due_date, disputed, last_dunning_step, kind,
                       charged_until, charge_carried, closed_on, changes)
SELECT s.customer_id, s.item_id, s.item_version, s.company_id, s.document_number, s.currency, s.original_amount,
       s.open_amount, s.document_date, s.due_date, s.disputed, s.last_dunning_step, s.kind,
       s.charged_until, s.charge_carried, s.closed_on, s.changes
FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::numeric[],
            $8::numeric[], $9::date[], $10::date[], $11::boolean[], $12::integer[], $13::text[], $14::date[],
            $15::boolean[], $16::date[], $17::jsonb[])
    AS s (customer_id, item_id, item_version, company_id, document_number, currency, original_amount,
          open_amount, document_date, due_date, disputed, last_dunning_step, kind,
                       charged_until, charge_carried, closed_on, changes)
ON CONFLICT (customer_id, item_id) DO UPDATE
SET item_version = excluded.item_version,
    open_amount = excluded.open_amount,
    due_date = excluded.due_date,
    disputed = excluded.disputed,
    last_dunning_step = excluded.last_dunning_step,
    charged_until = excluded.charged_until,
    charge_carried = excluded.charge_carried,
    closed_on = excluded.closed_on,
    changes = excluded.changes;

-- name: refresh_aging
-- Sums anew what customers owe a company past its due date as of a day; a customer who owes nothing leaves the worklist.
WITH requested AS (
    SELECT DISTINCT a.customer_id, a.company_id, a.as_of
    FROM unnest($1::text[], $2::text[], $3::date[]) AS a (customer_id, company_id, as_of)
), figures AS (
    SELECT i.customer_id, i.company_id, i.currency,
           sum(i.open_amount) AS overdue_amount, min(i.due_date) AS oldest_due_date, count(*) AS overdue_items,
           COALESCE(max(c.on_account), 0) AS on_account, COALESCE(max(c.unapplied), 0) AS unapplied
    FROM requested a
    JOIN open_item i
        ON i.customer_id = a.customer_id AND i.company_id = a.company_id AND i.open_amount > 0 AND i.due_date < a.as_of
    LEFT JOIN customer_credit c
        ON c.customer_id = i.customer_id AND c.company_id = i.company_id AND c.currency = i.currency
    GROUP BY i.customer_id, i.company_id, i.currency
), cleared AS (
    DELETE FROM customer_aging g
    USING requested a
    WHERE g.customer_id = a.customer_id AND g.company_id = a.company_id
      AND NOT EXISTS (
          SELECT 1 FROM figures f
          WHERE f.customer_id = g.customer_id AND f.company_id = g.company_id AND f.currency = g.currency
      )
)
INSERT INTO customer_aging (customer_id, company_id, currency, overdue_amount, oldest_due_date, overdue_items,
                            on_account, unapplied)
SELECT f.customer_id, f.company_id, f.currency, f.overdue_amount, f.oldest_due_date, f.overdue_items, f.on_account,
       f.unapplied
FROM figures f
ORDER BY f.customer_id, f.company_id, f.currency
ON CONFLICT (customer_id, company_id, currency) DO UPDATE
SET overdue_amount = excluded.overdue_amount,
    oldest_due_date = excluded.oldest_due_date,
    overdue_items = excluded.overdue_items,
    on_account = excluded.on_account,
    unapplied = excluded.unapplied
WHERE (customer_aging.overdue_amount, customer_aging.oldest_due_date, customer_aging.overdue_items,
       customer_aging.on_account, customer_aging.unapplied)
    IS DISTINCT FROM (excluded.overdue_amount, excluded.oldest_due_date, excluded.overdue_items, excluded.on_account,
                      excluded.unapplied);

-- name: view_owed
-- What a customer owes by company, currency and due date.
SELECT company_id, currency, due_date, sum(open_amount) AS open_amount, count(*) AS items
FROM open_item
WHERE customer_id = $1 AND open_amount > 0
GROUP BY company_id, currency, due_date
ORDER BY company_id, currency, due_date;

-- name: view_items
-- A customer's open items, the longest due first.
SELECT item_id, company_id, document_number, currency, original_amount, open_amount, document_date, due_date, disputed, last_dunning_step
FROM open_item
WHERE customer_id = $1 AND open_amount > 0
ORDER BY due_date, item_id
LIMIT $2;

-- name: open_amount_of_customer
-- What a customer owes in one currency.
SELECT COALESCE(sum(open_amount), 0) AS open_amount
FROM open_item
WHERE customer_id = $1 AND currency = $2 AND open_amount > 0;

-- name: add_to_credit
-- Adds changes to the credit on account and the unapplied money of customers.
INSERT INTO customer_credit (customer_id, company_id, currency, on_account, unapplied)
SELECT c.customer_id, c.company_id, c.currency,
       COALESCE(sum(c.change) FILTER (WHERE c.account = 'on_account'), 0),
       COALESCE(sum(c.change) FILTER (WHERE c.account = 'unapplied'), 0)
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::numeric[])
    AS c (customer_id, company_id, currency, account, change)
GROUP BY c.customer_id, c.company_id, c.currency
ORDER BY c.customer_id, c.company_id, c.currency
ON CONFLICT (customer_id, company_id, currency) DO UPDATE
SET on_account = customer_credit.on_account + excluded.on_account,
    unapplied = customer_credit.unapplied + excluded.unapplied;

-- name: load_credits
-- The credit on account and the unapplied money of customers of companies, where there is any.
SELECT c.customer_id, c.company_id, c.currency, c.on_account, c.unapplied
FROM customer_credit c
JOIN unnest($1::text[], $2::text[]) AS k (customer_id, company_id)
    ON c.customer_id = k.customer_id AND c.company_id = k.company_id
WHERE c.on_account + c.unapplied > 0;

-- name: overdue_items_with_credit
-- What customers with credit owe past its due date on a day and is not disputed.
SELECT i.customer_id, i.company_id, i.currency, i.due_date, i.item_id, i.open_amount
FROM open_item i
JOIN unnest($1::text[], $2::text[], $3::text[]) AS k (customer_id, company_id, currency)
    ON i.customer_id = k.customer_id AND i.company_id = k.company_id AND i.currency = k.currency
WHERE i.open_amount > 0 AND i.due_date < $4 AND NOT i.disputed;

-- name: view_balances
-- What a customer owes, has on account and has paid without its being applied, by company and currency.
SELECT b.company_id, b.currency, sum(b.open_amount) AS open_amount, sum(b.on_account) AS on_account,
       sum(b.unapplied) AS unapplied
FROM (
    SELECT company_id, currency, open_amount, 0 AS on_account, 0 AS unapplied
    FROM open_item WHERE customer_id = $1 AND open_amount > 0
    UNION ALL
    SELECT company_id, currency, 0, on_account, unapplied FROM customer_credit WHERE customer_id = $1
) b
GROUP BY b.company_id, b.currency
HAVING sum(b.open_amount) <> 0 OR sum(b.on_account) <> 0 OR sum(b.unapplied) <> 0
ORDER BY b.company_id, b.currency;
