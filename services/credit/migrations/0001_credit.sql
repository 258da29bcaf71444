-- Credit accounts, what they owe and have on order, limits, credit requests, and what was decided.
-- depends:

-- migrate: apply

-- Accounts: groups, accounts, open items, dated movements of exposure.
CREATE TABLE credit_group (
    group_id     text NOT NULL PRIMARY KEY,
    name         text NOT NULL,
    currency     text NOT NULL,
    pooled_limit numeric(18, 3) CHECK (pooled_limit >= 0)
);

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
    state             text           NOT NULL DEFAULT 'Active'
                      CHECK (state IN ('Active', 'Warning', 'AtLimit', 'Hold', 'Review', 'Suspended', 'Closed')),
    state_version     integer        NOT NULL DEFAULT 0,
    holds             jsonb          NOT NULL DEFAULT '{}',
    open_orders_tax   numeric(18, 3) NOT NULL DEFAULT 0,
    group_id          text           REFERENCES credit_group,
    ordered_on        date,
    ordered_amount    numeric(18, 3) NOT NULL DEFAULT 0,
    profile           jsonb          NOT NULL DEFAULT '{}',
    CHECK (customer_version = 0 OR currency <> '')
);

CREATE INDEX account_company ON account (company_id, customer_id);
CREATE INDEX account_state ON account (state, customer_id) WHERE state <> 'Active';
CREATE INDEX account_group ON account (group_id, customer_id) WHERE group_id IS NOT NULL;

CREATE TABLE open_item (
    customer_id  text           NOT NULL,
    item_id      text           NOT NULL,
    currency     text           NOT NULL,
    open_amount  numeric(18, 3) NOT NULL CHECK (open_amount >= 0),
    item_version integer        NOT NULL CHECK (item_version >= 0),
    due_date     date           NOT NULL DEFAULT '2099-12-31',
    closed_on    date,
    order_id     text,
    contested    boolean        NOT NULL DEFAULT false,
    payments     jsonb          NOT NULL DEFAULT '[]',
    PRIMARY KEY (customer_id, item_id)
);

CREATE INDEX open_item_of_order ON open_item (customer_id, order_id) WHERE order_id IS NOT NULL;

-- Every change of a part of exposure with its business date. Changes by collateral can have a later date: its end.
CREATE TABLE exposure_movement (
    customer_id   text           NOT NULL,
    business_date date           NOT NULL,
    movement_no   bigint         GENERATED ALWAYS AS IDENTITY,
    part          text           NOT NULL,
    detail        text           NOT NULL,
    currency      text           NOT NULL,
    change        numeric(18, 3) NOT NULL,
    cause_id      text           NOT NULL,
    PRIMARY KEY (customer_id, business_date, movement_no)
);

-- Order authorization.
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
    order_tax     numeric(18, 3) NOT NULL DEFAULT 0,
    instructions  jsonb          NOT NULL DEFAULT '{}',
    decisions     integer        NOT NULL DEFAULT 0,
    revision      integer        NOT NULL DEFAULT 1,
    PRIMARY KEY (customer_id, order_id)
);

CREATE INDEX open_order_by_id ON open_order (order_id);
CREATE INDEX open_order_undecided ON open_order (customer_id, order_date, order_id) WHERE decision IN ('waiting', 'held');
CREATE INDEX open_order_held_by_age ON open_order (order_date, order_id) WHERE decision = 'held';
CREATE INDEX open_order_held_by_amount ON open_order (open_amount DESC, order_id) WHERE decision = 'held';
CREATE INDEX open_order_granted ON open_order (customer_id, order_date, order_id)
    WHERE decision IN ('approved', 'released') AND open_amount > 0;

-- Append only. An order can be decided in the same way more than once: held, released, evaluated again and held.
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
    facts          jsonb,
    remarks        jsonb          NOT NULL DEFAULT '[]',
    reason_code    text           NOT NULL DEFAULT '',
    PRIMARY KEY (customer_id, decision_no)
);

CREATE INDEX order_decision_of_order ON order_decision (customer_id, order_id, decision_no);

-- Groups and collateral.
CREATE TABLE collateral (
    customer_id   text           NOT NULL,
    collateral_id text           NOT NULL,
    kind          text           NOT NULL CHECK (kind IN ('guarantee', 'insurance', 'deposit')),
    currency      text           NOT NULL,
    amount        numeric(18, 3) NOT NULL CHECK (amount > 0),
    valid_from    date           NOT NULL,
    expires_on    date           CHECK (expires_on >= valid_from),
    reference     text           NOT NULL,
    entered_by    text           NOT NULL,
    withdrawn_on  date,
    PRIMARY KEY (customer_id, collateral_id)
);

-- Limits.
CREATE TABLE credit_file (
    customer_id    text  NOT NULL PRIMARY KEY,
    company_id     text  NOT NULL,
    risk_class     text  NOT NULL CHECK (risk_class IN ('low', 'medium', 'high', 'unrated')),
    reviewed_on    date,
    review_due_on  date,
    closed_on      date,
    planned_limits jsonb NOT NULL DEFAULT '[]',
    next_limit_on  date
);

CREATE INDEX credit_file_review_due ON credit_file (review_due_on, customer_id) WHERE closed_on IS NULL;
CREATE INDEX credit_file_next_limit ON credit_file (next_limit_on, customer_id) WHERE next_limit_on IS NOT NULL;

