-- name: load_items_to_dun
-- Overdue items of customers that have reached a step that was not sent for them, locked. The steps' days come from the
-- policy; a deduction is dunned only in some of its states.
SELECT i.customer_id, i.item_id, i.item_version, i.company_id, i.document_number, i.currency, i.original_amount,
       i.open_amount, i.document_date, i.due_date, i.disputed, i.last_dunning_step, i.kind,
       i.charged_until, i.charge_carried, i.closed_on, i.changes
FROM open_item i
WHERE i.customer_id = ANY ($1::text[]) AND i.company_id = $2 AND i.open_amount > 0 AND i.due_date < $3
  AND NOT i.disputed
  AND (i.kind <> 'deduction' OR EXISTS (
      SELECT FROM deduction d
      WHERE d.customer_id = i.customer_id AND d.deduction_id = i.item_id AND d.state = ANY ($6::text[])))
  AND ($5::integer[])[width_bucket($3::date - i.due_date, $4::integer[])] > i.last_dunning_step
ORDER BY i.customer_id, i.item_id
FOR UPDATE;

-- name: insert_notices
-- Stores the notices that were sent.
INSERT INTO dunning_notice (customer_id, notice_id, company_id, step, step_name, sent_on, currency, total, credit, items, policy_version)
SELECT n.customer_id, n.notice_id, n.company_id, n.step, n.step_name, n.sent_on, n.currency, n.total, n.credit, n.items,
       n.policy_version
FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::date[], $7::text[], $8::numeric[],
            $9::numeric[], $10::integer[], $11::integer[])
    AS n (customer_id, notice_id, company_id, step, step_name, sent_on, currency, total, credit, items, policy_version);

-- name: insert_dunned_items
-- Stores which step was sent for which item; a second time is an error.
INSERT INTO dunned_item (customer_id, item_id, step, notice_id, sent_on, days_overdue, open_amount)
SELECT d.customer_id, d.item_id, d.step, d.notice_id, d.sent_on, d.days_overdue, d.open_amount
FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::date[], $6::integer[], $7::numeric[])
    AS d (customer_id, item_id, step, notice_id, sent_on, days_overdue, open_amount);

-- name: list_notices
-- Notices in the order they were sent, a page after a notice.
SELECT customer_id, notice_id, company_id, step, step_name, sent_on, currency, total, credit, items, policy_version
FROM dunning_notice
WHERE ($1::date IS NULL OR (sent_on, notice_id) > ($1::date, $2::text))
  AND ($3::text IS NULL OR customer_id = $3)
  AND ($4::integer IS NULL OR step = $4)
  AND ($5::date IS NULL OR sent_on >= $5)
  AND ($6::date IS NULL OR sent_on <= $6)
ORDER BY sent_on, notice_id
LIMIT $7;

-- name: view_notices
-- A customer's latest notices.
SELECT customer_id, notice_id, company_id, step, step_name, sent_on, currency, total, credit, items, policy_version
FROM dunning_notice
WHERE customer_id = $1
ORDER BY sent_on DESC, notice_id DESC
LIMIT $2;
