-- name: load_credit_files
-- Credit files of these customers, locked in key order.
SELECT customer_id, company_id, risk_class, reviewed_on, review_due_on, closed_on, planned_limits, next_limit_on
FROM credit_file
WHERE customer_id = ANY ($1::text[])
ORDER BY customer_id
FOR UPDATE;

-- name: load_credit_files_with_limits_due
-- Those of these customers' credit files of which a planned limit takes effect by a day, locked in key order.
SELECT customer_id, company_id, risk_class, reviewed_on, review_due_on, closed_on, planned_limits, next_limit_on
FROM credit_file
WHERE customer_id = ANY ($1::text[]) AND next_limit_on <= $2
ORDER BY customer_id
FOR UPDATE;

-- name: save_credit_files
-- Adds or changes credit files.
INSERT INTO credit_file (customer_id, company_id, risk_class, reviewed_on, review_due_on, closed_on, planned_limits,
                         next_limit_on)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::date[], $6::date[], $7::jsonb[], $8::date[])
ON CONFLICT (customer_id) DO UPDATE
SET company_id = excluded.company_id, risk_class = excluded.risk_class, reviewed_on = excluded.reviewed_on,
    review_due_on = excluded.review_due_on, closed_on = excluded.closed_on, planned_limits = excluded.planned_limits,
    next_limit_on = excluded.next_limit_on;

-- name: view_credit_file
-- A customer's credit file.
SELECT customer_id, company_id, risk_class, reviewed_on, review_due_on, closed_on, planned_limits, next_limit_on
FROM credit_file
WHERE customer_id = $1;

-- name: insert_limit_history
-- Records limits as they were set.
INSERT INTO limit_history (customer_id, limit_version, currency, credit_limit, previous_limit, valid_from, valid_until,
                           set_by, reason, request_id)
SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::numeric[], $5::numeric[], $6::date[], $7::date[],
                     $8::text[], $9::text[], $10::text[]);

-- name: view_limits
-- Limits as they were set, the newest first.
SELECT limit_version, credit_limit, previous_limit, valid_from, valid_until, set_by, reason, request_id
FROM limit_history
WHERE customer_id = $1
ORDER BY limit_version DESC
LIMIT 100;
