-- What rules on orders ask for, what counts as exposure beside items and orders, groups, and exposure as of any day.
-- depends: 0100_credit_requests

-- migrate: apply
CREATE TABLE credit_group (
    group_id     text NOT NULL PRIMARY KEY,
    name         text NOT NULL,
    currency     text NOT NULL,
    pooled_limit numeric(18, 3) CHECK (pooled_limit >= 0)
);

ALTER TABLE account
    ADD COLUMN open_orders_tax numeric(18, 3) NOT NULL DEFAULT 0,
    ADD COLUMN group_id        text REFERENCES credit_group,
    ADD COLUMN ordered_on      date,
    ADD COLUMN ordered_amount  numeric(18, 3) NOT NULL DEFAULT 0,
    ADD COLUMN standing        jsonb NOT NULL DEFAULT '{}';
CREATE INDEX account_group ON account (group_id, customer_id) WHERE group_id IS NOT NULL;

ALTER TABLE open_item
    ADD COLUMN due_date  date NOT NULL DEFAULT '2099-12-31',
    ADD COLUMN closed_on date,
    ADD COLUMN order_id  text;
CREATE INDEX open_item_of_order ON open_item (customer_id, order_id) WHERE order_id IS NOT NULL;

ALTER TABLE open_order
    ADD COLUMN order_tax numeric(18, 3) NOT NULL DEFAULT 0,
    ADD COLUMN handling  jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN decisions integer NOT NULL DEFAULT 0;
UPDATE open_order o SET decisions = (
    SELECT count(*) FROM order_decision d WHERE d.customer_id = o.customer_id AND d.order_id = o.order_id
);
CREATE INDEX open_order_granted ON open_order (customer_id, order_date, order_id)
    WHERE decision IN ('approved', 'released') AND open_amount > 0;

-- An order may be decided in the same way more than once: held, released, checked again and held.
ALTER TABLE order_decision
    DROP CONSTRAINT order_decision_pkey,
    ADD PRIMARY KEY (customer_id, decision_no),
    ADD COLUMN facts jsonb,
    ADD COLUMN remarks jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN reason_code text NOT NULL DEFAULT '';
CREATE INDEX order_decision_of_order ON order_decision (customer_id, order_id, decision_no);

CREATE TABLE exchange_rate (
    from_currency text NOT NULL,
    to_currency   text NOT NULL,
    valid_from    date NOT NULL,
    version       integer NOT NULL,
    rate          numeric(19, 9) NOT NULL CHECK (rate > 0),
    PRIMARY KEY (from_currency, to_currency, valid_from)
);

CREATE TABLE collateral (
    customer_id   text NOT NULL,
    collateral_id text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('guarantee', 'insurance', 'deposit')),
    currency      text NOT NULL,
    amount        numeric(18, 3) NOT NULL CHECK (amount > 0),
    valid_from    date NOT NULL,
    expires_on    date CHECK (expires_on >= valid_from),
    reference     text NOT NULL,
    entered_by    text NOT NULL,
    withdrawn_on  date,
    PRIMARY KEY (customer_id, collateral_id)
);

-- Every change of a part of exposure under its business date. Changes of collateral may lie ahead: it begins and ends.
CREATE TABLE exposure_movement (
    customer_id   text NOT NULL,
    business_date date NOT NULL,
    movement_no   bigint GENERATED ALWAYS AS IDENTITY,
    part          text NOT NULL,
    detail        text NOT NULL,
    currency      text NOT NULL,
    change        numeric(18, 3) NOT NULL,
    cause_id      text NOT NULL,
    PRIMARY KEY (customer_id, business_date, movement_no)
);

-- What was open before movements were kept counts from the last business day on.
INSERT INTO exposure_movement (customer_id, business_date, part, detail, currency, change, cause_id)
SELECT customer_id, (SELECT COALESCE(max(business_date), '1990-01-01') FROM business_day), 'open_items', '', currency,
       open_amount, item_id
FROM open_item WHERE open_amount <> 0
UNION ALL
SELECT customer_id, COALESCE(decided_on, '1990-01-01'), 'open_orders', '', currency, open_amount, order_id
FROM open_order WHERE open_amount <> 0 AND decision IN ('approved', 'released');

UPDATE account SET standing = jsonb_build_object('due', owed.due)
FROM (
    SELECT customer_id, jsonb_object_agg(currency || ' 2099-12-31', amount::text) AS due
    FROM (
        SELECT customer_id, currency, sum(open_amount) AS amount FROM open_item
        WHERE open_amount > 0 GROUP BY customer_id, currency
    ) AS by_currency
    GROUP BY customer_id
) AS owed
WHERE owed.customer_id = account.customer_id;

-- migrate: rollback
DROP TABLE exposure_movement;
DROP TABLE collateral;
DROP TABLE exchange_rate;
DROP INDEX order_decision_of_order;
ALTER TABLE order_decision DROP CONSTRAINT order_decision_pkey, DROP COLUMN facts, DROP COLUMN remarks,
    DROP COLUMN reason_code;
DELETE FROM order_decision a USING order_decision b
WHERE a.customer_id = b.customer_id AND a.order_id = b.order_id AND a.decision = b.decision AND a.decision_no < b.decision_no;
ALTER TABLE order_decision ADD PRIMARY KEY (customer_id, order_id, decision);
DROP INDEX open_order_granted;
ALTER TABLE open_order DROP COLUMN order_tax, DROP COLUMN handling, DROP COLUMN decisions;
DROP INDEX open_item_of_order;
ALTER TABLE open_item DROP COLUMN due_date, DROP COLUMN closed_on, DROP COLUMN order_id;
DROP INDEX account_group;
ALTER TABLE account DROP COLUMN open_orders_tax, DROP COLUMN group_id, DROP COLUMN ordered_on,
    DROP COLUMN ordered_amount, DROP COLUMN standing;
DROP TABLE credit_group;