CREATE TABLE limit_history (
    customer_id    text           NOT NULL,
    limit_version  integer        NOT NULL,
    currency       text           NOT NULL,
    credit_limit   numeric(18, 3) NOT NULL CHECK (credit_limit >= 0),
    previous_limit numeric(18, 3) NOT NULL,
    valid_from     date           NOT NULL,
    valid_until    date,
    set_by         text           NOT NULL,
    reason         text           NOT NULL,
    request_id     text,
    PRIMARY KEY (customer_id, limit_version),
    CHECK (valid_until >= valid_from)
);

-- Account status.
CREATE TABLE account_hold (
    customer_id  text NOT NULL,
    hold_id      text NOT NULL,
    promise_id   text,
    requested_on date,
    reason       text NOT NULL,
    lifted_on    date,
    lifted_by    text NOT NULL,
    lift_reason  text NOT NULL,
    PRIMARY KEY (customer_id, hold_id)
);

CREATE INDEX account_hold_of_promise ON account_hold (customer_id, promise_id) WHERE promise_id IS NOT NULL;

CREATE TABLE state_history (
    customer_id   text           NOT NULL,
    state_version integer        NOT NULL,
    old_state     text           NOT NULL,
    new_state     text           NOT NULL,
    cause         text           NOT NULL,
    business_date date           NOT NULL,
    reasons       jsonb          NOT NULL,
    exposure      numeric(18, 3) NOT NULL,
    credit_limit  numeric(18, 3) NOT NULL,
    PRIMARY KEY (customer_id, state_version)
);

-- Credit requests.
CREATE TABLE credit_request (
    customer_id          text           NOT NULL,
    request_id           text           NOT NULL,
    company_id           text           NOT NULL,
    kind                 text           NOT NULL CHECK (kind IN ('new', 'increase', 'review')),
    currency             text           NOT NULL,
    amount               numeric(18, 3) NOT NULL CHECK (amount > 0),
    valid_until          date,
    monthly_purchases    numeric(18, 3),
    requested_on         date           NOT NULL,
    requested_by         text           NOT NULL,
    state                text           NOT NULL CHECK (state IN ('Requested', 'AwaitingReport', 'ManualReview',
                         'AwaitingStatements', 'Analysed', 'AwaitingSecondApproval', 'Approved', 'Declined')),
    steps                integer        NOT NULL,
    changed_on           date           NOT NULL,
    risk_class           text           NOT NULL,
    assessment           jsonb,
    report_id            text,
    report_asked_on      date,
    report_days_waited   integer        NOT NULL DEFAULT 0,
    statements_due_on    date,
    statements_expire_on date,
    reminded_on          date,
    analysis             jsonb,
    first_approver       text,
    granted_limit        numeric(18, 3),
    decided_on           date,
    decided_by           text,
    reasons              jsonb          NOT NULL DEFAULT '[]',
    policy_version       integer,
    PRIMARY KEY (customer_id, request_id)
);

CREATE INDEX credit_request_by_id ON credit_request (request_id);
CREATE INDEX credit_request_by_day ON credit_request (requested_on DESC, request_id);
CREATE UNIQUE INDEX credit_request_open ON credit_request (customer_id)
    WHERE state NOT IN ('Approved', 'Declined');

CREATE TABLE credit_request_step (
    customer_id text    NOT NULL,
    request_id  text    NOT NULL,
    step        integer NOT NULL,
    old_state   text    NOT NULL,
    new_state   text    NOT NULL,
    cause       text    NOT NULL,
    happened_on date    NOT NULL,
    done_by     text    NOT NULL,
    text        text    NOT NULL,
    PRIMARY KEY (customer_id, request_id, step)
);

CREATE TABLE credit_report (
    customer_id text    NOT NULL,
    report_id   text    NOT NULL,
    bureau      text    NOT NULL,
    report_date date    NOT NULL,
    expires_on  date    NOT NULL,
    score       integer CHECK (score BETWEEN 0 AND 100),
    remarks     text    NOT NULL,
    PRIMARY KEY (customer_id, report_id)
);

CREATE TABLE financial_statement (
    customer_id text    NOT NULL,
    request_id  text    NOT NULL,
    fiscal_year integer NOT NULL,
    entered_on  date    NOT NULL,
    entered_by  text    NOT NULL,
    document    jsonb   NOT NULL,
    PRIMARY KEY (customer_id, request_id, fiscal_year)
);

-- Payment history.
CREATE TABLE trade_day (
    customer_id     text           NOT NULL,
    currency        text           NOT NULL,
    business_date   date           NOT NULL,
    balance_change  numeric(18, 3) NOT NULL,
    purchases       numeric(18, 3) NOT NULL,
    paid_items      integer        NOT NULL,
    paid_amount     numeric(18, 3) NOT NULL,
    late_items_days integer        NOT NULL,
    late_amount     numeric(18, 3) NOT NULL,
    amount_days     numeric(21, 3) NOT NULL,
    disputed_amount numeric(18, 3) NOT NULL,
    broken_promises integer        NOT NULL,
    first_document  date,
    PRIMARY KEY (customer_id, currency, business_date)
);

-- migrate: rollback
DROP TABLE trade_day;
DROP TABLE financial_statement;
DROP TABLE credit_report;
DROP TABLE credit_request_step;
DROP TABLE credit_request;
DROP TABLE state_history;
DROP TABLE account_hold;
DROP TABLE limit_history;
DROP TABLE credit_file;
DROP TABLE collateral;
DROP TABLE order_decision;
DROP TABLE open_order;
DROP TABLE exposure_movement;
DROP TABLE open_item;
DROP TABLE account;
DROP TABLE credit_group;
