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
