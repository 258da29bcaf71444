-- Open items, payments and how they were applied, what was corrected, and the bank files that payments come from.
-- depends:

-- migrate: apply
-- Two spellings of one account are equal: only letters and digits count, and leading zeros of the account number
-- behind a routing number do not.
CREATE FUNCTION account_key(account text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN upper(regexp_replace(
    regexp_replace(account, '^(\d{9})[^0-9A-Za-z]+0*(\d+)$', '\1\2'), '[^0-9A-Za-z]', '', 'g'
));

-- open_items
-- One row per customer; the lock on it is the right to change the customer's items and money.
CREATE TABLE customer_ledger (
    customer_id text PRIMARY KEY,
    version integer NOT NULL,
    company_id text,
    name text,
    currency text,
    bill_to_id text
);

-- `credited`, `deducted`, `tolerated` and `written_off` are what was taken off otherwise than by money and discount;
-- a discount is worked out on what is left after them. `taxes` is the tax that a discount lowers: [rate, tax, lowered].
CREATE TABLE open_item (
    customer_id text NOT NULL,
    item_id text NOT NULL,
    item_version integer NOT NULL,
    company_id text NOT NULL,
    document_number text NOT NULL,
    document_key text NOT NULL,
    currency text NOT NULL,
    original_amount numeric(18, 3) NOT NULL CHECK (original_amount > 0),
    open_amount numeric(18, 3) NOT NULL CHECK (open_amount BETWEEN 0 AND original_amount),
    document_date date NOT NULL,
    due_date date NOT NULL,
    discount_date date,
    discount_amount numeric(18, 3) NOT NULL CHECK (discount_amount >= 0),
    discount_taken numeric(18, 3) NOT NULL CHECK (discount_taken BETWEEN 0 AND discount_amount),
    disputed boolean NOT NULL,
    moved_on date NOT NULL,
    closed_on date,
    open_since date NOT NULL,
    kind text NOT NULL DEFAULT 'invoice',
    terms text NOT NULL DEFAULT '',
    order_id text NOT NULL DEFAULT '',
    customer_reference text NOT NULL DEFAULT '',
    credited numeric(18, 3) NOT NULL DEFAULT 0 CHECK (credited >= 0),
    deducted numeric(18, 3) NOT NULL DEFAULT 0 CHECK (deducted >= 0),
    tolerated numeric(18, 3) NOT NULL DEFAULT 0 CHECK (tolerated >= 0),
    written_off numeric(18, 3) NOT NULL DEFAULT 0 CHECK (written_off >= 0),
    given_back numeric(18, 3) NOT NULL DEFAULT 0 CHECK (given_back >= 0),
    taxes jsonb NOT NULL DEFAULT '[]',
    deducted_from text,
    written_off_on date,
    PRIMARY KEY (customer_id, item_id),
    CHECK (discount_taken + credited + deducted + tolerated + written_off <= original_amount - open_amount),
    CHECK ((closed_on IS NULL) = (open_amount > 0))
);
CREATE INDEX open_item_open ON open_item (customer_id, due_date, document_number, item_id) WHERE open_amount > 0;
CREATE INDEX open_item_due ON open_item (due_date, customer_id, item_id) WHERE open_amount > 0;
CREATE INDEX open_item_document ON open_item (document_key);
CREATE INDEX open_item_deducted_from ON open_item (customer_id, deducted_from) WHERE deducted_from IS NOT NULL;
CREATE INDEX open_item_id ON open_item (item_id);
CREATE INDEX open_item_deduction ON open_item (document_date, item_id) WHERE kind = 'deduction' AND open_amount > 0;

-- What payers write for a document: its number, our order, the customer's own order number; without punctuation and
-- zeros in front. `item_id` is the payment id of a credit memo. Rows are never changed.
CREATE TABLE document_reference (
    reference_key text NOT NULL,
    company_id text NOT NULL,
    customer_id text NOT NULL,
    item_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('number', 'order', 'purchase_order', 'credit_memo'))
);
CREATE INDEX document_reference_key ON document_reference (reference_key);

