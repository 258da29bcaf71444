"""The customer as collections knows it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.erp import CustomerChanged


@dataclass(slots=True)
class Customer:
    """Master data of a customer. Version 0: only its items are known, CustomerChanged has not arrived yet."""

    customer_id: str
    company_id: str
    version: int
    name: str
    email: str | None = None
    active: bool = True
    promises_made: int = 0
    """Number of promises recorded so far; numbers the next one."""

    def update(self, change: CustomerChanged) -> None:
        """Takes over the ERP's master data. An older version than the one stored is ignored."""
        if change.version <= self.version:
            return
        self.version = change.version
        self.company_id = change.company_id
        self.name = change.name
        self.email = change.email
        self.active = change.active

    def next_promise_number(self) -> int:
        """The number of the customer's next promise: 1, 2, 3, ..."""
        self.promises_made += 1
        return self.promises_made
