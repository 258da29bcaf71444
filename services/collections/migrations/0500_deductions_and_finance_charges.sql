-- What payers kept back, as cases that a collector takes up; what kind an item is, and to when it was charged interest.
-- depends: 0301_items_by_number

-- migrate: apply
ALTER TABLE open_item ADD COLUMN kind text NOT NULL DEFAULT 'invoice', ADD COLUMN charged_until date;

CREATE TABLE deduction (
    customer_id     text           NOT NULL,
    deduction_id    text           NOT NULL,
    company_id      text           NOT NULL,
    document_number text           NOT NULL,
    payment_id      text           NOT NULL,
    opened_on       date           NOT NULL,
    currency        text           NOT NULL,
    amount          numeric(18, 3) NOT NULL CHECK (amount > 0),
    reason          text           NOT NULL,
    why             text           NOT NULL,
    state           text           NOT NULL
        CHECK (state IN ('open', 'in_review', 'waiting', 'granted', 'charged_back')),
    collector       text,
    asked_by        text,
    granted_amount  numeric(18, 3) NOT NULL,
    request_id      text,
    decided_on      date,
    decision        text           NOT NULL,
    PRIMARY KEY (customer_id, deduction_id)
);

CREATE INDEX deduction_by_id ON deduction (deduction_id);
CREATE INDEX deduction_by_day ON deduction (opened_on, deduction_id);
CREATE UNIQUE INDEX deduction_by_request ON deduction (request_id) WHERE request_id IS NOT NULL;

-- migrate: rollback
DROP TABLE deduction;
ALTER TABLE open_item DROP COLUMN kind, DROP COLUMN charged_until;
