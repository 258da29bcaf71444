-- name: load_customers
-- Customers by id, locked: the lock also guards what is summed up of their items.
SELECT customer_id, company_id, version, name, email, active, promises_made
FROM customer
WHERE customer_id = ANY ($1::text[])
ORDER BY customer_id
FOR UPDATE;

-- name: customers_to_age
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
-- Writes customers with all they have now.
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
