-- Remittance advice that came after its money had been applied otherwise, by a person: it waits at the desk.
-- depends: 0600_desk_queues

-- migrate: apply
ALTER TABLE remittance_advice ADD COLUMN unheeded boolean NOT NULL DEFAULT false;
CREATE INDEX remittance_advice_unheeded ON remittance_advice (advised_on, advice_id) WHERE unheeded;

-- migrate: rollback
DROP INDEX remittance_advice_unheeded;
ALTER TABLE remittance_advice DROP COLUMN unheeded;
