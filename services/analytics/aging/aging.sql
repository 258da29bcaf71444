-- name: last_snapshot
-- The last day a company's aging was taken of.
SELECT as_of FROM aging_snapshot WHERE company_id = $1 ORDER BY as_of DESC LIMIT 1;

-- name: aging_of_days
-- Aging of a company at the end of each of some days, a row per currency, zero where nothing was open. The buckets are
-- numbered from 0 (current) by the days past due from which each begins.
SELECT
    book.company_id,
    book.currency,
    day.as_of,
    coalesce(sum(s.amount) FILTER (WHERE s.bucket = 0), 0) AS current_amount,
    coalesce(sum(s.amount) FILTER (WHERE s.bucket = 1), 0) AS days_1_30,
    coalesce(sum(s.amount) FILTER (WHERE s.bucket = 2), 0) AS days_31_60,
    coalesce(sum(s.amount) FILTER (WHERE s.bucket = 3), 0) AS days_61_90,
    coalesce(sum(s.amount) FILTER (WHERE s.bucket = 4), 0) AS days_91_120,
    coalesce(sum(s.amount) FILTER (WHERE s.bucket = 5), 0) AS over_120,
    coalesce(sum(s.amount), 0) AS total,
    coalesce(sum(s.items), 0)::integer AS open_items,
    max(credit.on_account) AS on_account,
    max(credit.unapplied) AS unapplied
FROM unnest($2::date[]) AS day (as_of)
INNER JOIN book ON book.company_id = $1 AND book.first_posted_on <= day.as_of
CROSS JOIN LATERAL (
    SELECT coalesce(sum(c.on_account), 0) AS on_account, coalesce(sum(c.unapplied), 0) AS unapplied
    FROM company_credit AS c
    WHERE c.company_id = book.company_id AND c.currency = book.currency AND c.business_date <= day.as_of
) AS credit
LEFT JOIN LATERAL (
    SELECT
        f.company_id, f.currency, f.amount, f.items, width_bucket(day.as_of - f.due_date, $3::integer[]) AS bucket
    FROM aging_sums_as_of(day.as_of) AS f
) AS s ON s.company_id = book.company_id AND s.currency = book.currency
GROUP BY book.company_id, book.currency, day.as_of
ORDER BY day.as_of, book.currency;

