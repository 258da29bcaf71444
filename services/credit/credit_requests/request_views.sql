-- name: view_requests
-- A page of requests, the newest first.
SELECT customer_id, request_id, company_id, kind, currency, amount, valid_until, monthly_purchases, requested_on,
       requested_by, state, steps, changed_on, risk_class, assessment, report_id, report_asked_on, report_days_waited,
       statements_due_on, statements_expire_on, reminded_on, analysis, first_approver, granted_limit, decided_on,
       decided_by, reasons, policy_version
FROM credit_request
WHERE ($1::text IS NULL OR state = $1)
  AND ($2::boolean IS NULL OR (state NOT IN ('Approved', 'Declined')) = $2)
  AND ($3::text IS NULL OR kind = $3)
  AND ($4::text IS NULL OR customer_id = $4)
  AND ($5::text IS NULL OR company_id = $5)
  AND ($6::date IS NULL OR requested_on < $6 OR (requested_on = $6 AND request_id > $7::text))
ORDER BY requested_on DESC, request_id
LIMIT $8;

-- name: view_request
-- One request.
SELECT customer_id, request_id, company_id, kind, currency, amount, valid_until, monthly_purchases, requested_on,
       requested_by, state, steps, changed_on, risk_class, assessment, report_id, report_asked_on, report_days_waited,
       statements_due_on, statements_expire_on, reminded_on, analysis, first_approver, granted_limit, decided_on,
       decided_by, reasons, policy_version
FROM credit_request
WHERE request_id = $1
ORDER BY customer_id
LIMIT 1;

-- name: view_request_steps
-- A request's way.
SELECT step, old_state, new_state, cause, happened_on, done_by, text
FROM credit_request_step
WHERE customer_id = $1 AND request_id = $2
ORDER BY step;

-- name: view_reports
-- Bureau reports on a customer, the newest first.
SELECT report_id, bureau, report_date, expires_on, score, remarks
FROM credit_report
WHERE customer_id = $1
ORDER BY report_date DESC, report_id
LIMIT 20;

-- name: view_statements
-- Financial statements entered for a request, the oldest first.
SELECT document
FROM financial_statement
WHERE customer_id = $1 AND request_id = $2
ORDER BY fiscal_year;

-- name: view_reviews
-- Accounts that are due for review or wait in Review for a decision, the longest due first.
SELECT f.customer_id, f.company_id, a.name, a.currency, a.credit_limit, a.state, f.risk_class, f.reviewed_on,
       f.review_due_on, r.request_id AS open_request
FROM credit_file f
JOIN account a ON a.customer_id = f.customer_id
LEFT JOIN credit_request r ON r.customer_id = f.customer_id AND r.state NOT IN ('Approved', 'Declined')
LEFT JOIN company_day d ON d.company_id = f.company_id
WHERE f.closed_on IS NULL
  AND (f.review_due_on <= COALESCE(d.business_date, $1) OR a.state = 'Review')
  AND ($2::text IS NULL OR f.company_id = $2)
  AND ($3::text IS NULL OR f.risk_class = $3)
  AND ($4::numeric IS NULL OR a.credit_limit >= $4)
  AND ($5::date IS NULL OR (f.review_due_on, f.customer_id) > ($5, $6::text))
ORDER BY f.review_due_on, f.customer_id
LIMIT $7;