-- The dated changes of items. The causes are those of the contract.
CREATE TABLE item_movement (
    customer_id text NOT NULL,
    item_id text NOT NULL,
    item_version integer NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    business_date date NOT NULL,
    change numeric(18, 3) NOT NULL CHECK (change <> 0),
    cause text NOT NULL,
    cause_id text NOT NULL,
    PRIMARY KEY (customer_id, item_id, item_version)
);

-- payments
-- What messages reported of payments, by the bank's reference without our account. A bank may use a reference again, so
-- that several payments have it; and two messages may report one payment under two references. The first row of a key
-- is the lock on it, whichever replica receives it first. `import_id` is null for the bank feed.
CREATE TABLE bank_reference (
    reference_key text NOT NULL,
    number integer NOT NULL,
    bank_reference text NOT NULL,
    payment_id text NOT NULL,
    bank_account text,
    company_id text NOT NULL,
    customer_id text,
    payer_account text,
    trace_number text,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL,
    value_date date NOT NULL,
    import_id text,
    PRIMARY KEY (reference_key, number)
);
CREATE INDEX bank_reference_reference ON bank_reference (bank_reference);
CREATE INDEX bank_reference_payment ON bank_reference (payment_id);
CREATE INDEX bank_reference_of_feed ON bank_reference (company_id, amount, value_date) WHERE import_id IS NULL;
CREATE INDEX bank_reference_of_file ON bank_reference (company_id, amount, value_date) WHERE import_id IS NOT NULL;

-- What the other source, file or bank feed, reported with this amount near a day, of payments that the source itself has
-- not reported yet. Each branch has an index of its own.
CREATE FUNCTION receipts_of_other_source(
    from_file boolean, paid_to text, paid_amount numeric, paid_on date, days integer
) RETURNS SETOF bank_reference
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT f.* FROM bank_reference AS f
WHERE from_file AND f.import_id IS NULL AND f.company_id = paid_to AND f.amount = paid_amount
    AND f.value_date BETWEEN paid_on - days AND paid_on + days
    AND NOT EXISTS (
        SELECT FROM bank_reference AS o WHERE o.payment_id = f.payment_id AND o.import_id IS NOT NULL
    )
UNION ALL
SELECT f.* FROM bank_reference AS f
WHERE NOT from_file AND f.import_id IS NOT NULL AND f.company_id = paid_to AND f.amount = paid_amount
    AND f.value_date BETWEEN paid_on - days AND paid_on + days
    AND NOT EXISTS (
        SELECT FROM bank_reference AS o WHERE o.payment_id = f.payment_id AND o.import_id IS NULL
    );
END;

