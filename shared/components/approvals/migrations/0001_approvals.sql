-- What one person requests and a second person approves or declines.
-- depends:

-- migrate: apply
CREATE TABLE approval (
    approval_id     text           NOT NULL PRIMARY KEY,
    kind            text           NOT NULL,
    subject         text           NOT NULL,
    customer_id     text           NOT NULL,
    company_id      text           NOT NULL,
    currency        text           NOT NULL,
    amount          numeric(18, 3) NOT NULL CHECK (amount >= 0),
    reason          text           NOT NULL,
    requested_by    text           NOT NULL,
    requested_on    date           NOT NULL,
    state           text           NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'approved', 'declined')),
    decided_by      text,
    decided_on      date,
    decision_reason text,
    CHECK ((state = 'pending') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_on IS NULL) AND (decided_by IS NULL) = (decision_reason IS NULL)),
    CHECK (lower(decided_by) <> lower(requested_by))
);

CREATE UNIQUE INDEX approval_pending_once ON approval (kind, subject) WHERE state = 'pending';
CREATE INDEX approval_pending ON approval (requested_on, approval_id) WHERE state = 'pending';
CREATE INDEX approval_by_day ON approval (requested_on, approval_id);
CREATE INDEX approval_of_customer ON approval (customer_id, requested_on, approval_id);
CREATE INDEX approval_of_subject ON approval (subject);

-- migrate: rollback
DROP TABLE approval;
