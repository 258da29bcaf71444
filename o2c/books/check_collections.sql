-- name: deductions_known
-- What collections knows that payers kept back, per customer and currency.
SELECT customer_id, currency, sum(amount) AS amount
FROM deduction
GROUP BY customer_id, currency;
