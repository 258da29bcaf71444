-- Credit accounts, what they owe and have on order, and what was decided.
-- depends:

-- migrate: apply
CREATE TABLE account (
    customer_id       text           NOT NULL PRIMARY KEY,
    customer_version  integer        NOT NULL DEFAULT 0,
    company_id        text           NOT NULL DEFAULT '',
    name              text           NOT NULL DEFAULT '',
    currency          text           NOT NULL DEFAULT '',
    credit_limit      numeric(18, 3) NOT NULL DEFAULT 0 CHECK (credit_limit >= 0),
    limit_version     integer        NOT NULL DEFAULT 0,
    open_items_total  numeric(18, 3) NOT NULL DEFAULT 0,
    open_orders_total numeric(18, 3) NOT NULL DEFAULT 0,
    state             text           NOT NULL DEFAULT 'Active' CHECK (state IN ('Active', 'Warning', 'AtLimit', 'Hold')),
    state_version     integer        NOT NULL DEFAULT 0,
    holds             jsonb          NOT NULL DEFAULT '{}',
    CHECK (customer_version = 0 OR currency <> '')
);

CREATE INDEX account_company ON account (company_id, customer_id);
CREATE INDEX account_state ON account (state, customer_id) WHERE state <> 'Active';

CREATE TABLE open_item (
    customer_id  text           NOT NULL,
    item_id      text           NOT NULL,
    currency     text           NOT NULL,
    open_amount  numeric(18, 3) NOT NULL CHECK (open_amount >= 0),
    item_version integer        NOT NULL CHECK (item_version >= 0),
    PRIMARY KEY (customer_id, item_id)
);

CREATE TABLE open_order (
    customer_id   text           NOT NULL,
    order_id      text           NOT NULL,
    company_id    text           NOT NULL,
    currency      text           NOT NULL,
    order_date    date,
    order_amount  numeric(18, 3) NOT NULL CHECK (order_amount >= 0),
    open_amount   numeric(18, 3) NOT NULL CHECK (open_amount >= 0),
    order_version integer        NOT NULL,
    decision      text           NOT NULL CHECK (decision IN ('waiting', 'approved', 'held', 'released', 'declined', 'lapsed')),
    decided_on    date,
    PRIMARY KEY (customer_id, order_id)
);

CREATE INDEX open_order_by_id ON open_order (order_id);
CREATE INDEX open_order_undecided ON open_order (customer_id, order_date, order_id) WHERE decision IN ('waiting', 'held');
CREATE INDEX open_order_held_by_age ON open_order (order_date, order_id) WHERE decision = 'held';
CREATE INDEX open_order_held_by_amount ON open_order (open_amount DESC, order_id) WHERE decision = 'held';

CREATE TABLE order_decision (
    customer_id    text           NOT NULL,
    order_id       text           NOT NULL,
    decision       text           NOT NULL,
    decided_on     date           NOT NULL,
    decided_by     text           NOT NULL,
    reasons        jsonb          NOT NULL,
    exposure       numeric(18, 3),
    credit_limit   numeric(18, 3),
    policy_version integer,
    decision_no    bigint         GENERATED ALWAYS AS IDENTITY,
    recorded_at    timestamptz    NOT NULL DEFAULT now(),
    PRIMARY KEY (customer_id, order_id, decision)
);

CREATE TABLE account_hold (
    customer_id  text NOT NULL,
    hold_id      text NOT NULL,
    requested_on date,
    reason       text NOT NULL,
    lifted_on    date,
    lifted_by    text NOT NULL,
    lift_reason  text NOT NULL,
    PRIMARY KEY (customer_id, hold_id)
);

-- migrate: rollback
DROP TABLE account_hold;
DROP TABLE order_decision;
DROP TABLE open_order;
DROP TABLE open_item;
DROP TABLE account;
