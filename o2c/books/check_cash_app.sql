-- name: open_by_customer
-- Open items per customer and currency at the end of a day: the sum of dated changes.
SELECT customer_id, currency, sum(change) AS amount
FROM item_movement
WHERE business_date <= $1
GROUP BY customer_id, currency;

-- name: relief_by_customer
-- What cash and discount took off items per customer and currency, up to the end of a day.
SELECT customer_id, currency, -sum(change) AS amount
FROM item_movement
WHERE business_date <= $1 AND cause <> 'posted'
GROUP BY customer_id, currency;

-- name: open_item_by_customer
-- Open items per customer and currency as they stand.
SELECT customer_id, currency, sum(open_amount) AS amount
FROM open_item
GROUP BY customer_id, currency;

-- name: items_below_zero
-- Items whose running balance falls below zero at the end of any day.
SELECT count(DISTINCT item_id) AS items
FROM (
    SELECT
        item_id,
        sum(sum(change)) OVER (PARTITION BY customer_id, item_id ORDER BY business_date) AS balance
    FROM item_movement
    WHERE business_date <= $1
    GROUP BY customer_id, item_id, business_date
) AS running
WHERE balance < 0;

-- name: own_items_by_customer
-- Items that invoicing knows nothing of, per customer and currency up to the end of a day: deductions, fees, claims.
-- `$2` are the finance charges, which it does know of.
SELECT i.customer_id, i.currency, sum(m.change) AS amount
FROM open_item AS i
INNER JOIN item_movement AS m ON i.customer_id = m.customer_id AND i.item_id = m.item_id AND m.cause = 'posted'
WHERE i.kind <> 'invoice' AND m.business_date <= $1 AND i.item_id <> ALL($2::text[])
GROUP BY i.customer_id, i.currency;

-- name: credit_memos_by_customer
-- Credit memos taken in, per customer they were given to and currency, up to the end of a day.
SELECT p.stated_customer AS customer_id, p.currency, sum(p.amount) AS amount
FROM payment AS p
WHERE
    p.method = 'credit_memo' AND p.value_date <= $1
    AND NOT EXISTS (SELECT FROM payment_part AS s WHERE s.part_id = p.payment_id)
GROUP BY p.stated_customer, p.currency;

-- name: deductions_by_customer
-- What payers kept back, per customer and currency.
SELECT customer_id, currency, sum(original_amount) AS amount
FROM open_item
WHERE kind = 'deduction'
GROUP BY customer_id, currency;

-- name: payments_received
-- Payments and credit memos per currency up to the end of a day; a part split off came with the whole, and what was
-- declared a repeat came with another payment.
SELECT p.currency, sum(p.amount) AS amount, sum(p.amount) FILTER (WHERE p.method <> 'credit_memo') AS cash
FROM payment AS p
WHERE p.value_date <= $1 AND NOT EXISTS (SELECT FROM payment_part AS s WHERE s.part_id = p.payment_id)
    AND NOT EXISTS (
        SELECT FROM cash_movement AS m
        WHERE p.state = 'repeat' AND m.payment_id = p.payment_id AND m.seq = p.movements AND m.business_date <= $1
    )
GROUP BY p.currency;

-- name: payments_returned
-- What the bank took back per currency up to the end of a day; what could not be paid is a claim on the customer.
SELECT currency, sum(amount) AS amount FROM payment_return WHERE value_date <= $1 GROUP BY currency;

-- name: claims_for_returns
-- What customers owe for payments that were refunded and then returned, per currency, up to the end of a day.
SELECT i.currency, sum(m.change) AS amount
FROM open_item AS i
INNER JOIN item_movement AS m ON i.customer_id = m.customer_id AND i.item_id = m.item_id
WHERE i.kind = 'claim' AND m.cause IN ('posted', 'cancelled') AND m.business_date <= $1
GROUP BY i.currency;

-- name: payments_refunded
-- Refunds less those cancelled, per currency up to the end of a day.
SELECT currency, sum(amount) AS amount FROM payment_refund WHERE refunded_on <= $1 GROUP BY currency;

-- name: bank_fees
-- What card acquirers and banks kept back of payments, per currency up to the end of a day.
SELECT kept.currency, sum(kept.amount) AS amount
FROM (
    SELECT currency, fee AS amount FROM bundle WHERE fee <> 0 AND value_date <= $1
    UNION ALL
    SELECT currency, -amount FROM import_entry WHERE outcome = 'booked' AND value_date <= $1
) AS kept
GROUP BY kept.currency;

-- name: coded_lines
-- What lines of bank statements were coded to, per GL account and currency up to the end of a day: what the bank took is
-- a debit.
SELECT gl_account AS account, currency, -sum(amount) AS amount
FROM statement_line
WHERE state = 'coded' AND value_date <= $1
GROUP BY gl_account, currency;

-- name: load_policy_versions
-- Every version of the named policies, oldest first.
SELECT name, version, valid_from, document::text AS document, set_by, set_at, reason
FROM policy_version
WHERE name = ANY($1::text[])
ORDER BY name, version;

-- name: coded_payments
-- Money that was taken out of suspense to GL accounts, per account and currency as of the end of a day: a credit.
SELECT gl_account AS account, currency, -sum(amount) AS amount
FROM payment_coding
WHERE coded_on <= $1 AND (undone_on IS NULL OR undone_on > $1)
GROUP BY gl_account, currency;

-- name: receipts_with_codes
-- Lines of statements up to a day that were posted as customers' payments by no person, although one part of the bank's
-- code is among $2.
SELECT
    l.line_id, l.bank_account, l.currency, l.statement_date, l.amount, l.bank_code, l.subject_id,
    coalesce(e.facts ->> 'details', '') AS details
