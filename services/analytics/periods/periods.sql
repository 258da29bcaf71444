-- name: last_period_reported
-- The last month reported of a company.
SELECT period_start FROM period_report WHERE company_id = $1 ORDER BY period_start DESC LIMIT 1;

-- name: figures_of_periods
-- Opening, sales, closing and cash of months, per company and currency that had receivables by then. Sales are the
-- posted items less deductions, which were posted before with the item they were taken from. Credit memos are no cash.
SELECT
    book.company_id,
    book.currency,
    period.period_start,
    (
        SELECT coalesce(sum(s.amount), 0)
        FROM aging_sums_as_of(period.period_start - 1) AS s
        WHERE s.company_id = book.company_id AND s.currency = book.currency
    ) AS opening,
    (
        SELECT coalesce(sum(i.original_amount), 0)
        FROM item AS i
        WHERE
            i.company_id = book.company_id AND i.currency = book.currency
            AND i.posted_on BETWEEN period.period_start AND period.period_end
    ) + (
        SELECT coalesce(sum(m.change), 0)
        FROM item_movement AS m
        WHERE
            m.cause = 'deduction' AND m.company_id = book.company_id AND m.currency = book.currency
            AND m.business_date BETWEEN period.period_start AND period.period_end
    ) AS sales,
    closing.total AS closing,
    closing.current_amount AS closing_current,
    (
        SELECT coalesce(sum(c.amount), 0)
        FROM cash_applied AS c
        WHERE
            c.company_id = book.company_id AND c.currency = book.currency AND NOT c.credit_memo
            AND c.applied_on BETWEEN period.period_start AND period.period_end
    ) AS cash_collected
FROM unnest($1::date[], $2::date[]) AS period (period_start, period_end)
INNER JOIN book ON ($3::text IS NULL OR book.company_id = $3::text) AND book.first_posted_on <= period.period_end
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(s.amount), 0) AS total,
        coalesce(sum(s.amount) FILTER (WHERE s.due_date >= period.period_end), 0) AS current_amount
    FROM aging_sums_as_of(period.period_end) AS s
    WHERE s.company_id = book.company_id AND s.currency = book.currency
) AS closing
ORDER BY period.period_start, book.company_id, book.currency;

-- name: insert_period_reports
-- The figures of months as they are published; once per month.
INSERT INTO period_report (
    company_id, currency, period_start, opening, sales, closing, closing_current, cash_collected
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::date[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[]
)
ON CONFLICT (company_id, period_start, currency) DO NOTHING;

-- name: view_period_reports
-- Reported months, the latest first, a page after a month.
SELECT company_id, currency, period_start, opening, sales, closing, closing_current, cash_collected
FROM period_report
WHERE
    ($1::text IS NULL OR company_id = $1::text)
    AND (
        period_start < $2::date
        OR (period_start = $2::date AND (company_id, currency) > ($3::text, $4::text))
    )
ORDER BY period_start DESC, company_id, currency
LIMIT $5;

-- name: view_figures_reported
-- Months as reported, in order of month, of a span.
SELECT company_id, currency, period_start, opening, sales, closing, closing_current, cash_collected
FROM period_report
WHERE period_start BETWEEN $1::date AND $2::date AND ($3::text IS NULL OR company_id = $3::text)
ORDER BY period_start, company_id, currency;
