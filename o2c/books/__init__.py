"""Do the books agree? Each invariant with both of its sides, across all databases and the general ledger."""
