-- name: known_finance_charges
-- Which of these finance charges are in the books already.
SELECT charge_id FROM finance_charge WHERE charge_id = ANY($1::text[]);

-- name: insert_finance_charges
-- Finance charges in the books.
INSERT INTO finance_charge (
    customer_id, charge_id, charge_number, series, sequence_number, company_id, kind, charge_date, due_date, currency,
    amount, reason, items
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::date[], $9::date[],
    $10::text[], $11::numeric[], $12::text[], $13::jsonb[]
);

-- name: list_finance_charges
-- A page of finance charges, newest first.
SELECT customer_id, charge_id, charge_number, company_id, kind, charge_date, due_date, currency, amount, reason, items
FROM finance_charge
WHERE
    ($1::text IS NULL OR customer_id = $1)
    AND ($2::text IS NULL OR company_id = $2)
    AND ($3::text IS NULL OR kind = $3)
    AND ($4::date IS NULL OR charge_date >= $4)
    AND ($5::date IS NULL OR charge_date <= $5)
    AND ($6::date IS NULL OR (charge_date, charge_id) < ($6, $7::text))
ORDER BY charge_date DESC, charge_id DESC
LIMIT $8;

-- name: view_finance_charge
-- One finance charge by its number.
SELECT customer_id, charge_id, charge_number, company_id, kind, charge_date, due_date, currency, amount, reason, items
FROM finance_charge
WHERE charge_number = $1;
