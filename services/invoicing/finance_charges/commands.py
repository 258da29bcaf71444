"""What a person asks for of finance charges: one is posted by hand."""

from __future__ import annotations

from services.invoicing.finance_charges.domain import FinanceCharge
from services.invoicing.finance_charges.posting import post_charges
from services.invoicing.finance_charges.schemas import CreateFinanceCharge
from services.invoicing.work import InvoicingWork
from shared.chassis.errors import Unprocessable
from shared.chassis.transaction.command import Command
from shared.kernel.money import amount_text, is_exact, round_half_up


async def post_finance_charge(body: CreateFinanceCharge, command: Command, uow: InvoicingWork) -> FinanceCharge:
    """Numbers and posts the charge. Raises Unprocessable for an unknown customer or a wrong amount or date."""
    customers = await uow.customers.fetch("read_customers", [body.customer_id])
    if not customers:
        raise Unprocessable(f"customer {body.customer_id!r} is not known: the ERP must send the customer first")
    currency, today = body.currency or customers[0].currency, uow.business_date_of(customers[0].company_id)
    if not is_exact(body.amount, currency):
        raise Unprocessable(f"{body.amount} is not an amount of {currency}: give {amount_text(body.amount, currency)}")
    due_date = body.due_date or customers[0].terms.due_date(today)
    if due_date < today:
        raise Unprocessable(f"a charge of {today} cannot be due on {due_date}: give a later due_date, or none")
    charge = FinanceCharge(
        charge_id=f"FC-{command.id}",
        charge_number="",
        customer_id=body.customer_id,
        company_id=customers[0].company_id,
        kind=body.kind,
        charge_date=today,
        due_date=due_date,
        currency=currency,
        amount=round_half_up(body.amount, currency),
        reason=body.reason,
    )
    (posted,) = await post_charges([(charge, command)], uow)
    uow.audit(command, "post_finance_charge", posted.charge_number, before=None, after=body)
    return posted
