-- name: lock_imports
-- One file at a time is checked against all that came before, whichever replica does it.
SELECT pg_advisory_xact_lock(hashtextextended('cash_app/imports', 0));

-- name: insert_import
-- A file as it was received.
INSERT INTO import_file (
    import_id, content_sha256, file_name, format, payer, size_bytes, received_by, received_at, stage, counts, errors,
    to_post, posted, position
)
VALUES ($1, $2, $3, $4, $5, $6, $7, now(), 'received', '{}', '[]', 0, 0, 0);

-- name: insert_import_content
-- The bytes of a file, kept for the auditor.
INSERT INTO import_content (import_id, content) VALUES ($1, $2);

-- name: imports_waiting
-- Whether a file still has to be read, checked or posted.
SELECT EXISTS (SELECT 1 FROM import_file WHERE stage IN ('received', 'parsed', 'validated')) AS waiting;

-- name: next_import_to_read
-- The oldest file not yet read and checked, without locking it.
SELECT f.import_id, f.file_name, f.content_sha256, f.format, f.payer, f.received_at, f.accepted_by, c.content
FROM import_file AS f
INNER JOIN import_content AS c ON f.import_id = c.import_id
WHERE f.stage IN ('received', 'parsed')
ORDER BY f.received_at, f.import_id
LIMIT 1;

-- name: lock_refused_import
-- A file that was refused, locked, with what is wrong and how much is at stake; of a file that could not be read the
-- company and currency of the first account of ours.
SELECT
    f.import_id, f.file_name, f.errors, coalesce(f.company_id, a.company_id) AS company_id,
    coalesce(f.currency, a.currency) AS currency, coalesce(f.difference, 0) AS difference
FROM import_file AS f
LEFT JOIN LATERAL (
    SELECT b.company_id, b.currency FROM bank_account AS b WHERE b.active ORDER BY b.bank_account LIMIT 1
) AS a ON true
WHERE f.import_id = $1 AND f.stage = 'refused'
FOR UPDATE OF f;

-- name: accept_import
-- The file is read again and goes in as it is: what cannot be taken waits in a queue.
UPDATE import_file SET stage = 'received', refused_after = NULL, errors = '[]', accepted_by = $2
WHERE import_id = $1 AND stage = 'refused';

-- name: claim_import
-- A file that is still to be checked, locked.
SELECT import_id FROM import_file WHERE import_id = $1 AND stage IN ('received', 'parsed') FOR UPDATE;

-- name: imports_of_content
-- The file with the same bytes that was taken before.
SELECT import_id, received_at FROM import_file
WHERE content_sha256 = $1 AND import_id <> $2 AND stage IN ('validated', 'posted')
LIMIT 1;

-- name: mark_import_parsed
-- The file could be read.
UPDATE import_file SET stage = 'parsed', format = $2, counts = $3
WHERE import_id = $1 AND stage IN ('received', 'parsed');

-- name: refuse_import
-- The file is not taken, with everything that is wrong with it.
UPDATE import_file
SET refused_after = stage, stage = 'refused', format = coalesce($2, format), errors = $3, company_id = $4,
    currency = $5, difference = $6
WHERE import_id = $1 AND stage IN ('received', 'parsed');

-- name: mark_import_validated
-- The file is taken whole: all of it will be posted.
UPDATE import_file
SET stage = CASE WHEN $2 = 0 THEN 'posted' ELSE 'validated' END, to_post = $2, counts = $3
WHERE import_id = $1;

-- name: own_accounts
-- Our bank accounts, lockboxes and card acquirers' accounts.
SELECT bank_account, company_id, currency, name, deposits_to, active FROM bank_account ORDER BY bank_account;

-- name: own_account
-- One account of ours.
SELECT bank_account, company_id, currency, name, deposits_to, active FROM bank_account WHERE bank_account = $1;

-- name: save_own_account
-- An account of ours, new or changed.
INSERT INTO bank_account (bank_account, company_id, currency, name, deposits_to, active)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (bank_account) DO UPDATE SET
    company_id = excluded.company_id, currency = excluded.currency, name = excluded.name,
    deposits_to = excluded.deposits_to, active = excluded.active;

-- name: own_account_page
-- A page of our accounts.
SELECT bank_account, company_id, currency, name, deposits_to, active FROM bank_account
WHERE $1::text IS NULL OR bank_account > $1
ORDER BY bank_account
LIMIT $2;

-- name: remittance_mapping
-- How a payer writes remittance lists.
SELECT payer, mapping FROM remittance_mapping WHERE payer = $1;

