-- name: load_requests
-- Credit requests by customer and request, locked in key order.
SELECT customer_id, request_id, company_id, kind, currency, amount, valid_until, monthly_purchases, requested_on,
       requested_by, state, steps, changed_on, risk_class, assessment, report_id, report_asked_on, report_days_waited,
       statements_due_on, statements_expire_on, reminded_on, analysis, first_approver, granted_limit, decided_on,
       decided_by, reasons, policy_version
FROM credit_request
WHERE (customer_id, request_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY customer_id, request_id
FOR UPDATE;

-- name: load_open_requests
-- The undecided requests of these customers, locked in key order.
SELECT customer_id, request_id, company_id, kind, currency, amount, valid_until, monthly_purchases, requested_on,
       requested_by, state, steps, changed_on, risk_class, assessment, report_id, report_asked_on, report_days_waited,
       statements_due_on, statements_expire_on, reminded_on, analysis, first_approver, granted_limit, decided_on,
       decided_by, reasons, policy_version
FROM credit_request
WHERE customer_id = ANY ($1::text[]) AND state NOT IN ('Approved', 'Declined')
ORDER BY customer_id, request_id
FOR UPDATE;

-- name: save_requests
-- Adds or changes requests.
INSERT INTO credit_request (customer_id, request_id, company_id, kind, currency, amount, valid_until, monthly_purchases,
                            requested_on, requested_by, state, steps, changed_on, risk_class, assessment, report_id,
                            report_asked_on, report_days_waited, statements_due_on, statements_expire_on, reminded_on,
                            analysis, first_approver, granted_limit, decided_on, decided_by, reasons, policy_version)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::date[], $8::numeric[],
                     $9::date[], $10::text[], $11::text[], $12::integer[], $13::date[], $14::text[], $15::jsonb[],
                     $16::text[], $17::date[], $18::integer[], $19::date[], $20::date[], $21::date[], $22::jsonb[],
                     $23::text[], $24::numeric[], $25::date[], $26::text[], $27::jsonb[], $28::integer[])
ON CONFLICT (customer_id, request_id) DO UPDATE
SET company_id = excluded.company_id, state = excluded.state, steps = excluded.steps, changed_on = excluded.changed_on,
    risk_class = excluded.risk_class, assessment = excluded.assessment, report_id = excluded.report_id,
    report_asked_on = excluded.report_asked_on, report_days_waited = excluded.report_days_waited,
    statements_due_on = excluded.statements_due_on, statements_expire_on = excluded.statements_expire_on,
    reminded_on = excluded.reminded_on, analysis = excluded.analysis, first_approver = excluded.first_approver,
    granted_limit = excluded.granted_limit, decided_on = excluded.decided_on, decided_by = excluded.decided_by,
    reasons = excluded.reasons, policy_version = excluded.policy_version;

-- name: insert_request_steps
-- Records the steps of requests.
INSERT INTO credit_request_step (customer_id, request_id, step, old_state, new_state, cause, happened_on, done_by, text)
SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::date[], $8::text[],
                     $9::text[]);

-- name: count_requests
-- How many requests the customer has made.
SELECT count(*) AS requests FROM credit_request WHERE customer_id = $1;

-- name: find_request
-- Whose request this is.
SELECT customer_id FROM credit_request WHERE request_id = $1 ORDER BY customer_id LIMIT 1;

-- name: load_reports
-- Bureau reports by customer and report, locked in key order.
SELECT customer_id, report_id, bureau, report_date, expires_on, score, remarks
FROM credit_report
WHERE (customer_id, report_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY customer_id, report_id
FOR UPDATE;

-- name: latest_reports
-- Each customer's latest report with a score.
SELECT DISTINCT ON (customer_id) customer_id, report_id, bureau, report_date, expires_on, score, remarks
FROM credit_report
WHERE customer_id = ANY ($1::text[]) AND score IS NOT NULL
ORDER BY customer_id, report_date DESC, report_id DESC;

-- name: save_reports
-- Adds reports.
INSERT INTO credit_report (customer_id, report_id, bureau, report_date, expires_on, score, remarks)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::date[], $6::integer[], $7::text[])
ON CONFLICT (customer_id, report_id) DO NOTHING;

-- name: save_statements
-- Adds or corrects financial statements of a request.
INSERT INTO financial_statement (customer_id, request_id, fiscal_year, entered_on, entered_by, document)
SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::date[], $5::text[], $6::jsonb[])
ON CONFLICT (customer_id, request_id, fiscal_year) DO UPDATE
SET entered_on = excluded.entered_on, entered_by = excluded.entered_by, document = excluded.document;
