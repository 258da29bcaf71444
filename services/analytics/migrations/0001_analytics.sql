-- Items and their dated changes, the sums behind the aging, cash by day, snapshots and period reports.
-- depends:

-- migrate: apply
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

-- in_order: whether an item's changes arrived by version, none with an earlier date than the one before. Then its next
-- change alone decides what is added to the sums, and the others need not be read.
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
    in_order boolean NOT NULL DEFAULT FALSE,
    PRIMARY KEY (customer_id, item_id)
);
CREATE INDEX item_open ON item (customer_id) WHERE closed_on IS NULL;
CREATE INDEX item_closed ON item (closed_on) WHERE closed_on IS NOT NULL;
CREATE INDEX item_posted ON item (posted_on) INCLUDE (company_id, currency, original_amount);
CREATE INDEX item_relieved ON item (last_relief_on) INCLUDE (first_relief_on) WHERE last_relief_on IS NOT NULL;

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
CREATE INDEX item_movement_deduction ON item_movement (business_date) INCLUDE (company_id, currency, change)
WHERE cause = 'deduction';

-- How much came to be open, and of how many items, by due date: on a day, and in the month of that day, so that the
-- aging of any day is read from the months before it and the days of its own. Each transaction adds to rows of its
-- own shard, so that replicas and partitions seldom wait for each other.
CREATE TABLE aging_sum (
    span text NOT NULL CHECK (span IN ('day', 'month')),
    begins_on date NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    due_date date NOT NULL,
    shard smallint NOT NULL,
    amount numeric(24, 3) NOT NULL,
    items integer NOT NULL,
    PRIMARY KEY (span, begins_on, company_id, currency, due_date, shard)
) WITH (fillfactor = 80);

CREATE TABLE cash_applied (
    customer_id text NOT NULL,
    application_id text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    applied_on date NOT NULL,
    amount numeric(18, 3) NOT NULL,
    discount numeric(18, 3) NOT NULL,
    credit_memo boolean NOT NULL,
    PRIMARY KEY (customer_id, application_id)
);
CREATE INDEX cash_applied_day ON cash_applied (applied_on) INCLUDE (company_id, currency, amount);

-- Money of customers that settles no item, by customer and day; and by company, so that the aging by company reads few
-- rows. Each transaction adds to rows of its own shard.
CREATE TABLE customer_credit (
    customer_id text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    business_date date NOT NULL,
    on_account numeric(24, 3) NOT NULL,
    unapplied numeric(24, 3) NOT NULL,
    PRIMARY KEY (customer_id, company_id, currency, business_date)
);

