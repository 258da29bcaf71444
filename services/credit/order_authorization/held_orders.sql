-- name: view_held_orders_by_age
-- A page of held orders, the oldest first.
SELECT customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version, decision,
       decided_on, order_tax, instructions, decisions, revision
FROM open_order o
WHERE o.decision = 'held'
  AND ($1::text IS NULL OR o.customer_id = $1)
  AND ($2::text IS NULL OR o.company_id = $2)
  AND ($3::numeric IS NULL OR o.open_amount >= $3)
  AND ($4::text IS NULL OR EXISTS (SELECT 1 FROM account a WHERE a.customer_id = o.customer_id AND a.group_id = $4))
  AND ($5::text IS NULL OR (
      SELECT d.reasons FROM order_decision d
      WHERE d.customer_id = o.customer_id AND d.order_id = o.order_id AND d.decision = 'held'
      ORDER BY d.decision_no DESC LIMIT 1
  ) @> jsonb_build_array(jsonb_build_object('code', $5)))
  AND ($6::integer IS NULL OR o.decided_on <= coalesce(
      (SELECT d.business_date FROM company_day d WHERE d.company_id = o.company_id), $10::date, 'infinity') - $6)
  AND ($7::date IS NULL OR (o.order_date, o.order_id) > ($7, $8::text))
ORDER BY o.order_date, o.order_id
LIMIT $9;

-- name: view_held_orders_by_amount
-- A page of held orders, the largest first.
SELECT customer_id, order_id, company_id, currency, order_date, order_amount, open_amount, order_version, decision,
       decided_on, order_tax, instructions, decisions, revision
FROM open_order o
WHERE o.decision = 'held'
  AND ($1::text IS NULL OR o.customer_id = $1)
  AND ($2::text IS NULL OR o.company_id = $2)
  AND ($3::numeric IS NULL OR o.open_amount >= $3)
  AND ($4::text IS NULL OR EXISTS (SELECT 1 FROM account a WHERE a.customer_id = o.customer_id AND a.group_id = $4))
  AND ($5::text IS NULL OR (
      SELECT d.reasons FROM order_decision d
      WHERE d.customer_id = o.customer_id AND d.order_id = o.order_id AND d.decision = 'held'
      ORDER BY d.decision_no DESC LIMIT 1
  ) @> jsonb_build_array(jsonb_build_object('code', $5)))
  AND ($6::integer IS NULL OR o.decided_on <= coalesce(
      (SELECT d.business_date FROM company_day d WHERE d.company_id = o.company_id), $10::date, 'infinity') - $6)
  AND ($7::numeric IS NULL OR o.open_amount < $7 OR (o.open_amount = $7 AND o.order_id > $8::text))
ORDER BY o.open_amount DESC, o.order_id
LIMIT $9;
