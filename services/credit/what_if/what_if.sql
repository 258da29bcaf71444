-- name: decisions_to_try
-- The next decisions of a span, customer by customer, in the order they were taken.
SELECT customer_id, decision_no, order_id, decision, decided_on, facts
FROM order_decision
WHERE (customer_id, decision_no) > ($1, $2::bigint) AND decided_on BETWEEN $3 AND $4
ORDER BY customer_id, decision_no
LIMIT $5;

-- name: outcomes_of_orders
-- What became of these orders: let through or not, and whether an invoice was paid late or is overdue on a day.
SELECT o.customer_id, o.order_id, o.currency, o.order_amount, o.decision IN ('approved', 'released') AS sold,
       EXISTS (
           SELECT 1 FROM open_item i
           WHERE i.customer_id = o.customer_id AND i.order_id = o.order_id AND COALESCE(i.closed_on, d.business_date, $3) > i.due_date
       ) AS late
FROM open_order o
JOIN unnest($1::text[], $2::text[]) AS wanted (customer_id, order_id)
  ON o.customer_id = wanted.customer_id AND o.order_id = wanted.order_id
LEFT JOIN company_day d ON d.company_id = o.company_id;
