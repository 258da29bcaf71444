-- name: load_backorders
-- Backorders by customer, order and line, locked in key order.
SELECT
    b.customer_id, b.order_id, b.line_no, b.company_id, b.item_id, b.order_date, b.quantity, b.waits_for_others
FROM backorder AS b
INNER JOIN unnest($1::text[], $2::text[], $3::integer[]) AS wanted (customer_id, order_id, line_no)
    ON b.customer_id = wanted.customer_id AND b.order_id = wanted.order_id AND b.line_no = wanted.line_no
ORDER BY b.customer_id, b.order_id, b.line_no
FOR UPDATE OF b;

-- name: save_backorders
-- The quantity of each line that waits for stock; zero where it waits no longer.
INSERT INTO backorder (customer_id, order_id, line_no, company_id, item_id, order_date, quantity, waits_for_others)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::date[], $7::integer[], $8::boolean[]
)
ON CONFLICT (customer_id, order_id, line_no) DO UPDATE SET
    company_id = excluded.company_id,
    item_id = excluded.item_id,
    order_date = excluded.order_date,
    quantity = excluded.quantity,
    waits_for_others = excluded.waits_for_others;

-- name: backorders_to_release
-- Of every replenished item, the oldest orders that wait for it, as far as the quantity can reach.
SELECT DISTINCT queue.customer_id, queue.order_id
FROM (
    SELECT
        b.customer_id,
        b.order_id,
        replenished.quantity AS quantity,
        sum(CASE WHEN b.waits_for_others THEN 0 ELSE b.quantity END) OVER (
            PARTITION BY b.item_id, b.company_id
            ORDER BY b.order_date, b.order_id, b.customer_id, b.line_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS ahead
    FROM backorder AS b
    INNER JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS replenished (item_id, company_id, quantity)
        ON b.item_id = replenished.item_id AND b.company_id = replenished.company_id
    WHERE b.quantity > 0
) AS queue
WHERE coalesce(queue.ahead, 0) < queue.quantity;

-- name: list_backorders
-- A page of lines that wait for stock, oldest order first.
SELECT order_id, line_no, customer_id, company_id, item_id, order_date, quantity, waits_for_others
FROM backorder
WHERE
    quantity > 0
    AND ($1::text IS NULL OR customer_id = $1)
    AND ($2::text IS NULL OR item_id = $2)
    AND ($3::date IS NULL OR (order_date, order_id, line_no, customer_id) > ($3, $4::text, $5::integer, $6::text))
ORDER BY order_date, order_id, line_no, customer_id
LIMIT $7;

-- name: read_replenishments
-- How often each item was replenished, not locked.
SELECT item_id, replenishments
FROM item_replenishment
WHERE item_id = ANY($1::text[]);

-- name: count_replenishments
-- Adds replenishments to the count of each item; its row stays locked until the end of the transaction.
INSERT INTO item_replenishment AS kept (item_id, replenishments)
SELECT * FROM unnest($1::text[], $2::bigint[])
ON CONFLICT (item_id) DO UPDATE SET replenishments = kept.replenishments + excluded.replenishments
RETURNING item_id, replenishments;

-- name: insert_pick_lists
-- Pick lists that were released to the warehouse.
INSERT INTO pick_list (customer_id, pick_list_id, order_id, company_id, released_on, lines)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::jsonb[]);