-- Nothing is left of a payment that was applied, split or refunded, or that the bank took back. Money in suspense has
-- no customer; neither has money that was in suspense until it was split or taken back. `received_with` is the payment
-- with which a part was received: its amount is beside that payment's, not within it. `document_number` is a credit
-- memo's. `details` are the bank's words, `remittance_note` what of the remittance could not be understood.
CREATE TABLE payment (
    payment_id text PRIMARY KEY,
    bank_reference text NOT NULL,
    company_id text NOT NULL,
    customer_id text,
    stated_customer text,
    payer_account text,
    payer_name text,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    unapplied_amount numeric(18, 3) NOT NULL CHECK (unapplied_amount BETWEEN 0 AND amount),
    state text NOT NULL CHECK (state IN ('suspense', 'unapplied', 'on_account', 'applied', 'returned', 'repeat')),
    value_date date NOT NULL,
    method text NOT NULL,
    remittance jsonb NOT NULL,
    held_since date NOT NULL,
    movements integer NOT NULL,
    applications integer NOT NULL,
    pending_documents integer NOT NULL CHECK (pending_documents >= 0),
    identified_by text NOT NULL,
    note text NOT NULL,
    received_with text,
    document_number text NOT NULL DEFAULT '',
    details text NOT NULL DEFAULT '',
    remittance_note text NOT NULL DEFAULT '',
    trace_number text,
    bank_references jsonb NOT NULL DEFAULT '[]',
    origin jsonb,
    CONSTRAINT payment_nothing_left CHECK ((state IN ('applied', 'returned', 'repeat')) = (unapplied_amount = 0)),
    CONSTRAINT payment_has_customer CHECK (CASE state WHEN 'suspense' THEN customer_id IS NULL
        WHEN 'unapplied' THEN customer_id IS NOT NULL
        WHEN 'on_account' THEN customer_id IS NOT NULL
        ELSE true END)
);
CREATE INDEX payment_customer ON payment (customer_id, value_date, payment_id);
CREATE INDEX payment_value_date ON payment (value_date, payment_id);
CREATE INDEX payment_received_with ON payment (received_with) WHERE received_with IS NOT NULL;
CREATE INDEX payment_suspense ON payment (value_date, payment_id) WHERE state = 'suspense';
CREATE INDEX payment_suspense_id ON payment (company_id, payment_id) WHERE state = 'suspense';
CREATE INDEX payment_suspense_account ON payment (payer_account) WHERE state = 'suspense';
CREATE INDEX payment_suspense_account_key ON payment (account_key(payer_account)) WHERE state = 'suspense';
CREATE INDEX payment_suspense_customer ON payment (stated_customer) WHERE state = 'suspense';
CREATE INDEX payment_unapplied ON payment (value_date, payment_id) WHERE state = 'unapplied';
CREATE INDEX payment_on_account ON payment (customer_id) WHERE state = 'on_account';
CREATE INDEX payment_on_account_since ON payment (held_since, payment_id) WHERE state = 'on_account';

-- A part of a payment that became a payment of its own later; its amount is within that of the whole.
CREATE TABLE payment_part (
    part_id text PRIMARY KEY,
    payment_id text NOT NULL,
    split_on date NOT NULL
);
CREATE INDEX payment_part_payment ON payment_part (payment_id);

-- What came to or left suspense, unapplied cash and customers' accounts, by business date.
CREATE TABLE cash_movement (
    payment_id text NOT NULL,
    seq integer NOT NULL,
    customer_id text,
    company_id text NOT NULL,
    currency text NOT NULL,
    business_date date NOT NULL,
    account text NOT NULL CHECK (account IN ('suspense', 'unapplied', 'on_account')),
    change numeric(18, 3) NOT NULL CHECK (change <> 0),
    cause_id text NOT NULL,
    PRIMARY KEY (payment_id, seq)
);
CREATE INDEX cash_movement_customer ON cash_movement (customer_id, business_date);

-- What people did with payments, items and returns; the match rate counts what needed no person.
CREATE TABLE clerk_action (
    subject text NOT NULL,
    command_id uuid NOT NULL,
    action text NOT NULL,
    person text NOT NULL,
    done_on date NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (subject, command_id, action)
);

-- identification
CREATE TABLE payer_account (
    payer_account text NOT NULL,
    customer_id text NOT NULL,
    PRIMARY KEY (payer_account, customer_id)
);
CREATE INDEX payer_account_customer ON payer_account (customer_id);
CREATE INDEX payer_account_key ON payer_account (account_key(payer_account));

CREATE TABLE customer_name_token (
    token text NOT NULL,
    customer_id text NOT NULL,
    PRIMARY KEY (token, customer_id)
);
CREATE INDEX customer_name_token_customer ON customer_name_token (customer_id);

-- Names and accounts of payers, learned when a clerk assigns money from suspense; revoked, never deleted.
CREATE TABLE payer_alias (
    alias_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('name', 'account')),
    key text NOT NULL,
    written text NOT NULL,
    customer_id text NOT NULL,
    payment_id text NOT NULL,
    learned_from text NOT NULL,
    learned_at timestamptz NOT NULL DEFAULT now(),
    revoked_by text,
    revoked_at timestamptz,
    CHECK ((revoked_by IS NULL) = (revoked_at IS NULL))
);
CREATE UNIQUE INDEX payer_alias_in_force ON payer_alias (kind, key, customer_id) WHERE revoked_at IS NULL;
CREATE INDEX payer_alias_customer ON payer_alias (customer_id, alias_id);

