-- name: insert_early_events
-- Events that came before what they answer; one told twice waits once.
INSERT INTO early_event (customer_id, order_id, kind, subject, business_date, body, context)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::jsonb[], $7::jsonb[])
ON CONFLICT (customer_id, order_id, kind, subject) DO NOTHING;

-- name: read_early_events
-- What waits for these orders. Whoever holds an order's row, or keeps new orders out, sees all of it.
SELECT e.customer_id, e.order_id, e.kind, e.subject, e.business_date, e.body, e.context
FROM early_event AS e
INNER JOIN unnest($1::text[], $2::text[]) AS wanted (customer_id, order_id)
    ON e.customer_id = wanted.customer_id AND e.order_id = wanted.order_id
ORDER BY e.customer_id, e.order_id, e.kind, e.subject;

-- name: delete_early_events
-- Events that have been heard after all.
DELETE FROM early_event AS e
USING unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS heard (customer_id, order_id, kind, subject)
WHERE
    e.customer_id = heard.customer_id AND e.order_id = heard.order_id
    AND e.kind = heard.kind AND e.subject = heard.subject;
