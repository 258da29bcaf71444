"""Messages about payments, each compared with what is known: repeats, payments of their own, and doubtful ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, NamedTuple

from services.cash_app.duplicates.known_receipts import KnownReceipts
from services.cash_app.duplicates.policy import DUPLICATE_RULES
from services.cash_app.payments.domain.payment_identity import Judgement, Receipt, Verdict, key_of, reused_id
from services.cash_app.work import CashWork
from shared.contracts.erp import PaymentReceived
from shared.kernel.money import round_half_up

PUBLISHER_OF_FILES: Final = "cash_app"
"""The service itself publishes what files and deposit slips contain; the bank's feed is published by the ERP."""
_ID_CHARACTERS_MAX: Final = 80


class Doubt(NamedTuple):
    """Why a received payment is held, and which payment it may repeat."""

    first_payment_id: str
    why: str


@dataclass(slots=True)
class Received:
    """What a batch brings: payments to be posted, and by their ids those that are held."""

    payments: list[PaymentReceived] = field(default_factory=list)
    doubts: dict[str, Doubt] = field(default_factory=dict)


async def without_repeats(events: Sequence[PaymentReceived], uow: CashWork) -> Received:
    """The payments that are not known yet; repeats are stored as such and change nothing.

    A payment whose id was received before for other money gets an id of its own and is held.
    """
    versions = await uow.policy(DUPLICATE_RULES)
    known = KnownReceipts(lambda day: versions.on(day).document)
    receipts = [receipt_of(event, of_file=event.context.source == PUBLISHER_OF_FILES) for event in events]
    await known.claim(receipts, uow)
    judged: list[tuple[PaymentReceived, Receipt, Judgement]] = []
    for event, receipt in zip(events, receipts, strict=True):
        judgement = known.judge(receipt)
        if judgement.verdict is Verdict.REPEAT and judgement.first is not None:
            known.add_repeat(receipt, judgement.first)
            uow.append("insert_duplicates", _duplicate_row(event, judgement.first.payment_id))
            uow.count("payments_repeated")
        else:
            known.add_payment(receipt)
            judged.append((event, receipt, judgement))
    received = await _with_ids_of_their_own(judged, known, uow)
    await known.save(uow)
    return received


async def _with_ids_of_their_own(
    judged: Sequence[tuple[PaymentReceived, Receipt, Judgement]], known: KnownReceipts, uow: CashWork
) -> Received:
    taken = {
        key: one.bank_reference for key, one in (await uow.payments.load(e.payment_id for e, _, _ in judged)).items()
    }
    received = Received()
    for event, receipt, judgement in judged:
        own, doubt = event, None
        if judgement.verdict is Verdict.DOUBTFUL and judgement.first is not None:
            doubt = Doubt(judgement.first.payment_id, judgement.why)
        if event.payment_id in taken:
            other = taken[event.payment_id]
            if doubt is None and other != event.bank_reference:
                doubt = Doubt(event.payment_id, reused_id(receipt, other))
            own = event.model_copy(update={"payment_id": _own_id(receipt)}).with_context(event.context)
            known.rename(receipt, own.payment_id)
        taken[own.payment_id] = own.bank_reference
        received.payments.append(own)
        if doubt is not None:
            received.doubts[own.payment_id] = doubt
    return received


def receipt_of(event: PaymentReceived, *, of_file: bool) -> Receipt:
    """What the event reports, for comparison."""
    import_id = event.origin.import_id if event.origin is not None else event.bank_reference
    return Receipt(
        key=key_of(event.bank_reference, event.bank_account, event.payment_id, of_file=of_file),
        bank_reference=event.bank_reference, payment_id=event.payment_id, bank_account=event.bank_account,
        company_id=event.company_id, customer_id=event.customer_id, payer_account=event.payer_account,
        trace_number=event.trace_number, currency=event.currency, amount=round_half_up(event.amount, event.currency),
        value_date=event.value_date, import_id=import_id if of_file else None,
    )  # fmt: skip


def _own_id(receipt: Receipt) -> str:
    """An id that follows from the facts, so that the same message received again finds its payment."""
    facts = (receipt.bank_reference, receipt.customer_id, receipt.currency, receipt.amount, receipt.value_date)
    mark = sha256("|".join(map(str, facts)).encode()).hexdigest()[:12]
    return f"{receipt.payment_id[: _ID_CHARACTERS_MAX - 13]}#{mark}"


def _duplicate_row(event: PaymentReceived, first_payment_id: str) -> tuple[Any, ...]:
    return (
        event.context.id,
        event.bank_reference,
        event.payment_id,
        first_payment_id,
        event.company_id,
        event.customer_id,
        event.currency,
        event.amount,
        event.value_date,
    )
