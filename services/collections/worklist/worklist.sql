-- name: list_worklist
-- Whom to call next: most overdue less credit first, then longest overdue; a page after a row.
SELECT w.customer_id, w.company_id, w.currency, w.overdue_amount, w.oldest_due_date, w.overdue_items,
       w.on_account, w.unapplied, w.net_amount, c.name, p.promise_id, p.amount AS promise_amount, p.due_on AS promise_due_on,
       EXISTS (SELECT 1 FROM credit_hold h WHERE h.customer_id = w.customer_id AND h.lifted_on IS NULL) AS on_hold
FROM (
    SELECT g.customer_id, g.company_id, g.currency, g.overdue_amount, g.oldest_due_date, g.overdue_items,
           g.on_account, g.unapplied, g.net_amount
    FROM customer_aging g
    LEFT JOIN company_day d ON d.company_id = g.company_id
    WHERE ($1::numeric IS NULL
           OR (g.net_amount <= $1
               AND (g.net_amount < $1
                    OR (g.oldest_due_date, g.customer_id, g.company_id, g.currency) > ($2::date, $3::text, $4::text, $5::text))))
      AND ($6::numeric IS NULL OR g.net_amount >= $6)
      AND ($7::integer IS NULL
           OR coalesce(d.business_date, $13::date) - g.oldest_due_date BETWEEN $7 AND coalesce($8::integer, 1000000))
      AND ($9::boolean IS NULL OR $9 = EXISTS (
          SELECT 1 FROM promise q
          WHERE q.customer_id = g.customer_id AND q.currency = g.currency AND q.state IN ('open', 'due')))
      AND ($10::text IS NULL OR g.company_id = $10)
      AND ($11::text IS NULL OR g.currency = $11)
    ORDER BY g.net_amount DESC, g.oldest_due_date, g.customer_id, g.company_id, g.currency
    LIMIT $12
) w
JOIN customer c ON c.customer_id = w.customer_id
LEFT JOIN promise p ON p.customer_id = w.customer_id AND p.currency = w.currency AND p.state IN ('open', 'due')
ORDER BY w.net_amount DESC, w.oldest_due_date, w.customer_id, w.company_id, w.currency;
