-- Aging of any day in a fraction of the time: what must be summed from movements is found by an index of its own.
-- depends: 0001_analytics

-- migrate: apply
CREATE INDEX item_relieved ON item (last_relief_on) INCLUDE (first_relief_on) WHERE last_relief_on IS NOT NULL;

-- The items with an open amount at the end of a day. Most show it themselves; only those paid in part both before and
-- after the day are summed from their movements. Apart from each other the two can be planned, and each amount is
-- worked out once.
CREATE OR REPLACE FUNCTION open_items_as_of(day date)
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

-- migrate: rollback
DROP INDEX item_relieved;
CREATE OR REPLACE FUNCTION open_items_as_of(day date)
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
