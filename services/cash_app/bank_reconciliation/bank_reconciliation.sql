-- name: insert_statement_balances
-- The balances of statements, as each was imported.
INSERT INTO statement_balance (
    import_id, statement_no, bank_account, company_id, currency, statement_number, statement_date, opening, closing,
    available, lines, lines_total, seen_before, first_line_on, content
)
SELECT * FROM unnest(
    $1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[], $8::numeric[],
    $9::numeric[], $10::numeric[], $11::integer[], $12::numeric[], $13::integer[], $14::date[], $15::text[]
);

-- name: insert_statement_lines
-- The lines of statements.
INSERT INTO statement_line (
    line_id, import_id, entry_no, statement_no, bank_account, company_id, currency, statement_date, value_date, amount,
    subject_id, bank_reference, bank_code, state, purpose, gl_account, coded_by, why, codings
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::date[], $9::date[],
    $10::numeric[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[],
    $18::text[], $19::integer[]
);

-- name: insert_reported_receipts
-- What other messages than statements report, with the bundle that a statement shows it in.
INSERT INTO reported_receipt (subject_id, source, bank_account, bundle_id, reported_on)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[])
ON CONFLICT (subject_id) DO NOTHING;

-- name: statements_of_accounts
-- The statements of these accounts up to a day, as each account's were ordered by the bank and imported.
SELECT
    s.import_id, s.statement_no, s.bank_account, s.company_id, s.currency, s.statement_number, s.statement_date,
    s.opening, s.closing, s.available, s.lines, s.lines_total, s.seen_before, s.first_line_on, s.content
FROM statement_balance AS s
WHERE s.bank_account = ANY($1::text[]) AND s.statement_date <= $2
ORDER BY s.bank_account, s.statement_date, s.taken_no;

-- name: accounts_with_statements
-- A page of our accounts that have a statement of a day or before.
SELECT DISTINCT bank_account, company_id
FROM statement_balance
WHERE
    statement_date <= $1
    AND ($2::text IS NULL OR bank_account > $2)
    AND ($3::text IS NULL OR company_id = $3)
    AND ($4::text IS NULL OR bank_account = $4)
ORDER BY bank_account
LIMIT $5;

-- name: known_bank_accounts
-- Our bank accounts on whose statements money appears, with company and currency.
SELECT company_id, currency, bank_account FROM bank_account
WHERE active AND deposits_to IS NULL
ORDER BY bank_account;

-- name: cash_against_statements
-- Cash in the journal of accounts ($3) up to the day of each one's last statement ($4), and what does not meet by key:
-- lines of the statements that count ($1, $2), and cash. Money that names no account of ours is on the default one of
-- its company and currency ($5 to $7); $8 and $9 are further numbers of accounts. A row without a key has the account's
-- cash in the journal.
WITH counted AS (
    SELECT c.import_id, c.statement_no FROM unnest($1::text[], $2::integer[]) AS c (import_id, statement_no)
),

scope AS (
    SELECT s.bank_account, s.day FROM unnest($3::text[], $4::date[]) AS s (bank_account, day)
),

posted AS (
    SELECT
        p.entry_id, p.document, p.company_id, p.currency, p.business_date,
        CASE WHEN p.debit = '1000' THEN p.amount ELSE -p.amount END AS amount,
        CASE
            WHEN p.entry_id LIKE '%/charge' THEN left(p.entry_id, -7)
            ELSE coalesce(pay.received_with, p.document)
        END AS receipt_id,
        split_part(
            CASE
                WHEN p.entry_id LIKE '%/fee' THEN p.entry_id
                ELSE coalesce(pay.bank_reference, ret.bank_reference, p.document)
            END, '/', 1
        ) AS named_account
    FROM journal_posting AS p
    LEFT JOIN payment AS pay ON p.document = pay.payment_id
    LEFT JOIN payment_return AS ret ON p.document = ret.return_id
    WHERE p.debit = '1000' OR p.credit = '1000'
),

cash AS MATERIALIZED (
    SELECT
        p.entry_id, p.document, p.business_date, p.amount, s.bank_account, s.day, rr.reported_on,
        CASE
            WHEN p.entry_id LIKE 'line/%' THEN 'coding'
            ELSE coalesce(rr.source, e.source, 'feed')
        END AS source,
        CASE
            WHEN p.entry_id LIKE 'line/%' THEN regexp_replace(p.entry_id, '/coded/\d+(/undone)?$', '')
            WHEN p.entry_id LIKE '%/fee' THEN concat('bundle/', s.bank_account, '/', p.document)
            WHEN rr.bundle_id IS NOT NULL THEN concat('bundle/', s.bank_account, '/', rr.bundle_id)
            ELSE p.receipt_id
        END AS match_key
    FROM posted AS p
    LEFT JOIN bank_account AS own ON p.named_account = own.bank_account
    LEFT JOIN unnest($5::text[], $6::text[], $7::text[]) AS d (company_id, currency, bank_account)
        ON p.company_id = d.company_id AND p.currency = d.currency
    LEFT JOIN unnest($8::text[], $9::text[]) AS n (further_number, bank_account) ON p.named_account = n.further_number
    INNER JOIN scope AS s
        ON s.bank_account = coalesce(n.bank_account, own.deposits_to, own.bank_account, d.bank_account)
    LEFT JOIN reported_receipt AS rr ON p.receipt_id = rr.subject_id
    LEFT JOIN import_entry AS e
        ON p.receipt_id = e.subject_id AND e.outcome IN ('post', 'held', 'review', 'booked')
),