-- Who may have paid money in suspense, as of the last attempt to identify the payer.
CREATE TABLE payer_candidate (
    payment_id text NOT NULL,
    rank integer NOT NULL,
    customer_id text NOT NULL,
    score integer NOT NULL CHECK (score BETWEEN 0 AND 100),
    evidence text NOT NULL,
    PRIMARY KEY (payment_id, rank)
);

-- application
-- `order_closed_on`: the document is an order of which nothing more will be invoiced since that day.
CREATE TABLE pending_document (
    customer_id text NOT NULL,
    payment_id text NOT NULL,
    line_no integer NOT NULL,
    document_key text NOT NULL,
    document_number text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    discount numeric(18, 3) NOT NULL CHECK (discount >= 0),
    waiting boolean NOT NULL,
    order_closed_on date,
    PRIMARY KEY (customer_id, payment_id, line_no)
);
CREATE INDEX pending_document_waiting ON pending_document (customer_id, document_key) WHERE waiting;

-- Of an application in another currency than the payment's, `paid_currency` and `paid_amount` are what it used of the
-- payment.
CREATE TABLE application (
    customer_id text NOT NULL,
    application_id text NOT NULL,
    payment_id text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    applied_on date NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    discount numeric(18, 3) NOT NULL,
    paid_currency text,
    paid_amount numeric(18, 3),
    policy_version integer NOT NULL,
    PRIMARY KEY (customer_id, application_id)
);
CREATE INDEX application_payment ON application (payment_id);

-- `discount_taxes` is the part of the discount that is tax: [rate, tax]. `paid` is what a line in another currency used
-- of the payment.
CREATE TABLE application_line (
    customer_id text NOT NULL,
    application_id text NOT NULL,
    line_no integer NOT NULL,
    item_id text NOT NULL,
    document_number text NOT NULL,
    amount numeric(18, 3) NOT NULL,
    discount numeric(18, 3) NOT NULL,
    rule text NOT NULL,
    why text NOT NULL,
    evidence text NOT NULL,
    score integer NOT NULL,
    alternatives text NOT NULL,
    tolerance numeric(18, 3) NOT NULL,
    deduction numeric(18, 3) NOT NULL,
    discount_taxes jsonb NOT NULL DEFAULT '[]',
    surplus numeric(18, 3) NOT NULL DEFAULT 0,
    paid numeric(18, 3),
    exchange_difference numeric(18, 3) NOT NULL DEFAULT 0,
    recovered numeric(18, 3) NOT NULL DEFAULT 0,
    given_back numeric(18, 3) NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_id, application_id, line_no)
);

-- What a payer deducted from an item when paying, and why. `application_id` is the application that opened it.
CREATE TABLE deduction (
    customer_id text NOT NULL,
    deduction_id text NOT NULL,
    application_id text NOT NULL,
    item_id text NOT NULL,
    payment_id text NOT NULL,
    reason text NOT NULL,
    why text NOT NULL,
    payer_code text NOT NULL DEFAULT '',
    payer_text text NOT NULL DEFAULT '',
    payer_reference text NOT NULL DEFAULT '',
    PRIMARY KEY (customer_id, deduction_id)
);
CREATE INDEX deduction_application ON deduction (customer_id, application_id);

