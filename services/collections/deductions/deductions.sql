-- name: load_deductions
-- Deductions by customer and id, locked.
SELECT d.customer_id, d.deduction_id, d.company_id, d.document_number, d.payment_id, d.opened_on, d.currency, d.amount,
       d.reason, d.why, d.payer_code, d.payer_text, d.payer_reference, d.state, d.collector, d.requested_by, d.granted_amount, d.request_id, d.decided_on, d.decision
FROM deduction d
JOIN unnest($1::text[], $2::text[]) AS k (customer_id, deduction_id)
    ON d.customer_id = k.customer_id AND d.deduction_id = k.deduction_id
ORDER BY d.customer_id, d.deduction_id
FOR UPDATE OF d;

-- name: load_deductions_by_request
-- Deductions for which these credit memos were requested, locked.
SELECT customer_id, deduction_id, company_id, document_number, payment_id, opened_on, currency, amount,
       reason, why, payer_code, payer_text, payer_reference, state, collector, requested_by, granted_amount, request_id, decided_on, decision
FROM deduction
WHERE request_id = ANY ($1::text[])
ORDER BY customer_id, deduction_id
FOR UPDATE;

-- name: save_deductions
-- Saves new and changed deductions.
INSERT INTO deduction (customer_id, deduction_id, company_id, document_number, payment_id, opened_on, currency, amount,
                       reason, why, payer_code, payer_text, payer_reference, state, collector, requested_by, granted_amount, request_id, decided_on, decision)
SELECT s.customer_id, s.deduction_id, s.company_id, s.document_number, s.payment_id, s.opened_on, s.currency, s.amount,
       s.reason, s.why, s.payer_code, s.payer_text, s.payer_reference, s.state, s.collector, s.requested_by, s.granted_amount, s.request_id, s.decided_on, s.decision
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::text[], $8::numeric[],
            $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
            $17::numeric[], $18::text[], $19::date[], $20::text[])
    AS s (customer_id, deduction_id, company_id, document_number, payment_id, opened_on, currency, amount,
          reason, why, payer_code, payer_text, payer_reference, state, collector, requested_by, granted_amount, request_id, decided_on, decision)
ON CONFLICT (customer_id, deduction_id) DO UPDATE
SET state = excluded.state,
    collector = excluded.collector,
    requested_by = excluded.requested_by,
    granted_amount = excluded.granted_amount,
    request_id = excluded.request_id,
    decided_on = excluded.decided_on,
    decision = excluded.decision;

-- name: owner_of_deduction
-- The customer of a deduction.
SELECT customer_id FROM deduction WHERE deduction_id = $1;

-- name: owed_on_deduction
-- What is still owed of a deduction; all of it until its item has arrived from cash_app.
SELECT COALESCE((SELECT i.open_amount FROM open_item i WHERE i.customer_id = $1 AND i.item_id = $2), $3::numeric)
    AS owed;

-- name: list_deductions
-- Deductions with what is still owed of them, the oldest first, a page after one; settled when nothing is.
SELECT d.customer_id, d.deduction_id, d.company_id, d.document_number, d.payment_id, d.opened_on, d.currency, d.amount,
       d.reason, d.why, d.payer_code, d.payer_text, d.payer_reference, d.state, d.collector, d.requested_by, d.granted_amount, d.request_id, d.decided_on, d.decision,
       d.owed
FROM (
    SELECT c.customer_id, c.deduction_id, c.company_id, c.document_number, c.payment_id, c.opened_on, c.currency,
           c.amount, c.reason, c.why, c.payer_code, c.payer_text, c.payer_reference, c.collector, c.requested_by, c.granted_amount, c.request_id, c.decided_on, c.decision,
           COALESCE(i.open_amount, c.amount) AS owed,
           CASE WHEN i.open_amount = 0 THEN 'settled' ELSE c.state END AS state
    FROM deduction c
    LEFT JOIN open_item i ON i.customer_id = c.customer_id AND i.item_id = c.deduction_id
) d
WHERE ($1::date IS NULL OR (d.opened_on, d.deduction_id) > ($1::date, $2::text))
  AND ($3::text IS NULL OR d.deduction_id = $3)
  AND ($4::text IS NULL OR d.customer_id = $4)
  AND ($5::text IS NULL OR d.state = $5)
  AND ($6::text IS NULL OR d.reason = $6)
  AND ($7::text IS NULL OR d.collector = $7)
ORDER BY d.opened_on, d.deduction_id
LIMIT $8;
