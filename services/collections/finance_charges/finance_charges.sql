-- name: business_day_before
-- The business day of a company before one.
SELECT max(business_date) AS business_date FROM business_day WHERE company_id = $1 AND business_date < $2;

-- name: customers_to_charge
-- The next customers of a company, after a customer, with items that are overdue on a day, that were paid late on or after
-- another day, or of which days are left to be charged.
SELECT late.customer_id
FROM (
    (
        SELECT DISTINCT customer_id FROM open_item
        WHERE company_id = $1 AND customer_id > $2 AND open_amount > 0 AND due_date < $3
        ORDER BY customer_id
        LIMIT $5
    )
    UNION
    (
        SELECT DISTINCT customer_id FROM open_item
        WHERE company_id = $1 AND customer_id > $2 AND closed_on > due_date AND (closed_on >= $4 OR charge_carried)
        ORDER BY customer_id
        LIMIT $5
    )
) late
ORDER BY late.customer_id
LIMIT $5;

-- name: load_items_to_charge
-- Items of customers that were due before a day and are open, were paid late since another day, or of which days are
-- left to be charged; of some kinds and currencies, locked.
SELECT i.customer_id, i.item_id, i.item_version, i.company_id, i.document_number, i.currency, i.original_amount,
       i.open_amount, i.document_date, i.due_date, i.disputed, i.last_dunning_step, i.kind,
       i.charged_until, i.charge_carried, i.closed_on, i.changes
FROM open_item i
WHERE i.customer_id = ANY ($1::text[]) AND i.company_id = $2 AND i.due_date < $3
  AND (i.open_amount > 0 OR i.closed_on >= $4 OR i.charge_carried)
  AND i.kind = ANY ($5::text[]) AND i.currency = ANY ($6::text[]) AND ($7::boolean OR NOT i.disputed)
ORDER BY i.customer_id, i.item_id
FOR UPDATE;

-- name: load_charged_interest
-- What was charged on items for days after a day, by item, locked.
SELECT c.customer_id, c.item_id, c.through, c.company_id, c.charge_id, c.document_number, c.currency, c.after,
       c.annual_percent, c.day_count, c.grace_days, c.charged, c.right_amount, c.settled, c.noticed_on, c.request_id,
       c.requested, c.decided_by, c.decision
FROM charged_interest c
WHERE (c.customer_id, c.item_id) IN (SELECT k.customer_id, k.item_id FROM unnest($1::text[], $2::text[]) AS k (customer_id, item_id))
ORDER BY c.customer_id, c.item_id, c.through
FOR UPDATE;

-- name: load_correction
-- What was charged on one item for one month, locked.
SELECT customer_id, item_id, through, company_id, charge_id, document_number, currency, after, annual_percent, day_count,
       grace_days, charged, right_amount, settled, noticed_on, request_id, requested, decided_by, decision
FROM charged_interest
WHERE correction_id = $1
FOR UPDATE;

-- name: load_corrections_by_request
-- What was charged on items for months whose correction was requested by these credit memos, locked.
SELECT customer_id, item_id, through, company_id, charge_id, document_number, currency, after, annual_percent, day_count,
       grace_days, charged, right_amount, settled, noticed_on, request_id, requested, decided_by, decision
FROM charged_interest
WHERE request_id = ANY ($1::text[])
ORDER BY customer_id, item_id, through
FOR UPDATE;

-- name: save_charged_interest
-- What was charged on items for months, and what is right.
INSERT INTO charged_interest (customer_id, item_id, through, company_id, charge_id, document_number, currency, after,
                              annual_percent, day_count, grace_days, charged, right_amount, settled, noticed_on,
                              request_id, requested, decided_by, decision, correction_id)
SELECT s.customer_id, s.item_id, s.through, s.company_id, s.charge_id, s.document_number, s.currency, s.after,
       s.annual_percent, s.day_count, s.grace_days, s.charged, s.right_amount, s.settled, s.noticed_on, s.request_id,
       s.requested, s.decided_by, s.decision, s.correction_id
FROM unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[], $6::text[], $7::text[], $8::date[],
            $9::numeric[], $10::text[], $11::integer[], $12::numeric[], $13::numeric[], $14::numeric[], $15::date[],
            $16::text[], $17::numeric[], $18::text[], $19::text[], $20::text[])
    AS s (customer_id, item_id, through, company_id, charge_id, document_number, currency, after, annual_percent,
          day_count, grace_days, charged, right_amount, settled, noticed_on, request_id, requested, decided_by, decision,
          correction_id)
ON CONFLICT (customer_id, item_id, through) DO UPDATE
SET right_amount = excluded.right_amount,
    settled = excluded.settled,
    noticed_on = excluded.noticed_on,
    request_id = excluded.request_id,
    requested = excluded.requested,
    decided_by = excluded.decided_by,
    decision = excluded.decision;

-- name: number_of_charge
-- The document number under which a finance charge is in the books.
SELECT document_number FROM open_item WHERE customer_id = $1 AND item_id = $2;

-- name: list_corrections
-- Interest to correct, the longest known first, a page after a correction.
SELECT c.correction_id, c.customer_id, c.company_id, c.item_id, c.document_number, c.charge_id, c.currency, c.after,
       c.through, c.annual_percent, c.charged, c.right_amount, c.settled, c.noticed_on, c.request_id, c.decided_by,
       c.decision
FROM charged_interest c
WHERE (NOT $1::boolean OR c.charged - c.settled <> c.right_amount) AND c.noticed_on IS NOT NULL
  AND ($2::date IS NULL OR (c.noticed_on, c.correction_id) > ($2::date, $3::text))
  AND ($4::text IS NULL OR c.customer_id = $4)
  AND ($5::text IS NULL OR c.company_id = $5)
ORDER BY c.noticed_on, c.correction_id
LIMIT $6;