-- name: save_remittance_mapping
-- How a payer writes remittance lists, new or changed.
INSERT INTO remittance_mapping (payer, mapping) VALUES ($1, $2)
ON CONFLICT (payer) DO UPDATE SET mapping = excluded.mapping;

-- name: remittance_mapping_page
-- A page of the payers' mappings.
SELECT payer, mapping FROM remittance_mapping
WHERE $1::text IS NULL OR payer > $1
ORDER BY payer
LIMIT $2;

-- name: statements_seen
-- Which of these statements came before, and in which file.
SELECT s.bank_account, s.source, s.statement_number, s.statement_date, s.import_id
FROM bank_statement AS s
INNER JOIN unnest($1::text[], $2::text[], $3::text[], $4::date[])
    AS w (bank_account, source, statement_number, statement_date)
    ON s.bank_account = w.bank_account AND s.source = w.source AND s.statement_number = w.statement_number
    AND s.statement_date = w.statement_date;

-- name: entries_seen
-- Which of these entries were taken before, and where.
SELECT subject_id, import_id, place FROM import_entry
WHERE subject_id = ANY($1::text[]) AND outcome IN ('post', 'held', 'review', 'booked');

-- name: lines_reported
-- Lines that were reported first with these amounts of accounts, within days of a value date, with the balances of
-- their statements.
SELECT DISTINCT
    e.import_id, e.entry_no, e.subject_id, e.place, e.kind, e.source, e.bank_account, e.line_reference, e.currency,
    e.amount, e.value_date, e.facts, coalesce(b.statement_date, r.reported_on, e.value_date) AS reported_on, b.opening,
    b.closing
FROM unnest($1::text[], $2::numeric[], $3::date[]) AS w (bank_account, amount, value_date)
INNER JOIN import_entry AS e
    ON e.bank_account = w.bank_account AND e.amount = w.amount
    AND e.value_date BETWEEN w.value_date - $4::integer AND w.value_date + $4::integer
    AND e.outcome <> 'seen_before'
    AND e.kind IN ('payment', 'return', 'bundle', 'charge', 'own_payment_returned')
LEFT JOIN statement_line AS l ON e.import_id = l.import_id AND e.entry_no = l.entry_no
LEFT JOIN statement_balance AS b ON l.import_id = b.import_id AND l.statement_no = b.statement_no
LEFT JOIN reported_receipt AS r ON e.subject_id = r.subject_id
ORDER BY e.import_id, e.entry_no;

-- name: reports_of_accounts
-- The balances of accounts' statements, from two months before a day.
SELECT bank_account, statement_date, opening, closing
FROM statement_balance
WHERE bank_account = ANY($1::text[]) AND statement_date >= $2::date - 60;

-- name: payments_of_feed
-- Payments that the bank feed or a deposit slip reported with these references.
SELECT bank_reference, payment_id, currency, amount, value_date
FROM bank_reference
WHERE bank_reference = ANY($1::text[]);

-- name: collective_entries_seen
-- Bookings that another kind of message reported with these references, with the sum of their entries.
SELECT
    e.bank_account, e.collective_reference, min(e.import_id) AS import_id, count(*) AS entries, sum(e.amount) AS amount
FROM import_entry AS e
INNER JOIN unnest($1::text[], $2::text[], $3::text[]) AS w (bank_account, collective_reference, source)
    ON e.bank_account = w.bank_account AND e.collective_reference = w.collective_reference AND e.source <> w.source
WHERE e.outcome IN ('post', 'review', 'booked')
GROUP BY e.bank_account, e.collective_reference;

-- name: payments_known
-- Which of these payments are known already, from a file, a deposit or the bank feed.
SELECT bank_reference, payment_id FROM bank_reference WHERE bank_reference = ANY($1::text[]);

-- name: references_of_traces
-- The payments that carried these trace numbers.
SELECT trace_number, bank_reference, currency, amount FROM payment_trace WHERE trace_number = ANY($1::text[]);

-- name: insert_import_entries
-- What a file reports, entry by entry, and what becomes of it.
INSERT INTO import_entry (
    import_id, entry_no, place, kind, outcome, subject_id, source, bank_account, bank_reference, currency, amount,
    value_date, note, event, collective_reference, facts, line_reference
)
SELECT * FROM unnest(
    $1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::numeric[], $12::date[], $13::text[], $14::text[], $15::text[], $16::jsonb[], $17::text[]
);

-- name: insert_bank_statements
-- Statements taken, by account, number and date.
INSERT INTO bank_statement (
    bank_account, source, statement_number, statement_date, import_id, currency, opening, closing
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::text[], $7::numeric[], $8::numeric[]
);