-- Round payments that clerks applied by hand to the oldest items of their customer: so many of them, by policy, and the
-- next ones are applied so without a person. Ended, never deleted.
CREATE TABLE round_sum_lesson (
    lesson_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id text NOT NULL,
    company_id text NOT NULL,
    payment_id text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    learned_from text NOT NULL,
    learned_on date NOT NULL,
    ended_by text,
    end_reason text,
    ended_at timestamptz,
    CHECK ((ended_by IS NULL) = (ended_at IS NULL) AND (end_reason IS NULL) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX round_sum_lesson_in_force ON round_sum_lesson (customer_id, company_id, payment_id)
WHERE ended_at IS NULL;
CREATE INDEX round_sum_lesson_customer ON round_sum_lesson (customer_id, lesson_id);

-- duplicates
-- Payments reported again by another message; they change nothing.
CREATE TABLE duplicate_payment (
    event_id uuid PRIMARY KEY,
    bank_reference text NOT NULL,
    payment_id text NOT NULL,
    first_payment_id text NOT NULL,
    company_id text NOT NULL,
    customer_id text,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL,
    value_date date NOT NULL
);
CREATE INDEX duplicate_payment_first ON duplicate_payment (first_payment_id);

-- Possible duplicates, held unapplied or in suspense until a person decides.
CREATE TABLE held_duplicate (
    payment_id text PRIMARY KEY,
    customer_id text,
    first_payment_id text NOT NULL,
    held_on date NOT NULL,
    evidence text NOT NULL,
    state text NOT NULL CHECK (state IN ('held', 'released', 'refunded', 'returned', 'repeat'))
);
CREATE INDEX held_duplicate_held ON held_duplicate (held_on, payment_id) WHERE state = 'held';

-- corrections
-- An application may be reversed in parts: the bank takes back a part of its payment.
CREATE TABLE application_reversal (
    customer_id text NOT NULL,
    application_id text NOT NULL,
    reversal_id text NOT NULL,
    payment_id text NOT NULL,
    currency text NOT NULL,
    reversed_on date NOT NULL,
    amount numeric(18, 3) NOT NULL,
    discount numeric(18, 3) NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (customer_id, application_id, reversal_id)
);
CREATE INDEX application_reversal_payment ON application_reversal (payment_id);
CREATE INDEX application_reversal_id ON application_reversal (customer_id, reversal_id);

-- What was undone on each item, with the meanings of application_line.
CREATE TABLE application_reversal_line (
    customer_id text NOT NULL,
    application_id text NOT NULL,
    reversal_id text NOT NULL,
    line_no integer NOT NULL,
    amount numeric(18, 3) NOT NULL,
    discount numeric(18, 3) NOT NULL,
    tolerance numeric(18, 3) NOT NULL,
    deduction numeric(18, 3) NOT NULL,
    discount_taxes jsonb NOT NULL,
    surplus numeric(18, 3) NOT NULL,
    paid numeric(18, 3),
    exchange_difference numeric(18, 3) NOT NULL,
    recovered numeric(18, 3) NOT NULL,
    given_back numeric(18, 3) NOT NULL,
    PRIMARY KEY (customer_id, application_id, reversal_id, line_no)
);

CREATE TABLE payment_transfer (
    transfer_id text PRIMARY KEY,
    payment_id text NOT NULL,
    from_customer_id text NOT NULL,
    to_customer_id text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    transferred_on date NOT NULL,
    reason text NOT NULL
);
CREATE INDEX payment_transfer_payment ON payment_transfer (payment_id);

-- remittance_advice
CREATE TABLE remittance_advice (
    advice_id text PRIMARY KEY,
    company_id text NOT NULL,
    customer_id text,
    payer_account text,
    payer_name text,
    trace_number text,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    advised_on date NOT NULL,
    lines jsonb NOT NULL,
    payment_id text,
    note text NOT NULL,
    needs_review boolean NOT NULL DEFAULT false
);
CREATE INDEX remittance_advice_trace ON remittance_advice (trace_number) WHERE payment_id IS NULL;
CREATE INDEX remittance_advice_customer ON remittance_advice (customer_id, amount) WHERE payment_id IS NULL;
CREATE INDEX remittance_advice_account ON remittance_advice (payer_account, amount) WHERE payment_id IS NULL;
CREATE INDEX remittance_advice_day ON remittance_advice (advised_on, advice_id);
CREATE INDEX remittance_advice_needs_review ON remittance_advice (advised_on, advice_id) WHERE needs_review;

-- Payments by their trace number, by which remittance advice and returns find them.
CREATE TABLE payment_trace (
    trace_number text NOT NULL,
    payment_id text NOT NULL,
    bank_reference text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL,
    PRIMARY KEY (trace_number, payment_id)
);
CREATE INDEX payment_trace_payment ON payment_trace (payment_id);

-- returns
-- `fee_item_id` and `claim_item_id` are the items that the last match charged to the customer.
CREATE TABLE payment_return (
    return_id text PRIMARY KEY,
    bank_reference text NOT NULL,
    original_bank_reference text,
    company_id text NOT NULL,
    customer_id text,
    payer_account text,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    value_date date NOT NULL,
    reason_code text NOT NULL,
    reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'returned')),
    payment_id text,
    note text NOT NULL,
    movements integer NOT NULL,
    matches integer NOT NULL,
    fee_item_id text,
    claim_item_id text,
    UNIQUE (bank_reference, company_id, currency, amount, value_date),
    CHECK ((state = 'waiting') = (payment_id IS NULL))
);
CREATE INDEX payment_return_waiting ON payment_return (value_date, return_id) WHERE state = 'waiting';
CREATE INDEX payment_return_original ON payment_return (original_bank_reference) WHERE state = 'waiting';
CREATE INDEX payment_return_payment ON payment_return (payment_id);

