-- name: demo_last_day
-- The last business day this service received.
SELECT max(business_date) AS business_date
FROM business_day;

-- name: demo_orders
-- What became of the orders of a span of days.
SELECT
    count(*) AS placed,
    count(*) FILTER (WHERE o.state = 'Rejected') AS rejected,
    count(*) FILTER (WHERE o.state = 'Cancelled') AS cancelled,
    count(*) FILTER (WHERE o.state = 'Closed') AS closed,
    count(*) FILTER (WHERE o.state NOT IN ('Rejected', 'Cancelled', 'Closed')) AS under_way,
    count(*) FILTER (
        WHERE EXISTS (
            SELECT s.seq
            FROM order_step AS s
            WHERE
                s.customer_id = o.customer_id
                AND s.order_id = o.order_id
                AND s.state IN ('Backordered', 'PartiallyAllocated')
        )
    ) AS backordered
FROM customer_order AS o
WHERE o.order_date BETWEEN $1 AND $2;

-- name: demo_invoices
-- Invoices of a span of days by currency.
SELECT currency, count(*) AS documents, sum(net) AS net, sum(tax) AS tax, sum(total) AS total
FROM invoice
WHERE order_id IS NOT NULL AND invoice_date BETWEEN $1 AND $2
GROUP BY currency;

-- name: demo_brought_forward
-- Invoices of the system that went before, by currency.
SELECT currency, count(*) AS documents, sum(total) AS total
FROM invoice
WHERE order_id IS NULL
GROUP BY currency;

-- name: demo_decisions
-- Credit decisions of a span of days, by what was decided and by whom.
SELECT decision, decided_by = 'system' AS by_itself, count(DISTINCT order_id) AS orders
FROM order_decision
WHERE decided_on BETWEEN $1 AND $2
GROUP BY decision, decided_by = 'system';

-- name: demo_credit_requests
-- Credit requests of a span of days, by state and by who decided.
SELECT state, decided_by = 'system' AS by_itself, count(*) AS requests
FROM credit_request
WHERE requested_on BETWEEN $1 AND $2
GROUP BY state, decided_by = 'system';

-- name: demo_bureau
-- What was asked of the credit bureau in a span of days, and what came of it.
SELECT
    count(*) AS asked,
    count(r.report_id) AS answered,
    count(*) FILTER (WHERE s.cause IS NOT NULL) AS not_in_time
FROM credit_request AS q
LEFT JOIN credit_report AS r ON q.customer_id = r.customer_id AND q.report_id = r.report_id
LEFT JOIN credit_request_step AS s
    ON
        q.customer_id = s.customer_id
        AND q.request_id = s.request_id
        AND s.cause = 'the bureau did not answer in time'
WHERE q.report_id IS NOT NULL AND q.requested_on BETWEEN $1 AND $2;

-- name: demo_hold_days
-- How long orders held in a span of days waited until they were released or declined.
SELECT count(*) AS ended, avg(ended.decided_on - held.decided_on) AS days, max(ended.decided_on - held.decided_on) AS longest
FROM order_decision AS held
INNER JOIN LATERAL (
    SELECT min(d.decided_on) AS decided_on
    FROM order_decision AS d
    WHERE d.customer_id = held.customer_id AND d.order_id = held.order_id AND d.decision IN ('released', 'declined')
        AND d.decision_no > held.decision_no
) AS ended ON ended.decided_on IS NOT NULL
WHERE held.decision = 'held' AND held.decided_on BETWEEN $1 AND $2;

-- name: demo_exposure
-- Exposure by part and currency as of the end of a day.
SELECT part, currency, sum(change) AS amount
FROM exposure_movement
WHERE business_date <= $1
GROUP BY part, currency
HAVING sum(change) <> 0;

-- name: demo_rates
-- How many exchange rates hold from a day up to this one on.
SELECT count(*) AS rates FROM exchange_rate WHERE valid_from <= $1;

-- name: demo_amended
-- Orders that were amended.
SELECT count(*) AS orders FROM customer_order WHERE revision > 1 AND state <> 'Rejected';

-- name: demo_payments
-- Payments of a span of days by currency, and where what is not applied is.
SELECT
    currency,
    count(*) AS payments,
    sum(amount) AS amount,
    sum(unapplied_amount) FILTER (WHERE state = 'suspense') AS suspense,
    sum(unapplied_amount) FILTER (WHERE state = 'unapplied') AS unapplied,
    sum(unapplied_amount) FILTER (WHERE state = 'on_account') AS on_account
FROM payment
WHERE value_date BETWEEN $1 AND $2
GROUP BY currency;

-- name: demo_duplicates
-- How often the bank reported a payment again.
SELECT count(*) AS duplicates
FROM duplicate_payment
WHERE value_date BETWEEN $1 AND $2;

-- name: demo_suspense
-- Payments of a span of days whose payer was not known at first, and how many of them a person assigned.
SELECT
    count(DISTINCT m.payment_id) AS payments,
    count(DISTINCT m.payment_id) FILTER (WHERE p.state <> 'suspense') AS assigned
FROM cash_movement AS m
INNER JOIN payment AS p ON m.payment_id = p.payment_id
WHERE m.account = 'suspense' AND m.change > 0 AND m.business_date BETWEEN $1 AND $2;

-- name: demo_applied
-- What payments settled of items in a span of days.
SELECT a.currency, a.payment_id, l.item_id, l.rule, sum(l.amount) AS amount, sum(l.discount) AS discount
FROM application AS a
INNER JOIN application_line AS l ON a.customer_id = l.customer_id AND a.application_id = l.application_id
WHERE a.applied_on BETWEEN $1 AND $2
GROUP BY a.currency, a.payment_id, l.item_id, l.rule;

-- name: demo_dunning
-- Dunning notices of a span of days by step and currency.
SELECT step, step_name, currency, count(*) AS notices, sum(total) AS total
FROM dunning_notice
WHERE sent_on BETWEEN $1 AND $2
GROUP BY step, step_name, currency;

-- name: demo_promises
-- Promises made in a span of days by what became of them.
SELECT state, count(*) AS promises
FROM promise
WHERE made_on BETWEEN $1 AND $2
GROUP BY state;

-- name: demo_holds
-- Credit holds of a span of days, and how many of them are lifted.
SELECT count(*) AS holds, count(lifted_on) AS lifted
FROM credit_hold
WHERE requested_on BETWEEN $1 AND $2;

-- name: demo_batches
-- Journal batches by state.
SELECT state, count(*) AS batches, count(*) FILTER (WHERE attempt > 1) AS sent_again
FROM journal_batch
GROUP BY state;
