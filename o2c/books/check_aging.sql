-- name: aging_by_due_date
-- What was open by analytics' sums at the end of a day, and of how many items.
SELECT
    s.company_id, s.due_date::text AS due_on, s.currency, sum(s.amount)::numeric(24, 3) AS amount, sum(s.items) AS items
FROM aging_sums_as_of($1::date) AS s
GROUP BY s.company_id, s.due_date, s.currency;

-- name: items_by_due_date
-- The same, from the items themselves.
SELECT
    i.company_id, i.due_date::text AS due_on, i.currency, sum(i.open_amount)::numeric(24, 3) AS amount, count(*) AS items
FROM open_items_as_of($1::date) AS i
WHERE i.open_amount > 0
GROUP BY i.company_id, i.due_date, i.currency;

-- name: aging_sums_differing
-- How many sums, of any day or month, are not those of the dated changes.
SELECT count(*)
FROM (
    SELECT span, begins_on, company_id, currency, due_date, sum(amount) AS amount, sum(items) AS items
    FROM aging_sum
    GROUP BY span, begins_on, company_id, currency, due_date
) AS kept
FULL JOIN aging_sum_of_items AS made USING (span, begins_on, company_id, currency, due_date)
WHERE coalesce(kept.amount, 0) <> coalesce(made.amount, 0) OR coalesce(kept.items, 0) <> coalesce(made.items, 0);
