"""Collections: overdue customers, dunning, promises to pay, deductions and write-offs."""