-- name: insert_bundles
-- Payments that reach the bank as one sum; one reported again stays as it is.
INSERT INTO bundle (
    bank_account, bundle_id, kind, currency, gross, fee, net, value_date, payments, reported_by
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::numeric[], $7::numeric[], $8::date[],
    $9::integer[], $10::text[]
)
ON CONFLICT (bank_account, bundle_id) DO NOTHING;

-- name: insert_bundle_lines
-- Lines of statements that stand for a bundle.
INSERT INTO bundle_line (
    line_id, bank_account, kind, currency, amount, value_date, details, import_id, collective_reference
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::date[], $7::text[], $8::text[], $9::text[]
);

-- name: bundles_seen
-- Which of these bundles were reported before.
SELECT b.bank_account, b.bundle_id, b.kind
FROM bundle AS b
INNER JOIN unnest($1::text[], $2::text[]) AS w (bank_account, bundle_id)
    ON b.bank_account = w.bank_account AND b.bundle_id = w.bundle_id;

-- name: open_bundles
-- Bundles whose sum no line of a statement has shown yet.
SELECT bank_account, bundle_id FROM bundle WHERE line_id IS NULL ORDER BY value_date DESC LIMIT 20000;

-- name: single_lines_of_sums
-- Lines that statements reported as one payment, with the sum of a booking that another message divides.
SELECT DISTINCT e.bank_account, w.collective_reference, e.currency, e.subject_id
FROM unnest($1::text[], $2::text[], $3::numeric[], $4::date[])
    AS w (bank_account, collective_reference, amount, value_date)
INNER JOIN import_entry AS e
    ON e.bank_account = w.bank_account AND e.amount = w.amount
    AND e.value_date BETWEEN w.value_date - $5::integer AND w.value_date + $5::integer
    AND e.outcome = 'post' AND e.kind = 'payment' AND e.source = 'statement'
    AND e.line_reference IN ('', w.collective_reference)
ORDER BY e.bank_account, w.collective_reference, e.subject_id;

-- name: bundles_of_sums
-- Bundles that no line of a statement has shown yet, with exactly the amount of a line, near in time.
SELECT DISTINCT b.bank_account, b.bundle_id, b.kind, b.currency, b.net, b.value_date, b.payments
FROM unnest($1::text[], $2::numeric[], $3::date[]) AS w (bank_account, amount, value_date)
INNER JOIN bundle AS b
    ON b.bank_account = w.bank_account AND b.net = w.amount AND b.line_id IS NULL
    AND b.value_date BETWEEN w.value_date - $4::integer AND w.value_date + $4::integer
ORDER BY b.bank_account, b.bundle_id;

-- name: join_bundles
-- Joins a line to the bundle of its account with exactly its sum, near in time, where neither has another choice.
WITH pair AS (
    SELECT
        l.line_id, b.bank_account, b.bundle_id,
        count(*) OVER (PARTITION BY l.line_id) AS bundles,
        count(*) OVER (PARTITION BY b.bank_account, b.bundle_id) AS lines
    FROM bundle_line AS l
    INNER JOIN bundle AS b
        ON l.bank_account = b.bank_account AND l.currency = b.currency AND l.amount = b.net
        AND b.value_date BETWEEN l.value_date - 10 AND l.value_date + 10
        AND (
            (b.kind = 'collective' AND l.collective_reference = b.bundle_id)
            OR (b.kind <> 'collective' AND l.kind <> 'collective')
        )
    WHERE l.bundle_id IS NULL AND b.line_id IS NULL AND l.bank_account = ANY($1::text[])
),

joined AS (
    UPDATE bundle AS b SET line_id = p.line_id
    FROM pair AS p
    WHERE p.bundles = 1 AND p.lines = 1 AND b.bank_account = p.bank_account AND b.bundle_id = p.bundle_id
    RETURNING p.line_id, b.bundle_id
)

UPDATE bundle_line AS l SET bundle_id = j.bundle_id FROM joined AS j WHERE l.line_id = j.line_id;

-- name: show_collective_bundles
-- Bookings of a notification that a statement reports part by part.
UPDATE bundle AS b SET line_id = s.line_id
FROM unnest($1::text[], $2::text[], $3::numeric[], $4::text[]) AS s (bank_account, bundle_id, amount, line_id)
WHERE
    b.kind = 'collective' AND b.line_id IS NULL
    AND b.bank_account = s.bank_account AND b.bundle_id = s.bundle_id AND b.net = s.amount;

