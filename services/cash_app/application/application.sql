-- name: insert_applications
-- What payments settled, one row per application.
INSERT INTO application (
    customer_id, application_id, payment_id, company_id, currency, applied_on, amount, discount, paid_currency,
    paid_amount, policy_version
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::numeric[], $8::numeric[],
    $9::text[], $10::numeric[], $11::integer[]
);

-- name: insert_application_lines
-- What applications settled, one row per item, with why.
INSERT INTO application_line (
    customer_id, application_id, line_no, item_id, document_number, amount, discount, rule, why, evidence, score,
    alternatives, tolerance, deduction
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::numeric[], $7::numeric[], $8::text[],
    $9::text[], $10::text[], $11::integer[], $12::text[], $13::numeric[], $14::numeric[]
);

-- name: insert_deductions
-- What payers deducted from items, and why.
INSERT INTO deduction (
    customer_id, deduction_id, application_id, item_id, payment_id, reason, why, payer_code, payer_text, payer_reference
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[]
);

-- name: uses_of_credit_memos
-- What credit memos settled and was not reversed, the earliest first.
SELECT a.payment_id, l.item_id, l.document_number, a.applied_on, l.amount, a.currency
FROM application AS a
INNER JOIN application_line AS l ON a.customer_id = l.customer_id AND a.application_id = l.application_id
WHERE a.payment_id = ANY($1::text[])
    AND NOT EXISTS (
        SELECT FROM application_reversal AS r
        WHERE r.customer_id = a.customer_id AND r.application_id = a.application_id
    )
ORDER BY a.payment_id, a.applied_on, a.application_id, l.line_no;