-- name: insert_snapshots
-- Aging of a company and currency at the end of a day, as it is published; once per day.
INSERT INTO aging_snapshot (
    company_id, currency, as_of, current_amount, days_1_30, days_31_60, days_61_90, days_91_120, over_120,
    total, open_items, on_account, unapplied
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::date[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[],
    $8::numeric[], $9::numeric[], $10::numeric[], $11::integer[], $12::numeric[], $13::numeric[]
)
ON CONFLICT (company_id, as_of, currency) DO NOTHING;

-- name: view_aging_by_company
-- Aging at the end of a day per company and currency, of all customers, from the sums by due date. Without the day $2
-- each company is aged at the end of its own, which is one of the days $1; one without a day of its own on day $3.
SELECT
    s.company_id,
    s.currency,
    s.as_of,
    coalesce(sum(s.amount) FILTER (WHERE s.bucket = 0), 0) AS current_amount,
    coalesce(sum(s.amount) FILTER (WHERE s.bucket = 1), 0) AS days_1_30,
    coalesce(sum(s.amount) FILTER (WHERE s.bucket = 2), 0) AS days_31_60,
    coalesce(sum(s.amount) FILTER (WHERE s.bucket = 3), 0) AS days_61_90,
    coalesce(sum(s.amount) FILTER (WHERE s.bucket = 4), 0) AS days_91_120,
    coalesce(sum(s.amount) FILTER (WHERE s.bucket = 5), 0) AS over_120,
    sum(s.amount) AS total,
    sum(s.items)::integer AS open_items,
    sum(s.on_account) AS on_account,
    sum(s.unapplied) AS unapplied
FROM (
    SELECT
        f.company_id, f.currency, day.as_of, f.amount, f.items,
        width_bucket(day.as_of - f.due_date, $4::integer[]) AS bucket, 0 AS on_account, 0 AS unapplied
    FROM unnest($1::date[]) AS day (as_of)
    CROSS JOIN LATERAL aging_sums_as_of(day.as_of) AS f
    LEFT JOIN company_day AS own ON f.company_id = own.company_id
    WHERE day.as_of = coalesce($2::date, own.business_date, $3::date)
    UNION ALL
    SELECT c.company_id, c.currency, day.as_of, 0, 0, NULL, c.on_account, c.unapplied
    FROM unnest($1::date[]) AS day (as_of)
    INNER JOIN company_credit AS c ON c.business_date <= day.as_of
    LEFT JOIN company_day AS own ON c.company_id = own.company_id
    WHERE day.as_of = coalesce($2::date, own.business_date, $3::date)
) AS s
GROUP BY s.company_id, s.currency, s.as_of
HAVING sum(s.items) > 0 OR sum(s.on_account) <> 0 OR sum(s.unapplied) <> 0
ORDER BY s.company_id, s.currency;

-- name: view_aging_of_customer
-- Aging at the end of a day of one customer, per company and currency; the days are those of view_aging_by_company.
SELECT
    i.customer_id,
    coalesce((SELECT c.name FROM customer AS c WHERE c.customer_id = i.customer_id), '') AS customer_name,
    i.company_id,
    i.currency,
    i.as_of,
    coalesce(sum(i.open_amount) FILTER (WHERE i.bucket = 0), 0) AS current_amount,
    coalesce(sum(i.open_amount) FILTER (WHERE i.bucket = 1), 0) AS days_1_30,
    coalesce(sum(i.open_amount) FILTER (WHERE i.bucket = 2), 0) AS days_31_60,
    coalesce(sum(i.open_amount) FILTER (WHERE i.bucket = 3), 0) AS days_61_90,
    coalesce(sum(i.open_amount) FILTER (WHERE i.bucket = 4), 0) AS days_91_120,
    coalesce(sum(i.open_amount) FILTER (WHERE i.bucket = 5), 0) AS over_120,
    sum(i.open_amount) AS total,
    sum(i.items)::integer AS open_items,
    sum(i.on_account) AS on_account,
    sum(i.unapplied) AS unapplied
FROM (
    SELECT
        o.customer_id, o.company_id, o.currency, o.open_amount, day.as_of,
        width_bucket(day.as_of - o.due_date, $5::integer[]) AS bucket, 1 AS items, 0 AS on_account, 0 AS unapplied
    FROM unnest($1::date[]) AS day (as_of)
    CROSS JOIN LATERAL open_items_as_of(day.as_of) AS o
    LEFT JOIN company_day AS own ON o.company_id = own.company_id
    WHERE
        o.customer_id = $4::text AND o.open_amount > 0
        AND day.as_of = coalesce($2::date, own.business_date, $3::date)
    UNION ALL
    SELECT c.customer_id, c.company_id, c.currency, 0, day.as_of, NULL, 0, c.on_account, c.unapplied
    FROM unnest($1::date[]) AS day (as_of)
    INNER JOIN customer_credit AS c ON c.business_date <= day.as_of
    LEFT JOIN company_day AS own ON c.company_id = own.company_id
    WHERE c.customer_id = $4::text AND day.as_of = coalesce($2::date, own.business_date, $3::date)
) AS i
GROUP BY i.customer_id, i.company_id, i.currency, i.as_of
HAVING sum(i.items) > 0 OR sum(i.on_account) <> 0 OR sum(i.unapplied) <> 0
ORDER BY i.company_id, i.currency;

-- name: view_aging_by_customer
-- Aging at the end of a day per customer, company and currency: one page, from after a key on. The days are those of
-- view_aging_by_company. Customers who may have had something open, or credit, are read one after the other, no further than the
-- page needs, and not at all where no customer had.
WITH RECURSIVE span AS (
    SELECT min(day.as_of) AS first_day, max(day.as_of) AS last_day FROM unnest($1::date[]) AS day (as_of)
), owing AS (
    (
        SELECT first.customer_id
        FROM (
            (
                SELECT i.customer_id
                FROM item AS i
                CROSS JOIN span
                WHERE
                    i.customer_id >= $4::text AND i.posted_on <= span.last_day
                    AND (i.closed_on IS NULL OR i.closed_on > span.first_day)
                    AND (
                        SELECT sum(s.items) > 0
                        FROM unnest($1::date[]) AS day (as_of) CROSS JOIN LATERAL aging_sums_as_of(day.as_of) AS s
                    )
                ORDER BY i.customer_id
                LIMIT 1
            )
            UNION ALL
            (
                SELECT c.customer_id
                FROM customer_credit AS c
                CROSS JOIN span
                WHERE c.customer_id >= $4::text AND c.business_date <= span.last_day
                ORDER BY c.customer_id
                LIMIT 1
            )
        ) AS first
        ORDER BY first.customer_id
        LIMIT 1
    )
    UNION ALL
    SELECT following.customer_id
    FROM owing
    CROSS JOIN LATERAL (
        SELECT next.customer_id
        FROM (
            (
                SELECT i.customer_id
                FROM item AS i
                CROSS JOIN span
                WHERE
                    i.customer_id > owing.customer_id
                    AND i.posted_on <= span.last_day AND (i.closed_on IS NULL OR i.closed_on > span.first_day)
                ORDER BY i.customer_id
                LIMIT 1
            )
            UNION ALL
            (
                SELECT c.customer_id
                FROM customer_credit AS c
                CROSS JOIN span
                WHERE c.customer_id > owing.customer_id AND c.business_date <= span.last_day
                ORDER BY c.customer_id
                LIMIT 1
            )
        ) AS next
        ORDER BY next.customer_id
        LIMIT 1
    ) AS following
)
SELECT
    aged.customer_id, coalesce(customer.name, '') AS customer_name, aged.company_id, aged.currency, aged.as_of,
    aged.current_amount, aged.days_1_30, aged.days_31_60, aged.days_61_90, aged.days_91_120, aged.over_120,
    aged.total, aged.open_items, aged.on_account, aged.unapplied
FROM (
    SELECT
        owing.customer_id, line.company_id, line.currency, line.as_of, line.current_amount, line.days_1_30,
        line.days_31_60, line.days_61_90, line.days_91_120, line.over_120, line.total, line.open_items,
        line.on_account, line.unapplied
    FROM owing
    CROSS JOIN LATERAL (
        SELECT
            i.company_id,
            i.currency,
            i.as_of,
            coalesce(sum(i.open_amount) FILTER (WHERE i.bucket = 0), 0) AS current_amount,
            coalesce(sum(i.open_amount) FILTER (WHERE i.bucket = 1), 0) AS days_1_30,
            coalesce(sum(i.open_amount) FILTER (WHERE i.bucket = 2), 0) AS days_31_60,
            coalesce(sum(i.open_amount) FILTER (WHERE i.bucket = 3), 0) AS days_61_90,
            coalesce(sum(i.open_amount) FILTER (WHERE i.bucket = 4), 0) AS days_91_120,
            coalesce(sum(i.open_amount) FILTER (WHERE i.bucket = 5), 0) AS over_120,
            sum(i.open_amount) AS total,
            sum(i.items)::integer AS open_items,
            sum(i.on_account) AS on_account,
            sum(i.unapplied) AS unapplied
        FROM (
            SELECT
                o.company_id, o.currency, o.open_amount, day.as_of,
                width_bucket(day.as_of - o.due_date, $8::integer[]) AS bucket,
                1 AS items, 0 AS on_account, 0 AS unapplied
            FROM unnest($1::date[]) AS day (as_of)
            CROSS JOIN LATERAL open_items_as_of(day.as_of) AS o
            LEFT JOIN company_day AS own ON o.company_id = own.company_id
            WHERE
                o.customer_id = owing.customer_id AND o.open_amount > 0
                AND day.as_of = coalesce($2::date, own.business_date, $3::date)
            UNION ALL
            SELECT c.company_id, c.currency, 0, day.as_of, NULL, 0, c.on_account, c.unapplied
            FROM unnest($1::date[]) AS day (as_of)
            INNER JOIN customer_credit AS c ON c.business_date <= day.as_of
            LEFT JOIN company_day AS own ON c.company_id = own.company_id
            WHERE
                c.customer_id = owing.customer_id
                AND day.as_of = coalesce($2::date, own.business_date, $3::date)
        ) AS i
        GROUP BY i.company_id, i.currency, i.as_of
        HAVING sum(i.items) > 0 OR sum(i.on_account) <> 0 OR sum(i.unapplied) <> 0
        ORDER BY i.company_id, i.currency
    ) AS line
    WHERE (owing.customer_id, line.company_id, line.currency) > ($4::text, $5::text, $6::text)
    LIMIT $7
) AS aged
LEFT JOIN customer ON aged.customer_id = customer.customer_id
ORDER BY aged.customer_id, aged.company_id, aged.currency;

-- name: view_aging_trend
-- Snapshots of a span of days, in order of day.
SELECT
    company_id, currency, as_of, current_amount, days_1_30, days_31_60, days_61_90, days_91_120, over_120,
    total, open_items, on_account, unapplied
FROM aging_snapshot
WHERE
    as_of BETWEEN $1::date AND $2::date
    AND ($3::text IS NULL OR company_id = $3::text)
    AND (as_of, company_id, currency) > ($4::date, $5::text, $6::text)
ORDER BY as_of, company_id, currency
LIMIT $7;
