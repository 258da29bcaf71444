-- name: applied_events
-- The events a service has applied, by the topic they came on.
SELECT event_id, topic FROM inbox;

-- name: dead_events
-- The events that wait among the dead letters.
SELECT event_id, topic FROM dead_letter WHERE replayed_at IS NULL;

-- name: events_waiting
-- Events not yet published.
SELECT count(*) AS waiting FROM outbox;

-- name: last_day_begun
-- The last business day a service has received.
SELECT max(business_date) AS business_date FROM business_day;
