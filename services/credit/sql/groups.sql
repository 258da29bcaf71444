-- name: lock_groups
-- The groups of these customers, locked in key order; who belongs to them is asked once they are.
SELECT g.group_id, g.name, g.currency, g.pooled_limit
FROM credit_group g
WHERE g.group_id IN (SELECT a.group_id FROM account a WHERE a.customer_id = ANY ($1::text[]) AND a.group_id IS NOT NULL)
ORDER BY g.group_id
FOR UPDATE OF g;

-- name: lock_group
-- One group, locked.
SELECT group_id, name, currency, pooled_limit FROM credit_group WHERE group_id = $1 FOR UPDATE;

-- name: members_of_groups
-- Who belongs to these groups.
SELECT group_id, customer_id FROM account WHERE group_id = ANY ($1::text[]) ORDER BY group_id, customer_id;

-- name: save_group
-- Adds or changes a group.
INSERT INTO credit_group (group_id, name, currency, pooled_limit)
VALUES ($1, $2, $3, $4)
ON CONFLICT (group_id) DO UPDATE
SET name = excluded.name, currency = excluded.currency, pooled_limit = excluded.pooled_limit;

-- name: view_group
-- One group with its members, as a person sees it.
SELECT g.group_id, g.name, g.currency, g.pooled_limit,
       ARRAY(SELECT m.customer_id FROM account m WHERE m.group_id = g.group_id ORDER BY m.customer_id) AS members
FROM credit_group g
WHERE g.group_id = $1;

-- name: view_groups
-- A page of groups in key order.
SELECT g.group_id, g.name, g.currency, g.pooled_limit,
       ARRAY(SELECT m.customer_id FROM account m WHERE m.group_id = g.group_id ORDER BY m.customer_id) AS members
FROM credit_group g
WHERE $1::text IS NULL OR g.group_id > $1
ORDER BY g.group_id
LIMIT $2;

-- name: view_groups_of
-- Groups by id, as a person sees them.
SELECT group_id, name, currency, pooled_limit FROM credit_group WHERE group_id = ANY ($1::text[]) ORDER BY group_id;

-- name: other_members_of_groups
-- What members of these groups owe and have on order, these customers left out, added up by currency; and the standings
-- of those where more counts than items and orders in the account's own currency.
SELECT group_id, currency, sum(open_items_total) AS open_items_total, sum(open_orders_total) AS open_orders_total,
       sum(open_orders_tax) AS open_orders_tax,
       array_agg(standing ORDER BY customer_id) FILTER (
           WHERE standing ?| ARRAY['orders', 'uncleared', 'on_account', 'collateral'] OR EXISTS (
               SELECT 1 FROM jsonb_object_keys(standing -> 'due') AS due WHERE left(due, 3) <> currency
           )
       ) AS standings
FROM account
WHERE group_id = ANY ($1::text[]) AND customer_id <> ALL ($2::text[]) AND customer_version > 0
GROUP BY group_id, currency
ORDER BY group_id, currency;

-- name: load_members_with_held_orders
-- Accounts of these groups of which an order is held, locked in key order.
SELECT a.customer_id, a.customer_version, a.company_id, a.name, a.currency, a.credit_limit, a.limit_version,
       a.open_items_total, a.open_orders_total, a.state, a.state_version, a.holds, a.open_orders_tax, a.group_id,
       a.ordered_on, a.ordered_amount, a.standing
FROM account a
WHERE a.group_id = ANY ($1::text[])
  AND EXISTS (SELECT 1 FROM open_order o WHERE o.customer_id = a.customer_id AND o.decision = 'held')
ORDER BY a.customer_id
FOR UPDATE OF a;

-- name: view_accounts_of
-- Accounts by customer, as a person sees them.
SELECT customer_id, customer_version, company_id, name, currency, credit_limit, limit_version,
       open_items_total, open_orders_total, state, state_version, holds, open_orders_tax, group_id, ordered_on,
       ordered_amount, standing
FROM account
WHERE customer_id = ANY ($1::text[])
ORDER BY customer_id;