failed AS (
    SELECT DISTINCT
        substring(encode(body, 'escape') FROM '"(?:payment_id|return_id)": ?"([^"]+)"') AS subject_id
    FROM dead_letter
    WHERE replayed_at IS NULL AND topic ~ '(PaymentReceived|PaymentReturned)$'
),

cash_sum AS (
    SELECT
        bank_account, match_key,
        sum(amount) FILTER (WHERE business_date <= day) AS now,
        sum(amount) FILTER (WHERE business_date > day) AS later,
        min(business_date) AS cash_on, min(document) AS document, min(source) AS source,
        max(reported_on) AS reported_on
    FROM cash
    GROUP BY bank_account, match_key
),

line AS (
    SELECT
        l.line_id, l.bank_account, l.amount, l.statement_date, l.state, l.purpose, f.stage, s.day,
        CASE WHEN fd.subject_id IS NULL THEN e.outcome ELSE 'failed' END AS outcome,
        left(e.facts ->> 'details', 200) AS details,
        (c.import_id IS NOT NULL) AS counts,
        CASE
            WHEN l.state <> 'receipt' THEN concat('line/', l.line_id)
            WHEN bl.bundle_id IS NOT NULL THEN concat('bundle/', l.bank_account, '/', bl.bundle_id)
            WHEN b.bundle_id IS NOT NULL THEN concat('bundle/', l.bank_account, '/', b.bundle_id)
            WHEN own.payment_id IS NULL AND e.outcome IN ('post', 'seen_before') THEN coalesce(
                (
                    SELECT coalesce(r.received_with, r.payment_id)
                    FROM bank_reference AS known INNER JOIN payment AS r ON known.payment_id = r.payment_id
                    WHERE known.bank_reference = e.bank_reference
                    ORDER BY (r.amount = l.amount) DESC, abs(r.value_date - l.value_date), r.payment_id
                    LIMIT 1
                ), l.subject_id
            )
            ELSE l.subject_id
        END AS match_key
    FROM statement_line AS l
    INNER JOIN scope AS s ON l.bank_account = s.bank_account
    INNER JOIN import_entry AS e ON l.import_id = e.import_id AND l.entry_no = e.entry_no
    INNER JOIN import_file AS f ON l.import_id = f.import_id
    LEFT JOIN counted AS c ON l.import_id = c.import_id AND l.statement_no = c.statement_no
    LEFT JOIN bundle_line AS bl ON l.subject_id = bl.line_id AND e.outcome = 'held'
    LEFT JOIN bundle AS b
        ON l.bank_account = b.bank_account AND e.collective_reference = b.bundle_id AND b.kind = 'collective'
        AND e.outcome = 'seen_before'
    LEFT JOIN payment AS own ON l.subject_id = own.payment_id
    LEFT JOIN failed AS fd ON l.subject_id = fd.subject_id
    WHERE c.import_id IS NOT NULL OR l.statement_date > s.day
),

line_sum AS (
    SELECT
        bank_account, match_key,
        sum(amount) FILTER (WHERE counts) AS now,
        sum(amount) FILTER (WHERE NOT counts) AS later,
        count(*) FILTER (WHERE counts) AS line_count,
        min(line_id) AS line_id, min(state) AS state, min(outcome) AS outcome, min(purpose) AS purpose,
        min(stage) AS stage, min(details) AS details, min(statement_date) AS line_on
    FROM line
    GROUP BY bank_account, match_key
)

SELECT
    bank_account, l.line_id, l.state, l.outcome, l.purpose, l.stage, l.details, l.line_on,
    c.source, c.document, c.cash_on, c.reported_on, match_key AS key,
    coalesce(l.now, 0) AS lines, coalesce(l.line_count, 0) AS line_count, coalesce(l.later, 0) AS lines_later,
    coalesce(c.now, 0) AS cash, coalesce(c.later, 0) AS cash_later
FROM cash_sum AS c
FULL OUTER JOIN line_sum AS l USING (bank_account, match_key)
WHERE coalesce(l.now, 0) <> coalesce(c.now, 0)
UNION ALL
SELECT bank_account, '', '', '', '', '', '', NULL, '', '', NULL, NULL, NULL, 0, 0, 0, sum(amount), 0
FROM cash
WHERE business_date <= day
GROUP BY bank_account;

-- name: cash_without_account
-- Cash in the journal up to a day that names no account of ours, nor a further number of one ($4), and has no default
-- one ($2 and $3).
SELECT p.company_id, p.currency, sum(CASE WHEN p.debit = '1000' THEN p.amount ELSE -p.amount END) AS amount
FROM journal_posting AS p
LEFT JOIN payment AS pay ON p.document = pay.payment_id
LEFT JOIN payment_return AS ret ON p.document = ret.return_id
LEFT JOIN bank_account AS own
    ON own.bank_account = split_part(
        CASE
            WHEN p.entry_id LIKE '%/fee' THEN p.entry_id
            ELSE coalesce(pay.bank_reference, ret.bank_reference, p.document)
        END, '/', 1
    )
