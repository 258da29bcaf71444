-- name: add_trade_days
-- Adds to customers' sums of a day; the sums come out the same in whatever order they are added to.
INSERT INTO trade_day AS t (customer_id, currency, business_date, balance_change, purchases, paid_items, paid_amount,
                            late_items_days, late_amount, amount_days, disputed_amount, broken_promises, first_document)
SELECT n.customer_id, n.currency, n.business_date, sum(n.balance_change), sum(n.purchases), sum(n.paid_items),
       sum(n.paid_amount), sum(n.late_items_days), sum(n.late_amount), sum(n.amount_days), sum(n.disputed_amount),
       sum(n.broken_promises), min(n.first_document)
FROM unnest($1::text[], $2::text[], $3::date[], $4::numeric[], $5::numeric[], $6::integer[], $7::numeric[],
            $8::integer[], $9::numeric[], $10::numeric[], $11::numeric[], $12::integer[], $13::date[])
     AS n (customer_id, currency, business_date, balance_change, purchases, paid_items, paid_amount, late_items_days,
           late_amount, amount_days, disputed_amount, broken_promises, first_document)
GROUP BY n.customer_id, n.currency, n.business_date
ORDER BY n.customer_id, n.currency, n.business_date
ON CONFLICT (customer_id, currency, business_date) DO UPDATE
SET balance_change = t.balance_change + excluded.balance_change, purchases = t.purchases + excluded.purchases,
    paid_items = t.paid_items + excluded.paid_items, paid_amount = t.paid_amount + excluded.paid_amount,
    late_items_days = t.late_items_days + excluded.late_items_days, late_amount = t.late_amount + excluded.late_amount,
    amount_days = t.amount_days + excluded.amount_days, disputed_amount = t.disputed_amount + excluded.disputed_amount,
    broken_promises = t.broken_promises + excluded.broken_promises,
    first_document = LEAST(t.first_document, excluded.first_document);

-- name: payment_facts
-- How customers paid: sums after `since` and after `recent`, up to a day, and the highest balance at the end of a day.
WITH asked AS (
    SELECT customer_id, currency, as_of, since, recent
    FROM unnest($1::text[], $2::text[], $3::date[], $4::date[], $5::date[]) AS a (customer_id, currency, as_of, since, recent)
), days AS (
    SELECT a.customer_id, a.as_of, d.business_date > a.since AS counts, d.business_date > a.recent AS is_recent,
           d.purchases, d.paid_items, d.paid_amount, d.late_items_days, d.late_amount, d.amount_days,
           d.disputed_amount, d.broken_promises, d.first_document,
           sum(d.balance_change) OVER (PARTITION BY a.customer_id, a.as_of ORDER BY d.business_date) AS balance
    FROM asked a
    JOIN trade_day d ON d.customer_id = a.customer_id AND d.currency = a.currency AND d.business_date <= a.as_of
)
SELECT customer_id, as_of,
       COALESCE(sum(paid_items) FILTER (WHERE counts), 0)::integer AS payments,
       COALESCE(sum(paid_amount) FILTER (WHERE counts), 0) AS paid_amount,
       COALESCE(sum(late_items_days) FILTER (WHERE counts), 0)::integer AS late_items_days,
       COALESCE(sum(late_amount) FILTER (WHERE counts), 0) AS late_amount,
       COALESCE(sum(amount_days) FILTER (WHERE counts), 0) AS amount_days,
       COALESCE(sum(paid_amount) FILTER (WHERE counts AND is_recent), 0) AS recent_amount,
       COALESCE(sum(amount_days) FILTER (WHERE counts AND is_recent), 0) AS recent_amount_days,
       COALESCE(sum(disputed_amount) FILTER (WHERE counts), 0) AS disputed_amount,
       COALESCE(sum(broken_promises) FILTER (WHERE counts), 0)::integer AS broken_promises,
       COALESCE(sum(purchases) FILTER (WHERE counts), 0) AS purchases,
       GREATEST(COALESCE(max(balance) FILTER (WHERE counts), 0), 0) AS highest_balance,
       min(first_document) AS first_document
FROM days
GROUP BY customer_id, as_of;

-- name: yearly_sales
-- What a customer was invoiced in a currency after a day, up to another one.
SELECT COALESCE(sum(purchases), 0) AS amount
FROM trade_day
WHERE customer_id = $1 AND currency = $2 AND business_date > $3 AND business_date <= $4;
