-- Orders that are amended: which revision was decided on.
-- depends: 0200_rules_and_exposure

-- migrate: apply
ALTER TABLE open_order ADD COLUMN revision integer NOT NULL DEFAULT 1;

-- migrate: rollback
ALTER TABLE open_order DROP COLUMN revision;
