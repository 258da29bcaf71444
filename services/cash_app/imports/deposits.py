"""Checks and cash keyed in by a clerk: the deposit slip must balance, then each item is a payment."""

from __future__ import annotations

from decimal import Decimal

from services.cash_app.domain.files.plan import identifier, subject
from services.cash_app.imports.views import Deposit, Deposited
from services.cash_app.store import CashWork
from shared.chassis.http import Command, Conflict, Unprocessable
from shared.contracts.erp import PaymentReceived
from shared.kernel.money import is_exact


async def deposit(slip: Deposit, command: Command, uow: CashWork) -> Deposited:
    """Says a payment for each item, and keeps the slip as a bundle that the bank's line will show.

    Raises Unprocessable for a slip that does not balance or an account that is not ours, Conflict for a slip that
    was keyed in before.
    """
    account = await uow.fetchrow("own_account", slip.bank_account)
    if account is None or not account["active"]:
        raise Unprocessable(
            f"account {slip.bank_account} is not known as ours: PUT /bank-accounts/{slip.bank_account} makes it known"
        )
    if account["currency"] != slip.currency:
        raise Unprocessable(f"account {slip.bank_account} is in {account['currency']}, the slip in {slip.currency}")
    _balances(slip)
    row = (slip.bank_account, slip.slip_number, slip.value_date, slip.currency, slip.total, len(slip.items))
    if not await uow.fetch("insert_deposit", *row, command.person.name):
        raise Conflict(f"slip {slip.slip_number} of account {slip.bank_account} was keyed in before: GET /bundles")
    payments = [_payment(slip, number, account["company_id"]) for number in range(1, len(slip.items) + 1)]
    for payment in payments:
        uow.emit(payment, cause=command)
    bundle = (slip.bank_account, slip.slip_number, "deposit", slip.currency, slip.total, Decimal(0), slip.total)
    await uow.write("insert_bundles", [(*bundle, slip.value_date, len(payments), "clerk")])
    await uow.execute("join_bundles", [slip.bank_account])
    after = {"total": slip.total, "currency": slip.currency, "payments": [p.payment_id for p in payments]}
    uow.audit(command, action="deposit", subject=f"{slip.bank_account}/{slip.slip_number}", before={}, after=after)
    return Deposited(
        bank_account=slip.bank_account, slip_number=slip.slip_number, total=slip.total, currency=slip.currency,
        payment_ids=[payment.payment_id for payment in payments],
    )  # fmt: skip


def _balances(slip: Deposit) -> None:
    total = sum((item.amount for item in slip.items), Decimal(0))
    if total != slip.total:
        raise Unprocessable(
            f"the slip says {slip.total} {slip.currency}, its {len(slip.items)} items add up to {total}: "
            f"{slip.total - total} is missing or too much"
        )
    wrong = [str(item.amount) for item in slip.items if not is_exact(item.amount, slip.currency)]
    if wrong:
        raise Unprocessable(f"{', '.join(wrong[:5])}: more places than {slip.currency} is accounted in")


def _payment(slip: Deposit, number: int, company_id: str) -> PaymentReceived:
    item = slip.items[number - 1]
    reference = f"{slip.bank_account[:40]}/{slip.slip_number}/{number}"
    return PaymentReceived(
        payment_id=subject("PAY", reference), bank_reference=reference, company_id=company_id,
        customer_id=item.customer_id, payer_account=item.payer_account, payer_name=item.payer_name,
        currency=slip.currency, amount=item.amount, value_date=slip.value_date, method=item.method,
        remittance=item.remittance, trace_number=identifier(item.check_number), details=item.details,
    )  # fmt: skip