-- refunds
-- A cancelled refund is a row of its own with a negative amount; `cancels` is the refund it cancels.
CREATE TABLE payment_refund (
    customer_id text NOT NULL,
    refund_id text NOT NULL,
    cancels text,
    payment_id text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount <> 0),
    refunded_on date NOT NULL,
    ordered_by text NOT NULL,
    approved_by text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (customer_id, refund_id)
);
CREATE INDEX payment_refund_payment ON payment_refund (payment_id);
CREATE INDEX payment_refund_amount ON payment_refund (company_id, amount, refunded_on);
CREATE INDEX payment_refund_id ON payment_refund (refund_id);
CREATE UNIQUE INDEX payment_refund_cancels ON payment_refund (customer_id, cancels) WHERE cancels IS NOT NULL;

-- write_offs
-- A reversed write-off is a row of its own with a negative amount; `reverses` is the write-off it reverses.
CREATE TABLE write_off (
    customer_id text NOT NULL,
    write_off_id text NOT NULL,
    reverses text,
    item_id text NOT NULL,
    document_number text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount <> 0),
    written_off_on date NOT NULL,
    approved_by text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (customer_id, write_off_id)
);
CREATE INDEX write_off_id ON write_off (write_off_id);
CREATE INDEX write_off_item ON write_off (customer_id, item_id);
CREATE UNIQUE INDEX write_off_reverses ON write_off (customer_id, reverses) WHERE reverses IS NOT NULL;

-- bank_files
-- Our own bank accounts; a file that names any other account is refused.
CREATE TABLE bank_account (
    bank_account text PRIMARY KEY,
    company_id text NOT NULL,
    currency text NOT NULL,
    name text NOT NULL,
    deposits_to text,
    active boolean NOT NULL
);

CREATE TABLE remittance_mapping (
    payer text PRIMARY KEY,
    mapping jsonb NOT NULL
);

-- A file that was refused may go in as it is: `accepted_by` is the second person who agreed. `difference` is what its
-- statements do not explain.
CREATE TABLE import_file (
    import_id text PRIMARY KEY,
    content_sha256 text NOT NULL,
    file_name text NOT NULL,
    format text,
    payer text,
    size_bytes bigint NOT NULL,
    received_by text NOT NULL,
    received_at timestamptz NOT NULL,
    stage text NOT NULL CHECK (stage IN ('received', 'parsed', 'validated', 'posted', 'refused')),
    refused_after text CHECK (refused_after IN ('received', 'parsed')),
    counts jsonb NOT NULL,
    errors jsonb NOT NULL,
    to_post integer NOT NULL CHECK (to_post >= 0),
    posted integer NOT NULL CHECK (posted BETWEEN 0 AND to_post),
    position integer NOT NULL,
    accepted_by text,
    company_id text,
    currency text,
    difference numeric(18, 3),
    CHECK ((stage = 'refused') = (refused_after IS NOT NULL))
);
CREATE INDEX import_file_content ON import_file (content_sha256);
CREATE INDEX import_file_received ON import_file (received_at, import_id);
CREATE INDEX import_file_unfinished ON import_file (received_at, import_id)
WHERE stage IN ('received', 'parsed', 'validated');