CREATE TABLE company_credit (
    company_id text NOT NULL,
    currency text NOT NULL,
    business_date date NOT NULL,
    shard smallint NOT NULL,
    on_account numeric(24, 3) NOT NULL,
    unapplied numeric(24, 3) NOT NULL,
    PRIMARY KEY (company_id, currency, business_date, shard)
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
    on_account numeric(18, 3) NOT NULL,
    unapplied numeric(18, 3) NOT NULL,
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

-- The items with an open amount at the end of a day: the one definition of what was open. Most items show it
-- themselves; only those paid in part both before and after the day are summed from their movements. The two parts are
-- planned apart, and each amount is calculated once.
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
    i.customer_id, i.item_id, i.company_id, i.currency, i.document_number, i.document_date, i.due_date, i.disputed,
    i.original_amount,
    CASE WHEN i.last_relief_on <= day THEN i.open_amount ELSE i.original_amount END
FROM item AS i
WHERE
    i.posted_on <= day AND (i.closed_on IS NULL OR i.closed_on > day)
    AND (i.first_relief_on IS NULL OR i.first_relief_on > day OR i.last_relief_on <= day)
UNION ALL
SELECT
    i.customer_id, i.item_id, i.company_id, i.currency, i.document_number, i.document_date, i.due_date, i.disputed,
    i.original_amount, moved.open_amount
FROM item AS i
CROSS JOIN LATERAL (
    SELECT sum(m.change) AS open_amount
    FROM item_movement AS m
    WHERE m.customer_id = i.customer_id AND m.item_id = i.item_id AND m.business_date <= day
) AS moved
WHERE
    i.last_relief_on > day AND i.first_relief_on <= day
    AND i.posted_on <= day AND (i.closed_on IS NULL OR i.closed_on > day)
$$;

-- What each item adds to the sums, and on which day, from its movements: nothing until its posting is known, nothing
-- before the day of the posting. An item counts while the sum of its changes up to a day is above zero. The check of
-- the books compares the sums with this view.
CREATE VIEW aging_step AS
SELECT company_id, currency, due_date, business_date, change AS amount, is_open - lag(is_open, 1, 0) OVER item AS items
FROM (
    SELECT
        i.customer_id, i.item_id, i.company_id, i.currency, i.due_date,
        greatest(m.business_date, i.posted_on) AS business_date,
        sum(m.change) AS change,
        (sum(sum(m.change)) OVER (
            PARTITION BY i.customer_id, i.item_id ORDER BY greatest(m.business_date, i.posted_on)
        ) > 0)::integer AS is_open
    FROM item AS i
    INNER JOIN item_movement AS m ON m.customer_id = i.customer_id AND m.item_id = i.item_id
    WHERE i.posted_on IS NOT NULL
    GROUP BY i.customer_id, i.item_id, greatest(m.business_date, i.posted_on)
) AS moved
WINDOW item AS (PARTITION BY customer_id, item_id ORDER BY business_date);

CREATE VIEW aging_sum_of_items AS
SELECT s.span, s.begins_on, step.company_id, step.currency, step.due_date, sum(step.amount) AS amount, sum(step.items) AS items
FROM aging_step AS step
CROSS JOIN LATERAL (
    VALUES ('day', step.business_date), ('month', date_trunc('month', step.business_date::timestamp)::date)
) AS s (span, begins_on)
GROUP BY s.span, s.begins_on, step.company_id, step.currency, step.due_date;

-- The sums that make up what was open at the end of a day; there are several for each due date.
CREATE FUNCTION aging_sums_as_of(day date)
RETURNS TABLE (company_id text, currency text, due_date date, amount numeric, items integer)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT s.company_id, s.currency, s.due_date, s.amount, s.items
FROM aging_sum AS s
WHERE s.span = 'month' AND s.begins_on < date_trunc('month', day::timestamp)::date
UNION ALL
SELECT s.company_id, s.currency, s.due_date, s.amount, s.items
FROM aging_sum AS s
WHERE s.span = 'day' AND s.begins_on BETWEEN date_trunc('month', day::timestamp)::date AND day
$$;

-- Rebuilds the sums from the movements while no other transaction writes them. For an operator, after the check of the
-- books has found that they differ.
CREATE FUNCTION make_aging_sums() RETURNS void LANGUAGE sql AS $$
LOCK TABLE item, item_movement, aging_sum IN SHARE ROW EXCLUSIVE MODE;

UPDATE item SET in_order = moved.in_order
FROM (
    SELECT
        customer_id, item_id,
        count(*) = max(item_version) AND bool_and(business_date >= previous) AS in_order
    FROM (
        SELECT
            customer_id, item_id, item_version, business_date,
            lag(business_date, 1, business_date) OVER (PARTITION BY customer_id, item_id ORDER BY item_version) AS previous
        FROM item_movement
    ) AS dated
    GROUP BY customer_id, item_id
) AS moved
WHERE
    item.customer_id = moved.customer_id AND item.item_id = moved.item_id AND item.in_order <> moved.in_order;

DELETE FROM aging_sum;

INSERT INTO aging_sum (span, begins_on, company_id, currency, due_date, shard, amount, items)
SELECT span, begins_on, company_id, currency, due_date, 0, amount, items FROM aging_sum_of_items;
$$;

-- migrate: rollback
DROP FUNCTION make_aging_sums();
DROP FUNCTION aging_sums_as_of(date);
DROP VIEW aging_sum_of_items;
DROP VIEW aging_step;
DROP FUNCTION open_items_as_of(date);
DROP TABLE period_report;
DROP TABLE aging_snapshot;
DROP TABLE company_credit;
DROP TABLE customer_credit;
DROP TABLE cash_applied;
DROP TABLE aging_sum;
DROP TABLE item_movement;
DROP TABLE item;
DROP TABLE book;
DROP TABLE customer;
