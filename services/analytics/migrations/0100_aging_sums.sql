-- Aging of any day from sums by due date, kept with the movements, however many items there are.
-- depends: 0002_aging_of_any_day

-- migrate: apply
-- How much came to be open, and of how many items, by due date: on a day, and in the month of that day, so that the
-- aging of any day is read from the months before it and the days of its own. Each transaction adds to rows of its
-- own shard, so that replicas and lanes seldom wait for each other.
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

-- What each item adds to the sums, and on which day, from its movements: nothing until its posting is known, nothing
-- before the day of it; an item counts while its changes up to a day come to more than nil. What the sums are made
-- from at first, and what they are compared with.
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

-- The sums that make up what was open at the end of a day; of each due date there are several.
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

-- Whether an item's changes were heard one after the other and never with an earlier date than the one before: then
-- its next one adds to the sums by itself, and the others need not be looked at.
ALTER TABLE item ADD COLUMN in_order boolean NOT NULL DEFAULT FALSE;

-- Makes the sums anew from the movements, while nobody else writes. For this migration, and for an operator whom the
-- check of the books tells that they differ.
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

SELECT make_aging_sums();

-- migrate: rollback
ALTER TABLE item DROP COLUMN in_order;
DROP FUNCTION make_aging_sums();
DROP FUNCTION aging_sums_as_of(date);
DROP VIEW aging_sum_of_items;
DROP VIEW aging_step;
DROP TABLE aging_sum;