CREATE TABLE import_content (
    import_id text PRIMARY KEY,
    content bytea NOT NULL
);

-- The entries of a file and their outcome. `event` is the event that is published when the entry is posted; `facts` are
-- the bank's words, references, payer and remittance, as the file reports them.
CREATE TABLE import_entry (
    import_id text NOT NULL,
    entry_no integer NOT NULL,
    place text NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('post', 'held', 'review', 'booked', 'seen_before', 'noted')),
    subject_id text NOT NULL,
    source text NOT NULL,
    bank_account text NOT NULL,
    bank_reference text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL,
    value_date date NOT NULL,
    note text NOT NULL,
    event text,
    collective_reference text NOT NULL DEFAULT '',
    facts jsonb NOT NULL DEFAULT '{}',
    line_reference text NOT NULL DEFAULT '',
    PRIMARY KEY (import_id, entry_no),
    CHECK (outcome = 'review' OR (outcome IN ('post', 'held')) = (event IS NOT NULL))
);
CREATE UNIQUE INDEX import_entry_subject ON import_entry (subject_id)
WHERE outcome IN ('post', 'held', 'review', 'booked');
CREATE INDEX import_entry_collective ON import_entry (bank_account, collective_reference)
WHERE collective_reference <> '';
CREATE INDEX import_entry_line ON import_entry (bank_account, amount, value_date);
CREATE INDEX import_entry_review ON import_entry (subject_id) WHERE outcome = 'review';

CREATE TABLE bank_statement (
    bank_account text NOT NULL,
    source text NOT NULL,
    statement_number text NOT NULL,
    statement_date date NOT NULL,
    import_id text NOT NULL,
    currency text NOT NULL,
    opening numeric(18, 3),
    closing numeric(18, 3),
    PRIMARY KEY (bank_account, source, statement_number, statement_date)
);

-- Many payments that are one line of the bank statement: a lockbox batch, a card settlement or a deposit slip.
CREATE TABLE bundle (
    bank_account text NOT NULL,
    bundle_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('lockbox', 'card', 'deposit', 'collective')),
    currency text NOT NULL,
    gross numeric(18, 3) NOT NULL,
    fee numeric(18, 3) NOT NULL,
    net numeric(18, 3) NOT NULL,
    value_date date NOT NULL,
    payments integer NOT NULL,
    reported_by text NOT NULL,
    line_id text,
    PRIMARY KEY (bank_account, bundle_id),
    CHECK (gross - fee = net)
);
CREATE INDEX bundle_open ON bundle (bank_account, net) WHERE line_id IS NULL;

-- Statement lines that stand for a bundle; they are not payments themselves.
CREATE TABLE bundle_line (
    line_id text PRIMARY KEY,
    bank_account text NOT NULL,
    kind text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL,
    value_date date NOT NULL,
    details text NOT NULL,
    import_id text NOT NULL,
    bundle_id text,
    collective_reference text NOT NULL DEFAULT ''
);
CREATE INDEX bundle_line_open ON bundle_line (bank_account, amount) WHERE bundle_id IS NULL;

CREATE TABLE deposit_slip (
    bank_account text NOT NULL,
    slip_number text NOT NULL,
    value_date date NOT NULL,
    currency text NOT NULL,
    total numeric(18, 3) NOT NULL CHECK (total > 0),
    items integer NOT NULL CHECK (items > 0),
    keyed_by text NOT NULL,
    PRIMARY KEY (bank_account, slip_number)
);

-- bank_reconciliation
-- Each statement of a file with its balances. `content` is a mark of all amounts and dates in it; `taken_no` is the
-- order of import.
CREATE TABLE statement_balance (
    import_id text NOT NULL,
    statement_no integer NOT NULL,
    bank_account text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    statement_number text NOT NULL,
    statement_date date NOT NULL,
    opening numeric(18, 3),
    closing numeric(18, 3),
    available numeric(18, 3),
    lines integer NOT NULL CHECK (lines >= 0),
    lines_total numeric(18, 3) NOT NULL,
    seen_before integer NOT NULL CHECK (seen_before BETWEEN 0 AND lines),
    first_line_on date NOT NULL,
    content text NOT NULL,
    taken_no bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (import_id, statement_no)
);
CREATE INDEX statement_balance_account ON statement_balance (bank_account, statement_date, taken_no);

