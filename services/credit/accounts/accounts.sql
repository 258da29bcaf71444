-- name: load_accounts
-- Accounts of these customers, locked in key order. The lock also guards the customer's items, orders and holds.
SELECT customer_id, customer_version, company_id, name, currency, credit_limit, limit_version,
       open_items_total, open_orders_total, state, state_version, holds, open_orders_tax, group_id, ordered_on,
       ordered_amount, profile
FROM account
WHERE customer_id = ANY ($1::text[])
ORDER BY customer_id
FOR UPDATE;

-- name: open_accounts
-- Adds a row to lock for each of these customers, even before the master data has arrived.
INSERT INTO account (customer_id)
SELECT a.customer_id FROM unnest($1::text[]) AS a (customer_id) ORDER BY a.customer_id
ON CONFLICT (customer_id) DO NOTHING;

-- name: save_accounts
-- Adds or changes accounts.
INSERT INTO account AS a (customer_id, customer_version, company_id, name, currency, credit_limit, limit_version,
                          open_items_total, open_orders_total, state, state_version, holds, open_orders_tax, group_id,
                          ordered_on, ordered_amount, profile)
SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::integer[],
                     $8::numeric[], $9::numeric[], $10::text[], $11::integer[], $12::jsonb[], $13::numeric[],
                     $14::text[], $15::date[], $16::numeric[], $17::jsonb[])
ON CONFLICT (customer_id) DO UPDATE
SET customer_version = excluded.customer_version, company_id = excluded.company_id, name = excluded.name,
    currency = excluded.currency, credit_limit = excluded.credit_limit, limit_version = excluded.limit_version,
    open_items_total = excluded.open_items_total, open_orders_total = excluded.open_orders_total,
    state = excluded.state, state_version = excluded.state_version, holds = excluded.holds,
    open_orders_tax = excluded.open_orders_tax, group_id = excluded.group_id, ordered_on = excluded.ordered_on,
    ordered_amount = excluded.ordered_amount, profile = excluded.profile;

-- name: load_items
-- Open items by customer and item, locked in key order.
SELECT customer_id, item_id, currency, open_amount, item_version, due_date, closed_on, order_id, contested, payments
FROM open_item
WHERE (customer_id, item_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY customer_id, item_id
FOR UPDATE;

-- name: save_items
-- Adds or changes open items.
INSERT INTO open_item (customer_id, item_id, currency, open_amount, item_version, due_date, closed_on, order_id,
                       contested, payments)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::integer[], $6::date[], $7::date[], $8::text[],
                     $9::boolean[], $10::jsonb[])
ON CONFLICT (customer_id, item_id) DO UPDATE
SET open_amount = excluded.open_amount, item_version = excluded.item_version, due_date = excluded.due_date,
    closed_on = excluded.closed_on, order_id = excluded.order_id, contested = excluded.contested,
    payments = excluded.payments;

-- name: count_exposure
-- What customers owe and have on order by currency, counted from the items and orders themselves.
SELECT customer_id, currency, sum(items) AS open_items_total, sum(orders) AS open_orders_total, sum(tax) AS open_orders_tax
FROM (
    SELECT customer_id, currency, open_amount AS items, 0 AS orders, 0 AS tax
    FROM open_item WHERE customer_id = ANY ($1::text[])
    UNION ALL
    SELECT customer_id, currency, 0, open_amount,
           CASE WHEN order_amount = 0 THEN 0 ELSE open_amount * order_tax / order_amount END
    FROM open_order WHERE customer_id = ANY ($1::text[]) AND decision IN ('approved', 'released')
) AS counted
GROUP BY customer_id, currency
ORDER BY customer_id, currency;

-- name: insert_exposure_movements
-- Dated changes of exposure by part.
INSERT INTO exposure_movement (customer_id, business_date, part, detail, currency, change, cause_id)
SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::text[]);

-- name: view_accounts_of
-- Accounts by customer, as a person sees them.
SELECT customer_id, customer_version, company_id, name, currency, credit_limit, limit_version,
       open_items_total, open_orders_total, state, state_version, holds, open_orders_tax, group_id, ordered_on,
       ordered_amount, profile
FROM account
WHERE customer_id = ANY ($1::text[])
ORDER BY customer_id;

-- name: view_account
-- One account, as a person sees it.
SELECT customer_id, customer_version, company_id, name, currency, credit_limit, limit_version,
       open_items_total, open_orders_total, state, state_version, holds, open_orders_tax, group_id, ordered_on,
       ordered_amount, profile
FROM account
WHERE customer_id = $1 AND customer_version > 0;
