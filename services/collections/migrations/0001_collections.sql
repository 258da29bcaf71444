-- Customers with their open items, activities, deductions, credit holds, promises and dunning notices.
-- depends:

-- migrate: apply
CREATE TABLE customer (
    customer_id   text    NOT NULL PRIMARY KEY,
    company_id    text    NOT NULL,
    version       integer NOT NULL,
    name          text    NOT NULL,
    email         text,
    active        boolean NOT NULL,
    promises_made integer NOT NULL
);

CREATE TABLE open_item (
    customer_id       text           NOT NULL,
    item_id           text           NOT NULL,
    item_version      integer        NOT NULL,
    company_id        text           NOT NULL,
    document_number   text           NOT NULL,
    currency          text           NOT NULL,
    original_amount   numeric(18, 3) NOT NULL,
    open_amount       numeric(18, 3) NOT NULL CHECK (open_amount >= 0),
    document_date     date           NOT NULL,
    due_date          date           NOT NULL,
    disputed          boolean        NOT NULL,
    last_dunning_step integer        NOT NULL,
    kind              text           NOT NULL DEFAULT 'invoice',
    charged_until     date,
    charge_carried    boolean        NOT NULL DEFAULT false,
    closed_on         date,
    changes           jsonb          NOT NULL DEFAULT '{}',
    PRIMARY KEY (customer_id, item_id)
);

CREATE INDEX open_item_to_age ON open_item (company_id, customer_id, due_date) WHERE open_amount > 0;
CREATE INDEX open_item_of_customer ON open_item (customer_id, due_date, item_id) WHERE open_amount > 0;
CREATE INDEX open_item_by_id ON open_item (item_id);
CREATE INDEX open_item_paid_late ON open_item (company_id, customer_id, closed_on) WHERE closed_on > due_date;

CREATE TABLE charged_interest (
    customer_id     text           NOT NULL,
    item_id         text           NOT NULL,
    through         date           NOT NULL,
    company_id      text           NOT NULL,
    charge_id       text           NOT NULL,
    correction_id   text           NOT NULL,
    document_number text           NOT NULL,
    currency        text           NOT NULL,
    after           date           NOT NULL,
    annual_percent  numeric        NOT NULL,
    day_count       text           NOT NULL CHECK (day_count IN ('actual/365', 'actual/360', '30/360')),
    grace_days      integer        NOT NULL,
    charged         numeric(18, 3) NOT NULL,
    right_amount    numeric(18, 3) NOT NULL,
    settled         numeric(18, 3) NOT NULL,
    noticed_on      date,
    request_id      text,
    requested       numeric(18, 3) NOT NULL,
    decided_by      text,
    decision        text           NOT NULL,
    PRIMARY KEY (customer_id, item_id, through)
);

