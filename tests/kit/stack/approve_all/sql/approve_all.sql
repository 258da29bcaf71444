-- name: load_known_customers
-- Customers, locked in key order.
SELECT customer_id, version, orders FROM known_customer WHERE customer_id = ANY ($1::text[]) ORDER BY customer_id FOR UPDATE;

-- name: save_known_customers
-- Keeps customers.
INSERT INTO known_customer (customer_id, version, orders)
SELECT customer_id, version, orders FROM unnest($1::text[], $2::integer[], $3::integer[]) AS c (customer_id, version, orders)
ON CONFLICT (customer_id) DO UPDATE SET version = excluded.version, orders = excluded.orders;

-- name: insert_approval
-- Remembers what was approved; an amount beyond 9,999.99 does not fit and makes the database refuse.
INSERT INTO approval (order_id, customer_id, amount)
SELECT order_id, customer_id, amount FROM unnest($1::text[], $2::text[], $3::numeric[]) AS a (order_id, customer_id, amount);

-- name: next_customers
-- A chunk of customers in key order.
SELECT customer_id FROM known_customer WHERE customer_id > $1 ORDER BY customer_id LIMIT $2;
