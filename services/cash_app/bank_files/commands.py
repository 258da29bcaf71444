"""What a clerk does with what the bank reports: deposits, lines released as payments, entries that were reviewed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Final

from services.cash_app.bank_files.domain.planned_entries import identifier, subject
from services.cash_app.bank_files.schemas import Deposit, Deposited, EntryTaken, Released, ReviewClosed
from services.cash_app.bank_reconciliation.policy import BANK_CODING_RULES
from services.cash_app.payments.domain.payment import UNIDENTIFIED_CUSTOMER
from services.cash_app.work import CashWork
from shared.chassis.http import Command, Conflict, NotFound, Unprocessable
from shared.components import approvals
from shared.contracts.erp import PaymentReceived, PaymentReturned
from shared.kernel.authority import check_authority
from shared.kernel.money import Money, amount_text, is_exact

ACCEPTANCE: Final = "import_acceptance"
"""The kind of approval by which a refused file goes in as it is."""


async def deposit(slip: Deposit, command: Command, uow: CashWork) -> Deposited:
    """Publishes a payment for each item, and keeps the slip as a bundle that the bank's line will show.

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
    await uow.write(
        "insert_reported_receipts",
        [(one.payment_id, "deposit", slip.bank_account, slip.slip_number, slip.value_date) for one in payments],
    )
    await uow.execute("join_bundles", [slip.bank_account])
    after = {"total": slip.total, "currency": slip.currency, "payments": [p.payment_id for p in payments]}
    uow.audit(command, action="deposit", subject=f"{slip.bank_account}/{slip.slip_number}", before={}, after=after)
    return Deposited(
        bank_account=slip.bank_account, slip_number=slip.slip_number, total=slip.total, currency=slip.currency,
        payment_ids=[payment.payment_id for payment in payments],
    )  # fmt: skip


async def release_line(line_id: str, reason: str, command: Command, uow: CashWork) -> Released:
    """The line is a payment itself: no message will report payments behind it.

    Raises NotFound for a line that does not wait, Conflict for one that stands for payments posted one by one.
    """
    row = await uow.fetchrow("held_line", line_id)
    if row is None:
        raise NotFound(f"there is no line {line_id!r} that waits: GET /bundle-lines?waiting=true lists them")
    if row["bundle_id"] is not None:
        raise Conflict(f"line {line_id} is the sum of {row['bundle_id']}: its payments were posted one by one")
    if row["stage"] != "posted":
        raise Conflict(f"import {row['import_id']} is still being posted: try again when it is done")
    payment = PaymentReceived.model_validate_json(row["event"])
    why = f"released as a payment by {command.person.name}: {reason}"
    await uow.execute("release_line", row["import_id"], row["entry_no"], why)
    await uow.execute("forget_bundle_line", line_id)
    uow.emit(payment, cause=command)
    after = {"payment_id": payment.payment_id, "reason": reason}
    uow.audit(command, action="release_line", subject=line_id, before={"state": "held"}, after=after)
    return Released(line_id=line_id, payment_id=payment.payment_id)


async def request_acceptance(import_id: str, reason: str, command: Command, uow: CashWork) -> approvals.Approval:
    """Requests that a refused file goes in as it is; a second person has to approve.

    Raises Conflict for a file that is not refused, or in which something is wrong that no person can accept.
    """
    row = await uow.fetchrow("lock_refused_import", import_id)
    if row is None:
        raise Conflict(f"import {import_id} is not refused: GET /imports/{import_id} shows its stage")
    errors = json.loads(row["errors"])
    fatal = next((error for error in errors if not error.get("acceptable")), None)
    if fatal is not None or row["company_id"] is None:
        what = f"{fatal['place']}: {fatal['what']}" if fatal else "no bank account of ours is known"
        raise Conflict(f"import {import_id} cannot go in as it is: {what}; remove the cause and send the file again")
    request = approvals.ApprovalRequest(
        approval_id=f"IM-{command.id}", kind=ACCEPTANCE, subject=import_id, customer_id=UNIDENTIFIED_CUSTOMER,
        company_id=row["company_id"], currency=row["currency"], amount=row["difference"], reason=reason,
    )  # fmt: skip
    return await approvals.request_approval(uow, command, request)


