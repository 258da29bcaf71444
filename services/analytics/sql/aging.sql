-- name: last_snapshot
-- The last day a company's aging was taken of.
SELECT as_of FROM aging_snapshot WHERE company_id = $1 ORDER BY as_of DESC LIMIT 1;

-- name: aging_of_days
-- Aging of a company at the end of each of some days, a row per currency, nil where nothing was open.
SELECT
    book.company_id,
    book.currency,
    day.as_of,
    coalesce(sum(i.open_amount) FILTER (WHERE day.as_of - i.due_date <= 0), 0) AS current_amount,
    coalesce(sum(i.open_amount) FILTER (WHERE day.as_of - i.due_date BETWEEN 1 AND 30), 0) AS days_1_30,
    coalesce(sum(i.open_amount) FILTER (WHERE day.as_of - i.due_date BETWEEN 31 AND 60), 0) AS days_31_60,
    coalesce(sum(i.open_amount) FILTER (WHERE day.as_of - i.due_date BETWEEN 61 AND 90), 0) AS days_61_90,
    coalesce(sum(i.open_amount) FILTER (WHERE day.as_of - i.due_date BETWEEN 91 AND 120), 0) AS days_91_120,
    coalesce(sum(i.open_amount) FILTER (WHERE day.as_of - i.due_date > 120), 0) AS over_120,
    coalesce(sum(i.open_amount), 0) AS total,
    count(i.item_id) FILTER (WHERE i.open_amount > 0) AS open_items
FROM unnest($2::date[]) AS day (as_of)
INNER JOIN book ON book.company_id = $1 AND book.first_posted_on <= day.as_of
LEFT JOIN LATERAL open_items_as_of(day.as_of) AS i
    ON i.company_id = book.company_id AND i.currency = book.currency
GROUP BY book.company_id, book.currency, day.as_of
ORDER BY day.as_of, book.currency;

-- name: insert_snapshots
-- Aging of a company and currency at the end of a day, as it was said; once per day.
INSERT INTO aging_snapshot (
    company_id, currency, as_of, current_amount, days_1_30, days_31_60, days_61_90, days_91_120, over_120,
    total, open_items
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::date[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[],
    $8::numeric[], $9::numeric[], $10::numeric[], $11::integer[]
)
ON CONFLICT (company_id, as_of, currency) DO NOTHING;

-- name: view_aging_by_company
-- Aging at the end of a day per company and currency, of all customers or of one.
SELECT
    i.company_id,
    i.currency,
    coalesce(sum(i.open_amount) FILTER (WHERE $1::date - i.due_date <= 0), 0) AS current_amount,
    coalesce(sum(i.open_amount) FILTER (WHERE $1::date - i.due_date BETWEEN 1 AND 30), 0) AS days_1_30,
    coalesce(sum(i.open_amount) FILTER (WHERE $1::date - i.due_date BETWEEN 31 AND 60), 0) AS days_31_60,
    coalesce(sum(i.open_amount) FILTER (WHERE $1::date - i.due_date BETWEEN 61 AND 90), 0) AS days_61_90,
    coalesce(sum(i.open_amount) FILTER (WHERE $1::date - i.due_date BETWEEN 91 AND 120), 0) AS days_91_120,
    coalesce(sum(i.open_amount) FILTER (WHERE $1::date - i.due_date > 120), 0) AS over_120,
    sum(i.open_amount) AS total,
    count(*) AS open_items
FROM open_items_as_of($1::date) AS i
WHERE i.open_amount > 0 AND ($2::text IS NULL OR i.customer_id = $2::text)
GROUP BY i.company_id, i.currency
ORDER BY i.company_id, i.currency;

-- name: view_aging_by_customer
-- Aging at the end of a day per customer, company and currency: one page, from after a key on.
SELECT
    aged.customer_id, coalesce(customer.name, '') AS customer_name, aged.company_id, aged.currency,
    aged.current_amount, aged.days_1_30, aged.days_31_60, aged.days_61_90, aged.days_91_120, aged.over_120,
    aged.total, aged.open_items
FROM (
    SELECT
        i.customer_id,
        i.company_id,
        i.currency,
        coalesce(sum(i.open_amount) FILTER (WHERE $1::date - i.due_date <= 0), 0) AS current_amount,
        coalesce(sum(i.open_amount) FILTER (WHERE $1::date - i.due_date BETWEEN 1 AND 30), 0) AS days_1_30,
        coalesce(sum(i.open_amount) FILTER (WHERE $1::date - i.due_date BETWEEN 31 AND 60), 0) AS days_31_60,
        coalesce(sum(i.open_amount) FILTER (WHERE $1::date - i.due_date BETWEEN 61 AND 90), 0) AS days_61_90,
        coalesce(sum(i.open_amount) FILTER (WHERE $1::date - i.due_date BETWEEN 91 AND 120), 0) AS days_91_120,
        coalesce(sum(i.open_amount) FILTER (WHERE $1::date - i.due_date > 120), 0) AS over_120,
        sum(i.open_amount) AS total,
        count(*) AS open_items
    FROM open_items_as_of($1::date) AS i
    WHERE
        i.open_amount > 0
        AND ($2::text IS NULL OR i.customer_id = $2::text)
        AND (i.customer_id, i.company_id, i.currency) > ($3::text, $4::text, $5::text)
    GROUP BY i.customer_id, i.company_id, i.currency
    ORDER BY i.customer_id, i.company_id, i.currency
    LIMIT $6
) AS aged
LEFT JOIN customer ON aged.customer_id = customer.customer_id
ORDER BY aged.customer_id, aged.company_id, aged.currency;

-- name: view_aging_trend
-- Snapshots of a span of days, in order of day.
SELECT
    company_id, currency, as_of, current_amount, days_1_30, days_31_60, days_61_90, days_91_120, over_120,
    total, open_items
FROM aging_snapshot
WHERE
    as_of BETWEEN $1::date AND $2::date
    AND ($3::text IS NULL OR company_id = $3::text)
    AND (as_of, company_id, currency) > ($4::date, $5::text, $6::text)
ORDER BY as_of, company_id, currency
LIMIT $7;
