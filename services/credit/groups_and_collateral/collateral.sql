-- name: insert_collateral
-- Collateral as it was entered.
INSERT INTO collateral (customer_id, collateral_id, kind, currency, amount, valid_from, expires_on, reference, entered_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: withdraw_collateral
-- Collateral no longer secures the account from this day on.
UPDATE collateral SET withdrawn_on = $3 WHERE customer_id = $1 AND collateral_id = $2;

-- name: view_collateral
-- Everything that secures or secured an account.
SELECT collateral_id, kind, currency, amount, valid_from, expires_on, reference, entered_by, withdrawn_on
FROM collateral
WHERE customer_id = $1 AND ($2::text IS NULL OR collateral_id = $2)
ORDER BY valid_from DESC, collateral_id
LIMIT 200;
