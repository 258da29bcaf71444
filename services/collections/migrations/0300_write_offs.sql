-- Requests to write off what an item owes; a second person decides.
-- depends: 0001_collections

-- migrate: apply
CREATE TABLE write_off_request (
    customer_id   text           NOT NULL,
    write_off_id  text           NOT NULL,
    item_id       text           NOT NULL,
    company_id    text           NOT NULL,
    currency      text           NOT NULL,
    amount        numeric(18, 3) NOT NULL CHECK (amount > 0),
    reason        text           NOT NULL,
    requested_by  text           NOT NULL,
    requested_on  date           NOT NULL,
    state         text           NOT NULL CHECK (state IN ('waiting', 'approved', 'declined')),
    decided_by    text,
    decided_on    date,
    decision      text           NOT NULL,
    PRIMARY KEY (customer_id, write_off_id),
    CHECK ((state = 'waiting') = (decided_by IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> requested_by)
);

CREATE UNIQUE INDEX write_off_request_once ON write_off_request (customer_id, item_id) WHERE state = 'waiting';
CREATE INDEX write_off_request_by_id ON write_off_request (write_off_id);
CREATE INDEX write_off_request_by_day ON write_off_request (requested_on, write_off_id);

-- migrate: rollback
DROP TABLE write_off_request;
