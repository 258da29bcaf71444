-- name: business_day_before
-- The business day of a company before one.
SELECT max(business_date) AS business_date FROM business_day WHERE company_id = $1 AND business_date < $2;

-- name: items_to_charge
-- Items of customers that are past due since before a day, of some kinds and currencies; locked.
SELECT i.customer_id, i.company_id, i.item_id, i.document_number, i.currency, i.open_amount, i.due_date, i.charged_until
FROM open_item i
WHERE i.customer_id = ANY ($1::text[]) AND i.company_id = $2 AND i.open_amount > 0 AND i.due_date < $3
  AND i.kind = ANY ($4::text[]) AND i.currency = ANY ($5::text[]) AND ($6::boolean OR NOT i.disputed)
ORDER BY i.customer_id, i.item_id
FOR UPDATE;

-- name: mark_items_charged
-- Up to which day items were charged.
UPDATE open_item i
SET charged_until = c.through
FROM unnest($1::text[], $2::text[], $3::date[]) AS c (customer_id, item_id, through)
WHERE i.customer_id = c.customer_id AND i.item_id = c.item_id;
