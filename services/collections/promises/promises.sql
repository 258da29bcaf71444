-- name: load_promises
-- Promises by customer and promise, locked.
SELECT p.customer_id, p.promise_id, p.company_id, p.currency, p.amount, p.made_on, p.due_on, p.made_by,
       p.already_applied, p.state, p.judged_on, p.applied, p.paid_on, p.note
FROM promise p
JOIN unnest($1::text[], $2::text[]) AS k (customer_id, promise_id)
    ON p.customer_id = k.customer_id AND p.promise_id = k.promise_id
ORDER BY p.customer_id, p.promise_id
FOR UPDATE OF p;

-- name: load_promise_by_id
-- One promise by its id, locked.
SELECT customer_id, promise_id, company_id, currency, amount, made_on, due_on, made_by,
       already_applied, state, judged_on, applied, paid_on, note
FROM promise
WHERE promise_id = $1
FOR UPDATE;

-- name: load_unsettled_promises
-- Promises of customers that can still be kept or paid late, locked.
SELECT customer_id, promise_id, company_id, currency, amount, made_on, due_on, made_by,
       already_applied, state, judged_on, applied, paid_on, note
FROM promise
WHERE customer_id = ANY ($1::text[]) AND state IN ('open', 'due', 'broken')
ORDER BY customer_id, promise_id
FOR UPDATE;

-- name: load_kept_promises
-- Promises of customers that were kept, locked.
SELECT customer_id, promise_id, company_id, currency, amount, made_on, due_on, made_by,
       already_applied, state, judged_on, applied, paid_on, note
FROM promise
WHERE customer_id = ANY ($1::text[]) AND state = 'kept'
ORDER BY customer_id, promise_id
FOR UPDATE;

-- name: load_binding_promise
-- The open or due promise of a customer in a currency, locked.
SELECT customer_id, promise_id, company_id, currency, amount, made_on, due_on, made_by,
       already_applied, state, judged_on, applied, paid_on, note
FROM promise
WHERE customer_id = $1 AND currency = $2 AND state IN ('open', 'due')
FOR UPDATE;

-- name: customers_with_promises_to_judge
-- The next customers of a company with promises that are due by a day, after a customer.
SELECT DISTINCT customer_id
FROM promise
WHERE company_id = $1 AND customer_id > $2 AND state IN ('open', 'due') AND due_on <= $3
ORDER BY customer_id
LIMIT $4;

-- name: load_promises_to_judge
-- Promises of customers of a company that fall due on a day or were due before it, locked.
SELECT customer_id, promise_id, company_id, currency, amount, made_on, due_on, made_by,
       already_applied, state, judged_on, applied, paid_on, note
FROM promise
WHERE customer_id = ANY ($1::text[]) AND company_id = $2 AND state IN ('open', 'due') AND due_on <= $3
ORDER BY customer_id, promise_id
FOR UPDATE;

-- name: save_promises
-- Saves new and changed promises.
INSERT INTO promise (customer_id, promise_id, company_id, currency, amount, made_on, due_on, made_by,
                     already_applied, state, judged_on, applied, paid_on, note)
SELECT s.customer_id, s.promise_id, s.company_id, s.currency, s.amount, s.made_on, s.due_on, s.made_by,
       s.already_applied, s.state, s.judged_on, s.applied, s.paid_on, s.note
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::date[], $7::date[], $8::text[],
            $9::numeric[], $10::text[], $11::date[], $12::numeric[], $13::date[], $14::text[])
    AS s (customer_id, promise_id, company_id, currency, amount, made_on, due_on, made_by,
          already_applied, state, judged_on, applied, paid_on, note)
ON CONFLICT (customer_id, promise_id) DO UPDATE
SET state = excluded.state,
    judged_on = excluded.judged_on,
    applied = excluded.applied,
    paid_on = excluded.paid_on,
    note = excluded.note;

-- name: claim_due_promises
-- Claims that PromiseDue is published for promises; those claimed before are not returned.
INSERT INTO promise_due (customer_id, promise_id, due_on, business_date)
SELECT d.customer_id, d.promise_id, d.due_on, d.business_date
FROM unnest($1::text[], $2::text[], $3::date[], $4::date[]) AS d (customer_id, promise_id, due_on, business_date)
ORDER BY d.customer_id, d.promise_id
ON CONFLICT (customer_id, promise_id, due_on) DO NOTHING
RETURNING promise_id;

-- name: add_receipts
-- Adds what was applied to the customer's receipts of the day.
INSERT INTO customer_receipt (customer_id, currency, applied_on, amount)
SELECT r.customer_id, r.currency, r.applied_on, r.amount
FROM unnest($1::text[], $2::text[], $3::date[], $4::numeric[]) AS r (customer_id, currency, applied_on, amount)
ORDER BY r.customer_id, r.currency, r.applied_on
ON CONFLICT (customer_id, currency, applied_on) DO UPDATE
SET amount = customer_receipt.amount + excluded.amount;

-- name: lock_receipts_of_day
-- A customer's receipts of a day, locked until the promise made on it is written, and those until its due date.
WITH today AS (
    INSERT INTO customer_receipt (customer_id, currency, applied_on, amount)
    VALUES ($1, $2, $3, 0)
    ON CONFLICT (customer_id, currency, applied_on) DO UPDATE
    SET amount = customer_receipt.amount
    RETURNING amount
)
SELECT today.amount + COALESCE(
           (SELECT sum(r.amount) FROM customer_receipt r
            WHERE r.customer_id = $1 AND r.currency = $2 AND r.applied_on > $3 AND r.applied_on <= $4), 0) AS amount
FROM today;

-- name: receipts_since
-- What was applied for customers and currencies from a day on, day by day.
SELECT r.customer_id, r.currency, r.applied_on, r.amount
FROM customer_receipt r
JOIN unnest($1::text[], $2::text[], $3::date[]) AS k (customer_id, currency, first_day)
    ON r.customer_id = k.customer_id AND r.currency = k.currency AND r.applied_on >= k.first_day
ORDER BY r.customer_id, r.currency, r.applied_on;

-- name: list_promises
-- Promises in the order they are due, a page after a promise.
SELECT customer_id, promise_id, company_id, currency, amount, made_on, due_on, made_by,
       already_applied, state, judged_on, applied, paid_on, note
FROM promise
WHERE ($1::date IS NULL OR (due_on, promise_id) > ($1::date, $2::text))
  AND ($3::text IS NULL OR customer_id = $3)
  AND ($4::text IS NULL OR state = $4)
  AND ($5::date IS NULL OR due_on >= $5)
  AND ($6::date IS NULL OR due_on <= $6)
ORDER BY due_on, promise_id
LIMIT $7;

-- name: view_promises
-- A customer's latest promises.
SELECT customer_id, promise_id, company_id, currency, amount, made_on, due_on, made_by,
       already_applied, state, judged_on, applied, paid_on, note
FROM promise
WHERE customer_id = $1
ORDER BY made_on DESC, promise_id DESC
LIMIT $2;
