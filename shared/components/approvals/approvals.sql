-- name: insert_approval
-- A request; no row where one of the same kind is pending for the subject.
INSERT INTO approval (
    approval_id, kind, subject, customer_id, company_id, currency, amount, reason, requested_by, requested_on
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (kind, subject) WHERE state = 'pending' DO NOTHING
RETURNING approval_id, kind, subject, customer_id, company_id, currency, amount, reason, requested_by, requested_on,
    state, decided_by, decided_on, decision_reason;

-- name: pending_approval_of
-- The request of a kind that is pending for a subject.
SELECT approval_id, kind, subject, customer_id, company_id, currency, amount, reason, requested_by, requested_on,
    state, decided_by, decided_on, decision_reason
FROM approval
WHERE kind = $1 AND subject = $2 AND state = 'pending';

-- name: lock_approval
-- One approval, locked.
SELECT approval_id, kind, subject, customer_id, company_id, currency, amount, reason, requested_by, requested_on,
    state, decided_by, decided_on, decision_reason
FROM approval
WHERE approval_id = $1
FOR UPDATE;

-- name: decide_approval
-- The second person's decision.
UPDATE approval
SET state = $2, decided_by = $3, decided_on = $4, decision_reason = $5
WHERE approval_id = $1 AND state = 'pending';

-- name: view_approval
-- One approval.
SELECT approval_id, kind, subject, customer_id, company_id, currency, amount, reason, requested_by, requested_on,
    state, decided_by, decided_on, decision_reason
FROM approval
WHERE approval_id = $1;

-- name: list_approvals
-- A page of approvals in the order of their requests.
SELECT approval_id, kind, subject, customer_id, company_id, currency, amount, reason, requested_by, requested_on,
    state, decided_by, decided_on, decision_reason
FROM approval
WHERE ($1::date IS NULL OR (requested_on, approval_id) > ($1, $2::text))
  AND ($4::text IS NULL OR state = $4)
  AND ($5::text IS NULL OR kind = $5)
  AND ($6::text IS NULL OR subject = $6)
  AND ($7::text IS NULL OR customer_id = $7)
  AND ($8::text IS NULL OR company_id = $8)
ORDER BY requested_on, approval_id
LIMIT $3;
