-- Business content in an order of its own; left out is what arrival order may decide: document numbers, times,
-- event ids, versions, exposures at the moment of a decision, and what a person's request was known by.

-- name: digest_invoicing_orders
-- Orders and what became of them.
SELECT order_id, customer_id, company_id, order_date, currency, state, net, tax, total, open_amount FROM customer_order;

-- name: digest_invoicing_shipments
-- What left the warehouse.
SELECT shipment_id, order_id, customer_id, shipped_on FROM shipment;

-- name: digest_invoicing_backorders
-- What still waits for goods.
SELECT order_id, line_no, item_id, quantity FROM backorder WHERE quantity > 0;

-- name: digest_invoicing_invoices
-- Invoices by what they are for, without their numbers.
SELECT
    invoice_id, coalesce(order_id, '') AS order_id, coalesce(shipment_id, '') AS shipment_id, customer_id, company_id,
    invoice_date, due_date, currency, net, tax, total, discount_amount, disputed
FROM invoice;

-- name: digest_invoicing_credit_memos
-- What was credited or asked for, without numbers.
SELECT
    customer_id, company_id, document_kind, currency, net, tax, total, reason_code, state, requested_by, requested_on,
    credit_date, decided_by
FROM credit_memo;

-- name: digest_invoicing_finance_charges
-- Who was charged for paying late, without numbers.
SELECT customer_id, company_id, kind, charge_date, due_date, currency, amount FROM finance_charge;

-- name: digest_credit_accounts
-- Credit accounts.
SELECT customer_id, company_id, currency, credit_limit, open_items_total, open_orders_total, state FROM account;

-- name: digest_credit_orders
-- What was decided of orders, and when.
SELECT order_id, customer_id, order_amount, open_amount, decision, decided_on FROM open_order;

-- name: digest_credit_decisions
-- The decisions on the way there.
SELECT order_id, customer_id, decision, decided_on FROM order_decision;

-- name: digest_credit_requests
-- Who asked for how much credit, and what was answered.
SELECT r.customer_id, r.request_id, r.kind, r.currency, r.amount, r.state, r.granted_limit, r.decided_on, r.decided_by
FROM credit_request AS r;

-- name: digest_credit_limits
-- Limits as they were set, and by whom.
SELECT l.customer_id, l.limit_version, l.credit_limit, l.valid_from, l.valid_until, l.set_by FROM limit_history AS l;

-- name: digest_credit_exposure
-- What was owed, on order, on account and secured, as it changed from day to day.
SELECT m.customer_id, m.part, m.detail, m.currency, m.business_date, sum(m.change) AS change
FROM exposure_movement AS m
GROUP BY m.customer_id, m.part, m.detail, m.currency, m.business_date
HAVING sum(m.change) <> 0;

-- name: digest_cash_app_items
-- Open items.
SELECT item_id, customer_id, company_id, currency, original_amount, open_amount, document_date, due_date, disputed, closed_on
FROM open_item;

-- name: digest_cash_app_movements
-- Dated changes of items.
SELECT item_id, customer_id, business_date, cause, sum(change) AS change
FROM item_movement
GROUP BY item_id, customer_id, business_date, cause;

-- name: digest_cash_app_payments
-- Payments and where their money is. Of a payment reported twice it does not matter which report came first.
SELECT bank_reference, coalesce(customer_id, '') AS customer_id, company_id, currency, amount, unapplied_amount, state, value_date
FROM payment;

-- name: digest_cash_app_applications
-- What each payment settled, and by which rule.
SELECT p.bank_reference, l.item_id, a.applied_on, l.rule, sum(l.amount) AS amount, sum(l.discount) AS discount
FROM application AS a
INNER JOIN application_line AS l ON a.customer_id = l.customer_id AND a.application_id = l.application_id
INNER JOIN payment AS p ON a.payment_id = p.payment_id
GROUP BY p.bank_reference, l.item_id, a.applied_on, l.rule;

-- name: digest_cash_app_waiting
-- Money in suspense, unapplied and on account by day.
SELECT customer_id, company_id, currency, business_date, account, sum(change) AS change
FROM cash_movement
GROUP BY customer_id, company_id, currency, business_date, account
HAVING sum(change) <> 0;

-- name: digest_cash_app_corrections
-- What was undone, transferred, refunded, written off, returned and held.
SELECT 'reversal' AS kind, p.bank_reference AS subject, r.customer_id, r.reversed_on AS done_on, r.currency, r.amount
FROM application_reversal AS r INNER JOIN payment AS p ON r.payment_id = p.payment_id
UNION ALL
SELECT 'transfer', p.bank_reference, t.to_customer_id, t.transferred_on, t.currency, t.amount
FROM payment_transfer AS t INNER JOIN payment AS p ON t.payment_id = p.payment_id
UNION ALL
SELECT 'refund', p.bank_reference, f.customer_id, f.refunded_on, f.currency, f.amount
FROM payment_refund AS f INNER JOIN payment AS p ON f.payment_id = p.payment_id
UNION ALL
SELECT 'write-off', w.item_id, w.customer_id, w.written_off_on, w.currency, w.amount FROM write_off AS w
UNION ALL
SELECT 'return', b.bank_reference, b.state, b.value_date, b.currency, b.amount FROM payment_return AS b
UNION ALL
SELECT 'duplicate', p.bank_reference, h.state, h.held_on, p.currency, p.amount
FROM held_duplicate AS h INNER JOIN payment AS p ON h.payment_id = p.payment_id;

-- name: digest_collections_notices
-- Who was reminded of what, and when.
SELECT d.item_id, d.customer_id, d.step, d.sent_on, d.days_overdue, d.open_amount FROM dunned_item AS d;

-- name: digest_collections_promises
-- Promises and what became of them.
SELECT customer_id, currency, amount, made_on, due_on, state, judged_on, applied, paid_on FROM promise;

-- name: digest_collections_holds
-- Holds asked for and lifted.
SELECT customer_id, requested_on, lifted_on FROM credit_hold;

-- name: digest_collections_deductions
-- What payers kept back, and what was answered.
SELECT customer_id, currency, amount, opened_on, reason, state, collector, granted_amount, decided_on FROM deduction;

-- name: digest_collections_activities
-- How often something was done about a customer on a day.
SELECT customer_id, kind, happened_on, count(*) AS times FROM activity GROUP BY customer_id, kind, happened_on;

-- name: digest_analytics_items
-- Items as analytics follows them.
SELECT item_id, customer_id, currency, original_amount, open_amount, posted_on, first_relief_on, last_relief_on, closed_on
FROM item;

-- name: digest_analytics_snapshots
-- Aging by day as it was published.
SELECT
    company_id, currency, as_of, current_amount, days_1_30, days_31_60, days_61_90, days_91_120, over_120, total, open_items
FROM aging_snapshot;

-- name: digest_analytics_periods
-- Months as they were reported.
SELECT company_id, currency, period_start, opening, sales, closing, closing_current, cash_collected FROM period_report;

-- name: digest_journal
-- Journal totals by day and pair of accounts.
SELECT company_id, currency, business_date, debit, credit, sum(amount) AS amount
FROM journal_posting
GROUP BY company_id, currency, business_date, debit, credit;
