-- name: insert_write_offs
-- Write-offs, and reversals of write-offs with a negative amount.
INSERT INTO write_off (
    customer_id, write_off_id, reverses, item_id, document_number, company_id, currency, amount, written_off_on,
    approved_by, reason
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::date[],
    $10::text[], $11::text[]
);

-- name: write_off_by_id
-- A write-off, and whether it was reversed.
SELECT
    w.customer_id, w.item_id, w.currency, w.amount, w.written_off_on, w.approved_by,
    EXISTS (
        SELECT FROM write_off AS r
        WHERE r.customer_id = w.customer_id AND r.reverses = w.write_off_id
    ) AS reversed
FROM write_off AS w
WHERE w.write_off_id = $1 AND w.reverses IS NULL;
