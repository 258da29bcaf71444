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
    alternatives, tolerance, deduction, discount_taxes, surplus, paid, exchange_difference,
    recovered, given_back
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::numeric[], $7::numeric[], $8::text[],
    $9::text[], $10::text[], $11::integer[], $12::text[], $13::numeric[], $14::numeric[], $15::jsonb[],
    $16::numeric[], $17::numeric[], $18::numeric[], $19::numeric[], $20::numeric[]
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

-- name: round_sum_lessons
-- Round payments that clerks applied to the oldest items of these customers, in force, the oldest lesson first.
SELECT customer_id, company_id, payment_id
FROM round_sum_lesson
WHERE customer_id = ANY($1::text[]) AND ended_at IS NULL
ORDER BY lesson_id;

-- name: learn_round_sum
-- A clerk applied a round payment to the oldest items; a lesson that is in force is not learned again.
INSERT INTO round_sum_lesson (customer_id, company_id, payment_id, currency, amount, learned_from, learned_on)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (customer_id, company_id, payment_id) WHERE ended_at IS NULL DO NOTHING
RETURNING lesson_id;

-- name: end_round_sum_lessons
-- What was learned of a customer no longer holds.
UPDATE round_sum_lesson SET ended_by = $3, end_reason = $4, ended_at = now()
WHERE customer_id = $1 AND company_id = $2 AND ended_at IS NULL
RETURNING lesson_id, payment_id;

-- name: end_round_sum_lessons_of
-- Lessons of a payment that is corrected; where it was applied as learned, all of its customer's in that company.
UPDATE round_sum_lesson AS r SET ended_by = $2, end_reason = $3, ended_at = now()
WHERE r.ended_at IS NULL
    AND (
        r.payment_id = $1
        OR EXISTS (
            SELECT FROM application AS a
            INNER JOIN application_line AS l ON a.customer_id = l.customer_id AND a.application_id = l.application_id
            WHERE a.payment_id = $1 AND a.customer_id = r.customer_id AND a.company_id = r.company_id
                AND l.rule = 'round_sum'
        )
    )
RETURNING r.lesson_id, r.customer_id, r.payment_id;

-- name: end_round_sum_lesson
-- One lesson no longer holds.
UPDATE round_sum_lesson SET ended_by = $2, end_reason = $3, ended_at = now()
WHERE lesson_id = $1 AND ended_at IS NULL
RETURNING lesson_id, customer_id, company_id, payment_id;

-- name: view_round_sum_lessons
-- Lessons, the latest first; with $2 also those that have ended.
SELECT
    lesson_id, customer_id, company_id, payment_id, currency, amount, learned_from, learned_on, ended_by, end_reason,
    ended_at
FROM round_sum_lesson
WHERE ($1::text IS NULL OR customer_id = $1)
    AND ($2::boolean OR ended_at IS NULL)
    AND ($3::bigint IS NULL OR lesson_id < $3)
ORDER BY lesson_id DESC
LIMIT $4;
