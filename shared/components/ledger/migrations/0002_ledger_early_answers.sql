-- Answers of the general ledger about batches that are yet to be submitted, as after a restore.
-- depends: 0001_ledger

-- migrate: apply
CREATE TABLE early_journal_answer (
    batch_id      text    NOT NULL,
    attempt       integer NOT NULL CHECK (attempt >= 0),
    kind          text    NOT NULL CHECK (kind IN ('posted', 'rejected')),
    business_date date    NOT NULL,
    body          jsonb   NOT NULL,
    PRIMARY KEY (batch_id, attempt, kind)
);

-- migrate: rollback
DROP TABLE early_journal_answer;
