-- name: journal_by_account
-- Debits and credits per currency and account up to the end of a day.
SELECT currency, account, sum(debit) AS debit, sum(credit) AS credit
FROM (
    SELECT currency, debit AS account, amount AS debit, 0 AS credit FROM journal_posting WHERE business_date <= $1
    UNION ALL
    SELECT currency, credit, 0, amount FROM journal_posting WHERE business_date <= $1
) AS side
GROUP BY currency, account;

-- name: receivables_by_customer
-- Receivables in the journal per customer and currency at the end of a day.
SELECT customer_id, currency, sum(CASE WHEN debit = $2 THEN amount ELSE -amount END) AS amount
FROM journal_posting
WHERE business_date <= $1 AND (debit = $2 OR credit = $2)
GROUP BY customer_id, currency;

-- name: posted_batches_by_account
-- Postings in batches that the general ledger has booked, per currency and account.
SELECT side.currency, side.account, sum(side.debit) AS debit, sum(side.credit) AS credit
FROM (
    SELECT batch_id, currency, debit AS account, amount AS debit, 0 AS credit FROM journal_posting
    WHERE business_date <= $1
    UNION ALL
    SELECT batch_id, currency, credit, 0, amount FROM journal_posting
    WHERE business_date <= $1
) AS side
INNER JOIN journal_batch AS b ON side.batch_id = b.batch_id AND b.state = 'posted'
GROUP BY side.currency, side.account;

-- name: postings_by_batch_state
-- Postings per currency by how far they are on their way to the general ledger.
SELECT p.currency, coalesce(b.state, 'not submitted') AS state, sum(p.amount) AS amount
FROM journal_posting AS p
LEFT JOIN journal_batch AS b ON p.batch_id = b.batch_id
WHERE p.business_date <= $1
GROUP BY p.currency, coalesce(b.state, 'not submitted');
