-- name: insert_deferred_events
-- Events that arrived before what they answer; one that arrives twice is kept once.
INSERT INTO deferred_event (customer_id, order_id, kind, subject, business_date, body, context)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::jsonb[], $7::jsonb[])
ON CONFLICT (customer_id, order_id, kind, subject) DO NOTHING;

-- name: read_deferred_events
-- The deferred events of these orders. With the order's row or the order intake locked, this reads all of them.
SELECT e.customer_id, e.order_id, e.kind, e.subject, e.business_date, e.body, e.context
FROM deferred_event AS e
INNER JOIN unnest($1::text[], $2::text[]) AS wanted (customer_id, order_id)
    ON e.customer_id = wanted.customer_id AND e.order_id = wanted.order_id
ORDER BY e.customer_id, e.order_id, e.kind, e.subject;

-- name: delete_deferred_events
-- Events that have been applied.
DELETE FROM deferred_event AS e
USING unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS applied (customer_id, order_id, kind, subject)
WHERE
    e.customer_id = applied.customer_id AND e.order_id = applied.order_id
    AND e.kind = applied.kind AND e.subject = applied.subject;

-- name: list_deferred_events
-- A page of deferred events.
SELECT customer_id, order_id, kind, subject, business_date, body
FROM deferred_event
WHERE
    ($1::text IS NULL OR (customer_id, order_id, kind, subject) > ($1, $2::text, $3::text, $4::text))
    AND ($6::text IS NULL OR customer_id = $6)
    AND ($7::text IS NULL OR order_id = $7)
    AND ($8::text IS NULL OR kind = $8)
ORDER BY customer_id, order_id, kind, subject
LIMIT $5;