LEFT JOIN unnest($2::text[], $3::text[]) AS d (company_id, currency)
    ON p.company_id = d.company_id AND p.currency = d.currency
WHERE
    '1000' IN (p.debit, p.credit) AND p.business_date <= $1 AND own.bank_account IS NULL AND d.company_id IS NULL
    AND split_part(coalesce(pay.bank_reference, ret.bank_reference, p.document), '/', 1) <> ALL($4::text[])
GROUP BY p.company_id, p.currency
HAVING sum(CASE WHEN p.debit = '1000' THEN p.amount ELSE -p.amount END) <> 0
ORDER BY p.company_id, p.currency;

-- name: view_bank_lines
-- A page of lines of statements by filters, the oldest first, with the bank's words.
SELECT
    l.line_id, l.import_id, l.entry_no, l.bank_account, l.company_id, l.currency, l.statement_date, l.value_date,
    l.amount, l.subject_id, l.bank_reference, l.bank_code, l.state, l.purpose, l.gl_account, l.coded_by, l.why,
    l.codings, e.kind, e.outcome, e.place, e.note, e.facts
FROM statement_line AS l
INNER JOIN import_entry AS e ON l.import_id = e.import_id AND l.entry_no = e.entry_no
WHERE
    ($1::text IS NULL OR l.state = $1)
    AND ($2::text IS NULL OR l.bank_account = $2)
    AND ($3::text IS NULL OR l.company_id = $3)
    AND ($4::text IS NULL OR l.purpose = $4)
    AND ($5::date IS NULL OR l.statement_date >= $5)
    AND ($6::date IS NULL OR l.statement_date <= $6)
    AND ($7::date IS NULL OR (l.statement_date, l.line_id) > ($7, $8::text))
ORDER BY l.statement_date, l.line_id
LIMIT $9;

-- name: view_bank_line
-- One line of a statement, with the bank's words.
SELECT
    l.line_id, l.import_id, l.entry_no, l.bank_account, l.company_id, l.currency, l.statement_date, l.value_date,
    l.amount, l.subject_id, l.bank_reference, l.bank_code, l.state, l.purpose, l.gl_account, l.coded_by, l.why,
    l.codings, e.kind, e.outcome, e.place, e.note, e.facts
FROM statement_line AS l
INNER JOIN import_entry AS e ON l.import_id = e.import_id AND l.entry_no = e.entry_no
WHERE l.line_id = $1;

-- name: lock_statement_line
-- A line of a statement, locked.
SELECT
    line_id, import_id, entry_no, statement_no, bank_account, company_id, currency, statement_date, value_date, amount,
    subject_id, bank_reference, bank_code, state, purpose, gl_account, coded_by, why, codings
FROM statement_line
WHERE line_id = $1
FOR UPDATE;

-- name: save_coding
-- What a line is coded to, or that it is to be coded again.
UPDATE statement_line
SET state = $2, purpose = $3, gl_account = $4, coded_by = $5, why = $6, codings = $7
WHERE line_id = $1;

-- name: insert_payment_coding
-- Money in suspense that is coded to an account.
INSERT INTO payment_coding (payment_id, number, line_id, currency, amount, gl_account, coded_on)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: payment_of_line
-- The payment of a line: its own, else the one that another message reported under the line's bank reference.
SELECT payment_id, 1 AS choice FROM payment WHERE payment_id = $1
UNION ALL
SELECT payment_id, 2 FROM bank_reference WHERE bank_reference = $2
ORDER BY choice, payment_id
LIMIT 1;

-- name: coding_of_payment
-- The coding of a payment that is in force.
SELECT amount, gl_account, coded_on FROM payment_coding
WHERE payment_id = $1 AND undone_on IS NULL
FOR UPDATE;

-- name: undo_payment_coding
-- The payment is in suspense again from a day on.
UPDATE payment_coding SET undone_on = $2 WHERE payment_id = $1 AND undone_on IS NULL;

-- name: release_line_as_payment
-- The entry of a line is posted as the payment that was held, and counts in its file.
WITH entry AS (
    UPDATE import_entry SET outcome = 'post', note = left(note || $3, 1000)
    WHERE import_id = $1 AND entry_no = $2 AND outcome = 'held'
    RETURNING import_id, event
),

file AS (
    UPDATE import_file AS f SET to_post = f.to_post + 1, posted = f.posted + 1
    FROM entry AS e WHERE f.import_id = e.import_id AND f.stage = 'posted'
    RETURNING f.import_id
)

SELECT e.event FROM entry AS e INNER JOIN file AS f ON e.import_id = f.import_id;

-- name: close_reviews_of_line
-- The entry of a line that is coded waits for no person any more.
UPDATE import_entry SET outcome = 'noted', note = left(note || $3, 1000)
WHERE import_id = $1 AND entry_no = $2 AND outcome = 'review';
