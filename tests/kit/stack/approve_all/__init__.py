"""The smallest service there can be: a credit department that approves every order it understands.

Tests of the chassis run it, so that what they find is caused by the chassis alone.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.declare.handlers import DailyWork, HandlerTable, on
from shared.chassis.declare.service import Service
from shared.chassis.errors import EventRejected
from shared.chassis.transaction.unit_of_work import Table, UnitOfWork
from shared.contracts.credit import CreditApproved, CreditLimitSet
from shared.contracts.erp import CustomerChanged
from shared.contracts.invoicing import OrderValidated

CUSTOMERS = Table[str, list[Any]](
    load="load_known_customers",
    save="save_known_customers",
    key=lambda customer: customer[0],
    from_row=lambda row: [row["customer_id"], row["version"], row["orders"]],
    to_row=tuple,
)


class ApproveAllWork(UnitOfWork):
    def prepare(self) -> None:
        self.customers = self.aggregates(CUSTOMERS)


async def know_customer(changes: list[CustomerChanged], uow: ApproveAllWork) -> None:
    known = await uow.customers.load(change.customer_id for change in changes)
    for change in changes:
        customer = known.setdefault(change.customer_id, [change.customer_id, 0, 0])
        if change.version > customer[1]:
            customer[1] = change.version
        uow.customers.put(customer)


async def approve(orders: list[OrderValidated], uow: ApproveAllWork) -> None:
    customers = await uow.customers.load(order.customer_id for order in orders)
    for order in orders:
        if order.customer_id not in customers:
            raise EventRejected(
                f"customer {order.customer_id} is not known: send CustomerChanged first, then replay this"
            )
        customers[order.customer_id][2] += 1
        uow.append("insert_approval", (order.order_id, order.customer_id, order.total))
        uow.emit(_approved(order), cause=order)


async def count_customers(run: DailyRun, uow: ApproveAllWork) -> str | None:
    rows = await uow.fetch("next_customers", run.after, run.limit)
    for row in rows:
        uow.emit(_limit(row["customer_id"], run), cause=run)
    return rows[-1]["customer_id"] if len(rows) == run.limit else None


def _approved(order: OrderValidated) -> CreditApproved:
    return CreditApproved(
        order_id=order.order_id,
        customer_id=order.customer_id,
        decided_on=order.order_date,
        currency=order.currency,
        order_amount=order.total,
        exposure=order.total,
        credit_limit=order.total,
        policy_version=0,
    )


def _limit(customer_id: str, run: DailyRun) -> CreditLimitSet:
    return CreditLimitSet(
        customer_id=customer_id,
        limit_version=1,
        currency="USD",
        credit_limit=Decimal(1),
        previous_limit=Decimal(0),
        valid_from=run.business_date,
        set_by="daily run",
        reason="",
    )


handlers = HandlerTable(
    "credit",
    [
        on(CustomerChanged, know_customer),
        on(OrderValidated, approve),
    ],
    daily=[
        DailyWork("count", count_customers, chunk=2),
    ],
)

service = Service(
    name="credit",
    title="Approves everything",
    root=Path(__file__).parent,
    handlers=handlers,
    work=ApproveAllWork,
    router=APIRouter(),
)
