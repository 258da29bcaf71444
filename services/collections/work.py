"""The unit of work of collections."""

from __future__ import annotations

from services.collections.credit_holds.store import CREDIT_HOLDS
from services.collections.deductions.store import DEDUCTIONS
from services.collections.promises.store import PROMISES
from services.collections.receivables.domain.customers import Customer
from services.collections.receivables.store import CUSTOMERS, OPEN_ITEMS, customer_not_found
from shared.chassis.transaction.unit_of_work import UnitOfWork


class CollectionsWork(UnitOfWork):
    """What one batch, chunk or request of collections changes."""

    def prepare(self) -> None:
        self.customers = self.aggregates(CUSTOMERS)
        self.items = self.aggregates(OPEN_ITEMS)
        self.promises = self.aggregates(PROMISES)
        self.holds = self.aggregates(CREDIT_HOLDS)
        self.deductions = self.aggregates(DEDUCTIONS)

    async def lock_customers(self, company_of: dict[str, str]) -> dict[str, Customer]:
        """Customers by id with their company, locked. A customer not known yet gets a row with its id as name."""
        ids = sorted(company_of)
        await self.execute("ensure_customers", ids, [company_of[customer_id] for customer_id in ids])
        return await self.customers.load(ids)

    async def lock_customer(self, customer_id: str) -> Customer:
        """One customer, locked. Raises NotFound."""
        customers = await self.customers.load([customer_id])
        if customer_id not in customers:
            raise customer_not_found(customer_id)
        return customers[customer_id]
