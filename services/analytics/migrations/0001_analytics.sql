-- Items and their dated changes, cash by day, snapshots and period reports.
-- depends:

-- migrate: apply
CREATE TABLE item (
    customer_id text NOT NULL,
    item_id text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    document_number text NOT NULL,
    original_amount numeric(18, 3) NOT NULL CHECK (original_amount > 0),
    open_amount numeric(18, 3) NOT NULL CHECK (open_amount >= 0),
    item_version integer NOT NULL,
    document_date date NOT NULL,
    due_date date NOT NULL,
    disputed boolean NOT NULL,
    posted_on date,
    first_relief_on date,
    last_relief_on date,
    closed_on date,
    PRIMARY KEY (customer_id, item_id)
);
CREATE INDEX item_open ON item (customer_id) WHERE closed_on IS NULL;
CREATE INDEX item_closed ON item (closed_on) WHERE closed_on IS NOT NULL;
CREATE INDEX item_posted ON item (posted_on) INCLUDE (company_id, currency, original_amount);

CREATE TABLE item_movement (
    customer_id text NOT NULL,
    item_id text NOT NULL,
    item_version integer NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    business_date date NOT NULL,
    change numeric(18, 3) NOT NULL,
    cause text NOT NULL,
    PRIMARY KEY (customer_id, item_id, item_version)
);

CREATE TABLE cash_applied (
    customer_id text NOT NULL,
    application_id text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    applied_on date NOT NULL,
    amount numeric(18, 3) NOT NULL,
    discount numeric(18, 3) NOT NULL,
    PRIMARY KEY (customer_id, application_id)
);
CREATE INDEX cash_applied_day ON cash_applied (applied_on) INCLUDE (company_id, currency, amount);

CREATE TABLE customer (
    customer_id text PRIMARY KEY,
    version integer NOT NULL,
    name text NOT NULL
);

-- One row per company and currency that has receivables.
CREATE TABLE book (
    company_id text NOT NULL,
    currency text NOT NULL,
    first_posted_on date NOT NULL,
    PRIMARY KEY (company_id, currency)
);

CREATE TABLE aging_snapshot (
    company_id text NOT NULL,
    currency text NOT NULL,
    as_of date NOT NULL,
    current_amount numeric(18, 3) NOT NULL,
    days_1_30 numeric(18, 3) NOT NULL,
    days_31_60 numeric(18, 3) NOT NULL,
    days_61_90 numeric(18, 3) NOT NULL,
    days_91_120 numeric(18, 3) NOT NULL,
    over_120 numeric(18, 3) NOT NULL,
    total numeric(18, 3) NOT NULL,
    open_items integer NOT NULL,
    PRIMARY KEY (company_id, as_of, currency)
);
CREATE INDEX aging_snapshot_day ON aging_snapshot (as_of, company_id, currency);

CREATE TABLE period_report (
    company_id text NOT NULL,
    currency text NOT NULL,
    period_start date NOT NULL,
    opening numeric(18, 3) NOT NULL,
    sales numeric(18, 3) NOT NULL,
    closing numeric(18, 3) NOT NULL,
    closing_current numeric(18, 3) NOT NULL,
    cash_collected numeric(18, 3) NOT NULL,
    PRIMARY KEY (company_id, period_start, currency)
);

-- The items with an open amount at the end of a day. Items closed by then are skipped by index; only those
-- paid in part both before and after the day are summed from their movements.
CREATE FUNCTION open_items_as_of(day date)
RETURNS TABLE (
    customer_id text,
    item_id text,
    company_id text,
    currency text,
    document_number text,
    document_date date,
    due_date date,
    disputed boolean,
    original_amount numeric,
    open_amount numeric
)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT
    i.customer_id,
    i.item_id,
    i.company_id,
    i.currency,
    i.document_number,
    i.document_date,
    i.due_date,
    i.disputed,
    i.original_amount,
    CASE
        WHEN i.first_relief_on IS NULL OR i.first_relief_on > day THEN i.original_amount
        WHEN i.last_relief_on <= day THEN i.open_amount
        ELSE (
            SELECT sum(m.change)
            FROM item_movement AS m
            WHERE m.customer_id = i.customer_id AND m.item_id = i.item_id AND m.business_date <= day
        )
    END
FROM item AS i
WHERE i.posted_on <= day AND (i.closed_on IS NULL OR i.closed_on > day)
$$;

-- migrate: rollback
DROP FUNCTION open_items_as_of(date);
DROP TABLE period_report;
DROP TABLE aging_snapshot;
DROP TABLE book;
DROP TABLE customer;
DROP TABLE cash_applied;
DROP TABLE item_movement;
DROP TABLE item;
