-- name: insert_activities
-- Stores what was done about customers.
INSERT INTO activity (customer_id, activity_id, kind, happened_on, logged_by, text)
SELECT a.customer_id, a.activity_id, a.kind, a.happened_on, a.logged_by, a.text
FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::text[])
    AS a (customer_id, activity_id, kind, happened_on, logged_by, text);

-- name: view_activities
-- A customer's latest activities.
SELECT customer_id, activity_id, kind, happened_on, logged_by, text
FROM activity
WHERE customer_id = $1
ORDER BY happened_on DESC, activity_id
LIMIT $2;
