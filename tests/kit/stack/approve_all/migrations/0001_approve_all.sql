-- Customers and approvals.
-- depends:

-- migrate: apply
CREATE TABLE known_customer (customer_id text PRIMARY KEY, version integer NOT NULL, orders integer NOT NULL);
CREATE TABLE approval (seq bigint GENERATED ALWAYS AS IDENTITY, order_id text NOT NULL, customer_id text NOT NULL, amount numeric(6, 2) NOT NULL);

-- migrate: rollback
DROP TABLE approval;
DROP TABLE known_customer;
