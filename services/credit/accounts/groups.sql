-- name: lock_groups
-- The groups of these customers, locked in key order; who belongs to them is asked once they are.
SELECT g.group_id, g.name, g.currency, g.pooled_limit
FROM credit_group g
WHERE g.group_id IN (SELECT a.group_id FROM account a WHERE a.customer_id = ANY ($1::text[]) AND a.group_id IS NOT NULL)
ORDER BY g.group_id
FOR UPDATE OF g;

-- name: other_members_of_groups
-- What members of these groups owe and have on order, these customers left out, added up by currency; and the profiles
-- of those where more counts than items and orders in the account's own currency.
SELECT group_id, currency, sum(open_items_total) AS open_items_total, sum(open_orders_total) AS open_orders_total,
       sum(open_orders_tax) AS open_orders_tax,
       array_agg(profile ORDER BY customer_id) FILTER (
           WHERE profile ?| ARRAY['orders', 'uncleared', 'on_account', 'collateral'] OR EXISTS (
               SELECT 1 FROM jsonb_object_keys(profile -> 'due') AS due WHERE left(due, 3) <> currency
           )
       ) AS profiles
FROM account
WHERE group_id = ANY ($1::text[]) AND customer_id <> ALL ($2::text[]) AND customer_version > 0
GROUP BY group_id, currency
ORDER BY group_id, currency;

-- name: load_members_with_held_orders
-- Accounts of these groups of which an order is held, locked in key order.
SELECT a.customer_id, a.customer_version, a.company_id, a.name, a.currency, a.credit_limit, a.limit_version,
       a.open_items_total, a.open_orders_total, a.state, a.state_version, a.holds, a.open_orders_tax, a.group_id,
       a.ordered_on, a.ordered_amount, a.profile
FROM account a
WHERE a.group_id = ANY ($1::text[])
  AND EXISTS (SELECT 1 FROM open_order o WHERE o.customer_id = a.customer_id AND o.decision = 'held')
ORDER BY a.customer_id
FOR UPDATE OF a;

-- name: view_groups_of
-- Groups by id, as a person sees them.
SELECT group_id, name, currency, pooled_limit FROM credit_group WHERE group_id = ANY ($1::text[]) ORDER BY group_id;