-- The booked lines of statements. A receipt is customers' money, which cash application handles; what is none is coded
-- to an account by rule or by a person. `purpose` of a line that is to be coded is what a rule proposes.
CREATE TABLE statement_line (
    line_id text PRIMARY KEY,
    import_id text NOT NULL,
    entry_no integer NOT NULL,
    statement_no integer NOT NULL,
    bank_account text NOT NULL,
    company_id text NOT NULL,
    currency text NOT NULL,
    statement_date date NOT NULL,
    value_date date NOT NULL,
    amount numeric(18, 3) NOT NULL,
    subject_id text NOT NULL,
    bank_reference text NOT NULL,
    bank_code text NOT NULL,
    state text NOT NULL CHECK (state IN ('receipt', 'to_code', 'coded')),
    purpose text NOT NULL,
    gl_account text NOT NULL,
    coded_by text NOT NULL,
    why text NOT NULL,
    codings integer NOT NULL CHECK (codings >= 0),
    UNIQUE (import_id, entry_no),
    CHECK ((state = 'coded') = (gl_account <> ''))
);
CREATE INDEX statement_line_account ON statement_line (bank_account, statement_date, line_id);
CREATE INDEX statement_line_subject ON statement_line (subject_id);
CREATE INDEX statement_line_to_code ON statement_line (statement_date, line_id) WHERE state = 'to_code';
CREATE INDEX statement_line_coded ON statement_line (statement_date, line_id) WHERE state = 'coded';

-- Payments, returns and charges that other messages than statements report; `bundle_id` is the sum in which a statement
-- shows them. `bank_account` is the account of that statement.
CREATE TABLE reported_receipt (
    subject_id text PRIMARY KEY,
    source text NOT NULL,
    bank_account text NOT NULL,
    bundle_id text,
    reported_on date NOT NULL
);

-- Money in suspense that is no customer's, coded to an account; undone, it is in suspense again.
CREATE TABLE payment_coding (
    payment_id text NOT NULL,
    number integer NOT NULL,
    line_id text NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    gl_account text NOT NULL,
    coded_on date NOT NULL,
    undone_on date,
    PRIMARY KEY (payment_id, number)
);

-- migrate: rollback
DROP TABLE payment_coding;
DROP TABLE reported_receipt;
DROP TABLE statement_line;
DROP TABLE statement_balance;
DROP TABLE deposit_slip;
DROP TABLE bundle_line;
DROP TABLE bundle;
DROP TABLE bank_statement;
DROP TABLE import_entry;
DROP TABLE import_content;
DROP TABLE import_file;
DROP TABLE remittance_mapping;
DROP TABLE bank_account;
DROP TABLE write_off;
DROP TABLE payment_refund;
DROP TABLE payment_return;
DROP TABLE payment_trace;
DROP TABLE remittance_advice;
DROP TABLE payment_transfer;
DROP TABLE application_reversal_line;
DROP TABLE application_reversal;
DROP TABLE held_duplicate;
DROP TABLE duplicate_payment;
DROP TABLE round_sum_lesson;
DROP TABLE deduction;
DROP TABLE application_line;
DROP TABLE application;
DROP TABLE pending_document;
DROP TABLE payer_candidate;
DROP TABLE payer_alias;
DROP TABLE customer_name_token;
DROP TABLE payer_account;
DROP TABLE clerk_action;
DROP TABLE cash_movement;
DROP TABLE payment_part;
DROP TABLE payment;
DROP FUNCTION receipts_of_other_source;
DROP TABLE bank_reference;
DROP TABLE item_movement;
DROP TABLE document_reference;
DROP TABLE open_item;
DROP TABLE customer_ledger;
DROP FUNCTION account_key;
