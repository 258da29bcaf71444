-- Dated exchange rates: what 1 unit of the first currency is worth in the second, from a day until the next rate.
-- depends:

-- migrate: apply
CREATE TABLE exchange_rate (
    from_currency text           NOT NULL,
    to_currency   text           NOT NULL,
    valid_from    date           NOT NULL,
    version       integer        NOT NULL,
    rate          numeric(19, 9) NOT NULL CHECK (rate > 0),
    PRIMARY KEY (from_currency, to_currency, valid_from),
    CHECK (from_currency <> to_currency)
);

CREATE INDEX exchange_rate_by_day ON exchange_rate (valid_from, from_currency, to_currency);

-- migrate: rollback
DROP TABLE exchange_rate;
