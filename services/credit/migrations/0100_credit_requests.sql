-- Credit requests and what they are judged by: payment behaviour, bureau reports, statements; limits with dates; reviews.
-- depends: 0001_credit

-- migrate: apply
ALTER TABLE account DROP CONSTRAINT account_state_check;
ALTER TABLE account ADD CONSTRAINT account_state_check
    CHECK (state IN ('Active', 'Warning', 'AtLimit', 'Hold', 'Review', 'Suspended', 'Closed'));

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

-- Accounts that are known already: reviewed in a year, and with the balance that their days to come add to.
INSERT INTO credit_file (customer_id, company_id, risk_class, review_due_on)
SELECT customer_id, company_id, 'unrated', (current_date + interval '1 year')::date
FROM account WHERE customer_version > 0;

INSERT INTO trade_day (customer_id, currency, business_date, balance_change, purchases, paid_items, paid_amount,
                       late_items_days, late_amount, amount_days, disputed_amount, broken_promises)
SELECT customer_id, currency, date '1990-01-01', sum(open_amount), 0, 0, 0, 0, 0, 0, 0, 0
FROM open_item WHERE open_amount > 0
GROUP BY customer_id, currency;

-- migrate: rollback
DROP TABLE financial_statement;
DROP TABLE credit_report;
DROP TABLE credit_request_step;
DROP TABLE credit_request;
DROP TABLE trade_day;
DROP TABLE state_history;
DROP TABLE limit_history;
DROP TABLE credit_file;
ALTER TABLE account DROP CONSTRAINT account_state_check;
ALTER TABLE account ADD CONSTRAINT account_state_check CHECK (state IN ('Active', 'Warning', 'AtLimit', 'Hold'));
