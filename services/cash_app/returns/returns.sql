-- name: load_returns
-- Returns by id, locked in key order.
SELECT
    return_id, bank_reference, original_bank_reference, company_id, customer_id, payer_account, currency, amount,
    value_date, reason_code, reason, payment_id, note, movements, matches,
    fee_item_id, claim_item_id
FROM payment_return
WHERE return_id = ANY($1::text[])
ORDER BY return_id
FOR UPDATE;

-- name: returns_waiting_for
-- Returns that wait for payments under these bank references, locked in key order.
SELECT
    return_id, bank_reference, original_bank_reference, company_id, customer_id, payer_account, currency, amount,
    value_date, reason_code, reason, payment_id, note, movements, matches,
    fee_item_id, claim_item_id
FROM payment_return
WHERE state = 'waiting' AND original_bank_reference = ANY($1::text[])
ORDER BY return_id
FOR UPDATE;

-- name: save_returns
-- New and matched returns.
INSERT INTO payment_return (
    return_id, bank_reference, original_bank_reference, company_id, customer_id, payer_account, currency, amount,
    value_date, reason_code, reason, state, payment_id, note, movements, matches,
    fee_item_id, claim_item_id
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::date[],
    $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::integer[], $16::integer[], $17::text[], $18::text[]
)
ON CONFLICT (return_id) DO UPDATE SET
    state = excluded.state,
    payment_id = excluded.payment_id,
    note = excluded.note,
    movements = excluded.movements,
    matches = excluded.matches,
    fee_item_id = excluded.fee_item_id,
    claim_item_id = excluded.claim_item_id;

-- name: returns_received
-- Returns under these bank references that were received before.
SELECT bank_reference, company_id, currency, amount, value_date FROM payment_return
WHERE bank_reference = ANY($1::text[]);

-- name: returned_of_payments
-- What the bank took back of payments before.
SELECT payment_id, sum(amount) AS amount
FROM payment_return
WHERE payment_id = ANY($1::text[]) AND state = 'returned'
GROUP BY payment_id;

-- name: payment_of_return
-- The payment that a return was matched with.
SELECT payment_id FROM payment_return WHERE return_id = $1;

-- name: taken_by_return
-- What the last match of a return took out of payments.
SELECT payment_id, -change AS amount, currency
FROM cash_movement
WHERE cause_id = $1 AND payment_id = ANY($2::text[]);