FROM statement_line AS l
INNER JOIN import_entry AS e ON l.import_id = e.import_id AND l.entry_no = e.entry_no
WHERE
    l.state = 'receipt' AND l.coded_by = '' AND l.amount > 0 AND l.statement_date <= $1 AND e.outcome = 'post'
    AND string_to_array(upper(l.bank_code), '/') && $2::text[]
ORDER BY l.line_id;

-- name: bank_accounts_with_statements
-- Our bank accounts that have a statement of a day or before.
SELECT DISTINCT bank_account FROM statement_balance WHERE statement_date <= $1 ORDER BY bank_account;

-- name: written_off
-- Write-offs less those reversed, per currency up to the end of a day.
SELECT currency, sum(amount) AS amount FROM write_off WHERE written_off_on <= $1 GROUP BY currency;

-- name: cash_waiting
-- Money in suspense, unapplied and on account per currency at the end of a day.
SELECT account, currency, sum(change) AS amount
FROM cash_movement
WHERE business_date <= $1
GROUP BY account, currency;

-- name: payments_waiting
-- The queues: money in suspense, unapplied and on account per currency as payments stand, less returns that wait.
SELECT queue.account, queue.currency, sum(queue.amount) AS amount
FROM (
    SELECT state AS account, currency, unapplied_amount AS amount FROM payment WHERE unapplied_amount > 0
    UNION ALL
    SELECT 'suspense', currency, -amount FROM payment_return WHERE state = 'waiting'
) AS queue
GROUP BY queue.account, queue.currency;

-- name: applications_by_currency
-- What payments were used for, in their own currency, less what was undone, up to the end of a day.
SELECT used.currency, sum(used.amount) AS amount
FROM (
    SELECT coalesce(a.paid_currency, a.currency) AS currency, coalesce(a.paid_amount, a.amount) AS amount
    FROM application AS a
    WHERE a.applied_on <= $1
    UNION ALL
    SELECT coalesce(a.paid_currency, a.currency), -coalesce(l.paid, l.amount + l.surplus)
    FROM application_reversal AS r
    INNER JOIN application AS a ON r.customer_id = a.customer_id AND r.application_id = a.application_id
    INNER JOIN application_reversal_line AS l
        ON r.customer_id = l.customer_id AND r.application_id = l.application_id AND r.reversal_id = l.reversal_id
    WHERE r.reversed_on <= $1
) AS used
GROUP BY used.currency;

-- name: exchanged_by_currency
-- Of payments for items in other currencies: what they settled, less what they used, each in its own currency and
-- less what was undone, up to the end of a day.
SELECT side.currency, sum(side.amount) AS amount
FROM (
    SELECT customer_id, application_id, amount, paid_amount FROM application WHERE applied_on <= $1
    UNION ALL
    SELECT l.customer_id, l.application_id, -l.amount, -l.paid
    FROM application_reversal AS r
    INNER JOIN application_reversal_line AS l
        ON r.customer_id = l.customer_id AND r.application_id = l.application_id AND r.reversal_id = l.reversal_id
    WHERE r.reversed_on <= $1
) AS used
INNER JOIN application AS a ON used.customer_id = a.customer_id AND used.application_id = a.application_id
CROSS JOIN LATERAL (
    VALUES (a.currency, used.amount), (a.paid_currency, -used.paid_amount)
) AS side (currency, amount)
WHERE a.paid_currency <> a.currency
GROUP BY side.currency;

-- name: granted_by_currency
-- Discount, the tax in it, and tolerance granted, in the items' currency, less what was undone, up to the end of a day;
-- what was paid too much and kept lessens the tolerance.
SELECT
    granted.currency, sum(granted.discount - t.tax) AS discount, sum(t.tax) AS tax,
    sum(granted.tolerance - granted.surplus) AS tolerance
FROM (
    SELECT a.currency, l.discount, l.discount_taxes, l.tolerance, l.surplus, 1 AS sign
    FROM application AS a
    INNER JOIN application_line AS l ON a.customer_id = l.customer_id AND a.application_id = l.application_id
    WHERE a.applied_on <= $1
    UNION ALL
    SELECT r.currency, -l.discount, l.discount_taxes, -l.tolerance, -l.surplus, -1
    FROM application_reversal AS r
    INNER JOIN application_reversal_line AS l
        ON r.customer_id = l.customer_id AND r.application_id = l.application_id AND r.reversal_id = l.reversal_id
    WHERE r.reversed_on <= $1
) AS granted
CROSS JOIN LATERAL (
    SELECT granted.sign * coalesce(sum((part ->> 1)::numeric), 0) AS tax
    FROM jsonb_array_elements(granted.discount_taxes) AS part
) AS t
GROUP BY granted.currency;

-- name: aging_from_movements
-- Aging per company and currency at the end of a day, straight from the dated changes.
SELECT i.company_id, i.currency, i.due_date, sum(m.change) AS amount
FROM item_movement AS m
INNER JOIN open_item AS i ON m.customer_id = i.customer_id AND m.item_id = i.item_id
WHERE m.business_date <= $1
GROUP BY i.company_id, i.currency, i.due_date
HAVING sum(m.change) <> 0;

-- name: on_account_by_customer
-- Money on customers' accounts as of the end of a day.
SELECT customer_id, currency, sum(change) AS amount
FROM cash_movement
WHERE account = 'on_account' AND business_date <= $1
GROUP BY customer_id, currency;

-- name: credit_in_hand
-- Customers' money on account and unapplied, per company and currency at the end of a day.
SELECT account, company_id, currency, sum(change) AS amount
FROM cash_movement
WHERE account IN ('on_account', 'unapplied') AND business_date <= $1
GROUP BY account, company_id, currency
HAVING sum(change) <> 0;
