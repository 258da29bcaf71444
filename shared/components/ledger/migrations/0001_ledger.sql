-- The journal: postings that are never changed, their batches for the general ledger, and its deferred answers.
-- depends:

-- migrate: apply
CREATE TABLE journal_batch (
    batch_id      text        NOT NULL PRIMARY KEY,
    company_id    text        NOT NULL,
    currency      text        NOT NULL,
    business_date date        NOT NULL,
    sequence      integer     NOT NULL CHECK (sequence > 0),
    attempt       integer     NOT NULL DEFAULT 1 CHECK (attempt > 0),
    state         text        NOT NULL DEFAULT 'submitted' CHECK (state IN ('submitted', 'posted', 'rejected')),
    reason        text,
    disagreement  text,
    submitted_at  timestamptz NOT NULL DEFAULT now(),
    answered_at   timestamptz,
    UNIQUE (company_id, currency, business_date, sequence)
);

CREATE INDEX journal_batch_by_date ON journal_batch (business_date, batch_id);
CREATE INDEX journal_batch_unsettled ON journal_batch (state, business_date, batch_id) WHERE state <> 'posted';

CREATE TABLE journal_batch_total (
    batch_id text           NOT NULL REFERENCES journal_batch (batch_id),
    account  text           NOT NULL,
    debit    numeric(18, 3) NOT NULL CHECK (debit >= 0),
    credit   numeric(18, 3) NOT NULL CHECK (credit >= 0),
    PRIMARY KEY (batch_id, account)
);

-- A posting moves one amount between two accounts, so an unbalanced entry cannot be written.
CREATE TABLE journal_posting (
    customer_id   text           NOT NULL,
    entry_id      text           NOT NULL,
    line          integer        NOT NULL CHECK (line > 0),
    company_id    text           NOT NULL,
    business_date date           NOT NULL,
    debit         text           NOT NULL,
    credit        text           NOT NULL,
    amount        numeric(18, 3) NOT NULL CHECK (amount > 0),
    currency      text           NOT NULL,
    document      text           NOT NULL,
    batch_id      text REFERENCES journal_batch (batch_id),
    PRIMARY KEY (customer_id, entry_id, line),
    CHECK (debit <> credit)
);

CREATE INDEX journal_posting_by_date ON journal_posting (business_date);
CREATE INDEX journal_posting_unsubmitted
    ON journal_posting (company_id, business_date, currency, entry_id, line) WHERE batch_id IS NULL;
CREATE INDEX journal_posting_by_batch ON journal_posting (batch_id, customer_id, entry_id, line);

-- Answers of the general ledger about batches or attempts that are not submitted yet, as after a restore.
CREATE TABLE deferred_journal_answer (
    batch_id      text    NOT NULL,
    attempt       integer NOT NULL CHECK (attempt >= 0),
    kind          text    NOT NULL CHECK (kind IN ('posted', 'rejected')),
    business_date date    NOT NULL,
    body          jsonb   NOT NULL,
    PRIMARY KEY (batch_id, attempt, kind)
);

-- migrate: rollback
DROP TABLE deferred_journal_answer;
DROP TABLE journal_posting;
DROP TABLE journal_batch_total;
DROP TABLE journal_batch;