async def accept_import(approval: approvals.Approval, command: Command, uow: CashWork) -> None:
    """A second person agrees: the file is read again and taken as it is. Raises AuthorityExceeded, Conflict."""
    row = await uow.fetchrow("lock_refused_import", approval.subject)
    if row is None:
        raise Conflict(f"import {approval.subject} is not refused any more: decline the request")
    rules = (await uow.policy(BANK_CODING_RULES)).on(uow.business_date_of(approval.company_id)).document
    check_authority(
        rules.authority, command.person.name, command.person.roles, amount=approval.amount,
        currency=approval.currency, policy_name=BANK_CODING_RULES.name,
    )  # fmt: skip
    await uow.execute("accept_import", approval.subject, command.person.name)


async def take_entry(subject_id: str, reason: str, command: Command, uow: CashWork) -> EntryTaken:
    """An entry that waited is money of its own: it is posted like any other.

    Raises NotFound for one that does not wait, Conflict for one that is no payment or return.
    """
    row = await uow.fetchrow("entry_for_review", subject_id)
    if row is None:
        raise NotFound(f"there is no entry {subject_id!r} that waits: GET /bank-entries/review lists them")
    if row["event"] is None:
        raise Conflict(f"entry {subject_id} is no payment of a customer ({row['kind']}): close it with what you found")
    if row["stage"] != "posted":
        raise Conflict(f"import {row['import_id']} is still being posted: try again when it is done")
    event = (PaymentReturned if row["kind"] == "return" else PaymentReceived).model_validate_json(row["event"])
    note = f"{row['note']}; taken by {command.person.name}: {reason}"[:1000]
    await uow.execute("release_line", row["import_id"], row["entry_no"], note)
    uow.emit(event, cause=command)
    after = {"outcome": "post", "reason": reason}
    uow.audit(command, action="take_entry", subject=subject_id, before={"outcome": "review"}, after=after)
    return EntryTaken(import_id=row["import_id"], subject_id=event.subject)


async def close_review(subject_id: str, reason: str, command: Command, uow: CashWork) -> ReviewClosed:
    """A person has dealt with an entry that waited. Raises NotFound for one that does not wait."""
    row = await uow.fetchrow("entry_for_review", subject_id)
    if row is None:
        raise NotFound(f"there is no entry {subject_id!r} that waits: GET /bank-entries/review lists them")
    note = f"{row['note']}; closed by {command.person.name}: {reason}"[:1000]
    await uow.execute("close_review", row["import_id"], row["entry_no"], note)
    uow.audit(command, action="close_review", subject=subject_id, before={"state": "review"}, after={"reason": reason})
    return ReviewClosed(import_id=row["import_id"], subject_id=subject_id)


def _balances(slip: Deposit) -> None:
    total = sum((item.amount for item in slip.items), Decimal(0))
    if total != slip.total:
        raise Unprocessable(
            f"the slip states {Money(slip.total, slip.currency)}, its {len(slip.items)} items add up to "
            f"{amount_text(total, slip.currency)}: {amount_text(abs(slip.total - total), slip.currency)} is "
            f"{'missing' if total < slip.total else 'too much'}"
        )
    wrong = [str(item.amount) for item in slip.items if not is_exact(item.amount, slip.currency)]
    if wrong:
        raise Unprocessable(f"{', '.join(wrong[:5])}: more places than {slip.currency} is accounted in")


def _payment(slip: Deposit, number: int, company_id: str) -> PaymentReceived:
    item = slip.items[number - 1]
    reference = f"{slip.bank_account[:40]}/{slip.slip_number}/{number}"
    return PaymentReceived(
        payment_id=subject("PAY", reference), bank_reference=reference, company_id=company_id,
        bank_account=slip.bank_account,
        customer_id=item.customer_id, payer_account=item.payer_account, payer_name=item.payer_name,
        currency=slip.currency, amount=item.amount, value_date=slip.value_date, method=item.method,
        remittance=item.remittance, trace_number=identifier(item.check_number), details=item.details,
    )  # fmt: skip