CREATE UNIQUE INDEX charged_interest_by_id ON charged_interest (correction_id);
CREATE UNIQUE INDEX charged_interest_by_request ON charged_interest (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX charged_interest_to_correct ON charged_interest (noticed_on, correction_id)
    WHERE charged - settled <> right_amount;

CREATE TABLE customer_aging (
    customer_id     text           NOT NULL,
    company_id      text           NOT NULL,
    currency        text           NOT NULL,
    overdue_amount  numeric(24, 3) NOT NULL CHECK (overdue_amount > 0),
    oldest_due_date date           NOT NULL,
    overdue_items   integer        NOT NULL,
    on_account      numeric(24, 3) NOT NULL DEFAULT 0,
    unapplied       numeric(24, 3) NOT NULL DEFAULT 0,
    net_amount      numeric(24, 3) NOT NULL GENERATED ALWAYS AS (overdue_amount - on_account - unapplied) STORED,
    PRIMARY KEY (customer_id, company_id, currency)
);

CREATE TABLE customer_credit (
    customer_id text           NOT NULL,
    company_id  text           NOT NULL,
    currency    text           NOT NULL,
    on_account  numeric(24, 3) NOT NULL,
    unapplied   numeric(24, 3) NOT NULL,
    PRIMARY KEY (customer_id, company_id, currency)
);

CREATE INDEX customer_aging_worklist
    ON customer_aging (net_amount DESC, oldest_due_date, customer_id, company_id, currency);

CREATE TABLE activity (
    customer_id text NOT NULL,
    activity_id text NOT NULL,
    kind        text NOT NULL,
    happened_on date NOT NULL,
    logged_by   text NOT NULL,
    text        text NOT NULL,
    PRIMARY KEY (customer_id, activity_id)
);

CREATE INDEX activity_of_customer ON activity (customer_id, happened_on DESC, activity_id);

CREATE TABLE deduction (
    customer_id     text           NOT NULL,
    deduction_id    text           NOT NULL,
    company_id      text           NOT NULL,
    document_number text           NOT NULL,
    payment_id      text           NOT NULL,
    opened_on       date           NOT NULL,
    currency        text           NOT NULL,
    amount          numeric(18, 3) NOT NULL CHECK (amount > 0),
    reason          text           NOT NULL,
    why             text           NOT NULL,
    payer_code      text           NOT NULL,
    payer_text      text           NOT NULL,
    payer_reference text           NOT NULL,
    state           text           NOT NULL
        CHECK (state IN ('open', 'in_review', 'waiting', 'granted', 'charged_back')),
    collector       text,
    requested_by        text,
    granted_amount  numeric(18, 3) NOT NULL,
    request_id      text,
    decided_on      date,
    decision        text           NOT NULL,
    PRIMARY KEY (customer_id, deduction_id)
);

CREATE INDEX deduction_by_id ON deduction (deduction_id);
CREATE INDEX deduction_by_day ON deduction (opened_on, deduction_id);
CREATE UNIQUE INDEX deduction_by_request ON deduction (request_id) WHERE request_id IS NOT NULL;

CREATE TABLE credit_hold (
    customer_id  text NOT NULL,
    hold_id      text NOT NULL,
    promise_id   text NOT NULL,
    requested_on date NOT NULL,
    reason       text NOT NULL,
    lifted_on    date,
    lifted_by    text,
    lift_reason  text,
    PRIMARY KEY (customer_id, hold_id),
    CHECK ((lifted_on IS NULL) = (lifted_by IS NULL))
);

CREATE INDEX credit_hold_by_id ON credit_hold (hold_id);
CREATE INDEX credit_hold_by_day ON credit_hold (requested_on, hold_id);

CREATE TABLE promise (
    customer_id     text           NOT NULL,
    promise_id      text           NOT NULL,
    company_id      text           NOT NULL,
    currency        text           NOT NULL,
    amount          numeric(18, 3) NOT NULL CHECK (amount > 0),
    made_on         date           NOT NULL,
    due_on          date           NOT NULL CHECK (due_on >= made_on),
    made_by         text           NOT NULL,
    already_applied numeric(24, 3) NOT NULL,
    state           text           NOT NULL
        CHECK (state IN ('open', 'due', 'kept', 'broken', 'paid_later', 'cancelled')),
    judged_on       date,
    applied         numeric(24, 3) NOT NULL,
    paid_on         date,
    note            text           NOT NULL,
    PRIMARY KEY (customer_id, promise_id)
);

CREATE UNIQUE INDEX promise_one_per_currency ON promise (customer_id, currency) WHERE state IN ('open', 'due');
CREATE INDEX promise_to_judge ON promise (company_id, customer_id, due_on) WHERE state IN ('open', 'due');
CREATE INDEX promise_unsettled ON promise (customer_id) WHERE state IN ('open', 'due', 'broken');
CREATE INDEX promise_by_id ON promise (promise_id);
CREATE INDEX promise_by_day ON promise (due_on, promise_id);

CREATE TABLE promise_due (
    customer_id   text NOT NULL,
    promise_id    text NOT NULL,
    due_on        date NOT NULL,
    business_date date NOT NULL,
    PRIMARY KEY (customer_id, promise_id, due_on)
);

CREATE TABLE customer_receipt (
    customer_id text           NOT NULL,
    currency    text           NOT NULL,
    applied_on  date           NOT NULL,
    amount      numeric(24, 3) NOT NULL,
    PRIMARY KEY (customer_id, currency, applied_on)
);

CREATE TABLE dunning_notice (
    customer_id    text           NOT NULL,
    notice_id      text           NOT NULL,
    company_id     text           NOT NULL,
    step           integer        NOT NULL,
    step_name      text           NOT NULL,
    sent_on        date           NOT NULL,
    currency       text           NOT NULL,
    total          numeric(24, 3) NOT NULL,
    credit         numeric(24, 3) NOT NULL,
    items          integer        NOT NULL,
    policy_version integer        NOT NULL,
    PRIMARY KEY (customer_id, notice_id)
);

CREATE INDEX dunning_notice_by_day ON dunning_notice (sent_on, notice_id);

CREATE TABLE dunned_item (
    customer_id  text           NOT NULL,
    item_id      text           NOT NULL,
    step         integer        NOT NULL,
    notice_id    text           NOT NULL,
    sent_on      date           NOT NULL,
    days_overdue integer        NOT NULL,
    open_amount  numeric(18, 3) NOT NULL,
    PRIMARY KEY (customer_id, item_id, step)
);

CREATE INDEX dunned_item_of_notice ON dunned_item (customer_id, notice_id);

-- migrate: rollback
DROP TABLE dunned_item;
DROP TABLE dunning_notice;
DROP TABLE customer_receipt;
DROP TABLE promise_due;
DROP TABLE promise;
DROP TABLE credit_hold;
DROP TABLE deduction;
DROP TABLE activity;
DROP TABLE charged_interest;
DROP TABLE customer_credit;
DROP TABLE customer_aging;
DROP TABLE open_item;
DROP TABLE customer;