-- name: claim_posting
-- The oldest file that is taken and not wholly posted, unless another replica is at it.
SELECT import_id, position, posted, to_post FROM import_file
WHERE stage = 'validated'
ORDER BY received_at, import_id
LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: entries_to_post
-- The next entries of a file that are to be published.
SELECT entry_no, kind, event FROM import_entry
WHERE import_id = $1 AND entry_no > $2 AND outcome = 'post'
ORDER BY entry_no
LIMIT $3;

-- name: advance_posting
-- Remembers how far the posting of a file got.
UPDATE import_file
SET position = $2, posted = posted + $3, stage = CASE WHEN posted + $3 = to_post THEN 'posted' ELSE stage END
WHERE import_id = $1;

-- name: view_imports
-- A page of files, the latest first.
SELECT
    import_id, file_name, format, payer, size_bytes, received_by, received_at, stage, refused_after, counts, errors,
    to_post, posted
FROM import_file
WHERE
    ($1::text IS NULL OR stage = $1)
    AND ($2::timestamptz IS NULL OR (received_at, import_id) < ($2, $3))
ORDER BY received_at DESC, import_id DESC
LIMIT $4;

-- name: view_import
-- One file.
SELECT
    import_id, file_name, format, payer, size_bytes, received_by, received_at, stage, refused_after, counts, errors,
    to_post, posted
FROM import_file
WHERE import_id = $1;

-- name: view_import_entries
-- A page of a file's entries.
SELECT
    entry_no, place, kind, outcome, subject_id, source, bank_account, bank_reference, currency, amount, value_date,
    note, facts
FROM import_entry
WHERE import_id = $1 AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR outcome = $3) AND entry_no > $4
ORDER BY entry_no
LIMIT $5;

-- name: view_entries_for_review
-- A page of the entries that wait for a person.
SELECT
    import_id, entry_no, place, kind, outcome, subject_id, source, bank_account, bank_reference, currency, amount,
    value_date, note, facts
FROM import_entry
WHERE outcome = 'review' AND ($1::text IS NULL OR subject_id > $1)
ORDER BY subject_id
LIMIT $2;

-- name: entry_for_review
-- An entry that waits for a person, locked, with the stage of its file.
SELECT e.import_id, e.entry_no, e.kind, e.note, e.event, f.stage
FROM import_entry AS e
INNER JOIN import_file AS f ON e.import_id = f.import_id
WHERE e.subject_id = $1 AND e.outcome = 'review'
FOR UPDATE OF e;

-- name: close_review
-- A person has dealt with the entry.
UPDATE import_entry SET outcome = 'noted', note = $3, event = NULL WHERE import_id = $1 AND entry_no = $2;

-- name: view_bundles
-- A page of bundles; open ones only, where asked.
SELECT bank_account, bundle_id, kind, currency, gross, fee, net, value_date, payments, reported_by, line_id
FROM bundle
WHERE
    (NOT $1::boolean OR line_id IS NULL)
    AND ($2::text IS NULL OR (bank_account, bundle_id) > ($2, $3))
ORDER BY bank_account, bundle_id
LIMIT $4;

-- name: view_bundle_lines
-- A page of the lines of statements that stand for bundles; those whose payments are not reported yet only, where asked.
SELECT line_id, bank_account, kind, currency, amount, value_date, details, import_id, bundle_id
FROM bundle_line
WHERE (NOT $1::boolean OR bundle_id IS NULL) AND ($2::text IS NULL OR line_id > $2)
ORDER BY line_id
LIMIT $3;

-- name: held_line
-- A line that stands for a bundle whose payments are not reported, locked, with the payment it would be.
SELECT l.line_id, l.bundle_id, e.import_id, e.entry_no, e.event, f.stage
FROM bundle_line AS l
INNER JOIN import_entry AS e ON l.line_id = e.subject_id AND e.outcome = 'held'
INNER JOIN import_file AS f ON e.import_id = f.import_id
WHERE l.line_id = $1
FOR UPDATE OF l;

-- name: release_line
-- The line is a payment itself, which is published as it is released.
WITH entry AS (
    UPDATE import_entry SET outcome = 'post', note = $3 WHERE import_id = $1 AND entry_no = $2 RETURNING import_id
)

UPDATE import_file AS f SET to_post = f.to_post + 1, posted = f.posted + 1
FROM entry AS e WHERE f.import_id = e.import_id;

-- name: forget_bundle_line
-- What became a payment waits for no bundle any more.
DELETE FROM bundle_line WHERE line_id = $1;

-- name: insert_deposit
-- A deposit slip, once per account and number.
INSERT INTO deposit_slip (bank_account, slip_number, value_date, currency, total, items, keyed_by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (bank_account, slip_number) DO NOTHING
RETURNING slip_number;
