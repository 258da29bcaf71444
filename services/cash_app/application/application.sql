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
    alternatives, tolerance, deduction, discount_taxes, surplus, paid, exchange_difference
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::numeric[], $7::numeric[], $8::text[],
    $9::text[], $10::text[], $11::integer[], $12::text[], $13::numeric[], $14::numeric[], $15::jsonb[],
    $16::numeric[], $17::numeric[], $18::numeric[]
);

-- name: insert_deductions
-- What payers deducted from items, and why.
INSERT INTO deduction (customer_id, deduction_id, application_id, item_id, payment_id, reason, why)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]);
