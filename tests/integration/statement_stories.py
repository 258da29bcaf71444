"""What each service hears and does daily, told for any number of subjects: every handler and every daily run once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.collections.domain.promises import Promise
from shared.contracts.cash_app import OpenItemChanged, PaymentApplied
from shared.contracts.collections import CreditHoldLifted, CreditHoldRequested, PromiseDue
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.erp import BusinessDayStarted, InvoiceBroughtForward, OrderCancelled
from shared.contracts.event import Event
from shared.contracts.gl_core import JournalBatchPosted, JournalBatchRejected
from shared.contracts.inv_ctrl import StockReplenished
from shared.contracts.invoicing import OpenOrderChanged
from tests.kit.sample import COMPANY, DAY, allocated, customer, invoice, item, order, payment, price, shipped, validated

JOURNAL_DAY = date(2025, 1, 1)
MONEY = Decimal("100.00")


@dataclass(frozen=True)
class Heard:
    """A batch of one type of event."""

    words: str
    about: Callable[[str, int], Sequence[Event]]


@dataclass(frozen=True)
class Daily:
    """A chunk of a daily run, as long as there are subjects; `on` gives its day from the last of them."""

    name: str
    on: Callable[[int], date] = lambda n: DAY


@dataclass(frozen=True)
class Given:
    """What people did over HTTP in between."""

    words: str
    do: Callable[[Any, Sequence[int]], Awaitable[None]]


Step = Heard | Daily | Given


def heard(words: str, *about: Callable[[str, int], Event]) -> Heard:
    """One event per subject and line; each is told the customer and the number."""
    return Heard(words, lambda who, n: [tell(who, n) for tell in about])


def order_of(prefix: str, who: str, n: int, **changes: Any) -> Event:
    lines = [{"line_no": 1, "item_id": f"I-{n:03}", "quantity": 10}]
    return order(f"{prefix}-{n:03}", who, **{"lines": lines, **changes})


def changed(who: str, n: int, version: int, **changes: Any) -> OpenItemChanged:
    given: dict[str, Any] = {
        "item_id": f"INV-{n:03}", "item_version": version, "customer_id": who, "company_id": COMPANY,
        "document_number": f"1000-{n:03}", "currency": "USD", "original_amount": MONEY,
        "open_amount": MONEY if version == 1 else Decimal("0.00"), "change": MONEY if version == 1 else -MONEY,
        "cause": "posted" if version == 1 else "cash", "cause_id": "X", "business_date": DAY - timedelta(days=50),
        "document_date": DAY - timedelta(days=50), "due_date": DAY - timedelta(days=20),
    }  # fmt: skip
    return OpenItemChanged(**{**given, **changes})


def applied(who: str, n: int) -> PaymentApplied:
    line = {"item_id": f"INV-{n:03}", "document_number": f"1000-{n:03}", "amount": MONEY, "discount": "0.00"}
    return PaymentApplied(
        application_id=f"P-{n:03}/A1", payment_id=f"P-{n:03}", customer_id=who, company_id=COMPANY, applied_on=DAY,
        currency="USD", amount=MONEY, discount=Decimal("0.00"),
        lines=[{**line, "rule": "remittance", "why": "The remittance names the invoice."}],
    )  # fmt: skip


def decision(kind: type[Event], prefix: str, who: str, n: int, **more: Any) -> Event:
    facts: dict[str, Any] = {
        "order_id": f"{prefix}-{n:03}", "customer_id": who, "decided_on": DAY, "currency": "USD",
        "order_amount": MONEY, "exposure": MONEY, "credit_limit": MONEY, "policy_version": 0,
    }  # fmt: skip
    return kind(**{**facts, **more})


def answer(prefix: str, who: str, n: int, request: int, quantity: int, short: int = 0) -> Event:
    line = {"line_no": 1, "item_id": f"I-{n:03}", "allocated": quantity, "short": short}
    order_id = f"{prefix}-{n:03}"
    return allocated(f"{order_id}/R{request}", order_id, quantity, customer_id=who, lines=[line])


def journal(service: str) -> list[Step]:
    """The journal's days are submitted, rejected by the general ledger, and posted after all."""

    def about(n: int, **more: Any) -> dict[str, Any]:
        day = JOURNAL_DAY + timedelta(days=n)
        return {
            "batch_id": f"{service}/{COMPANY}/USD/{day}/1", "source": service, "company_id": COMPANY,
            "business_date": day, **more,
        }  # fmt: skip

    return [
        Daily("journal"),
        heard("rejected", lambda who, n: JournalBatchRejected(**about(n, attempt=1, reason="The period is closed."))),
        heard("posted", lambda who, n: JournalBatchPosted(**about(n, currency="USD", totals=[]))),
    ]


async def promise(uow: Any, subjects: Sequence[int]) -> None:
    for n in subjects:
        uow.promises.put(
            Promise(
                promise_id=f"C-{n:03}/P1", customer_id=f"C-{n:03}", company_id=COMPANY, currency="USD", amount=MONEY,
                made_on=DAY - timedelta(days=9), due_on=DAY - timedelta(days=2), made_by="Pat",
                already_applied=Decimal("0.00"),
            )
        )  # fmt: skip


async def learn_accounts(uow: Any, subjects: Sequence[int]) -> None:
    await uow.execute("learn_payer_accounts", [f"Y-{n}" for n in subjects], [f"C-{n:03}" for n in subjects])


DAY_BEGINS = heard("day", lambda who, n: BusinessDayStarted(company_id=f"{COMPANY}{n}", business_date=DAY))
CUSTOMERS = heard("customers", lambda who, n: customer(who))

STORIES: dict[str, list[Step]] = {
    "credit": [
        DAY_BEGINS,
        heard("orders of strangers", lambda who, n: validated(f"W-{n}", who)),
        CUSTOMERS,
        heard("orders", lambda who, n: validated(f"O-{n}", who), lambda who, n: validated(f"H-{n}", who, "99999.00")),
        heard("items", lambda who, n: changed(who, n, 1)),
        heard(
            "invoiced orders",
            lambda who, n: OpenOrderChanged(
                order_id=f"O-{n}", customer_id=who, company_id=COMPANY, order_version=2, state="Invoiced",
                currency="USD", open_amount=Decimal("0.00"), business_date=DAY, invoice_id=f"INV-N{n}",
                invoiced_amount=MONEY,
            ),
        ),
        heard(
            "holds",
            lambda who, n: CreditHoldRequested(hold_id=f"K-{n}", customer_id=who, requested_on=DAY, reason="broken"),
        ),
        heard(
            "lifted holds",
            lambda who, n: CreditHoldLifted(
                hold_id=f"K-{n}", customer_id=who, lifted_on=DAY, lifted_by="Pat", reason="It was paid."
            ),
        ),
        heard("limits that let held orders go", lambda who, n: customer(who, version=2, credit_limit="999999.00")),
        Daily("review"),
    ],
    "invoicing": [
        DAY_BEGINS,
        heard("items", lambda who, n: item(f"I-{n:03}")),
        heard("prices", lambda who, n: price(f"I-{n:03}")),
        CUSTOMERS,
        heard(
            "early cancellations",
            lambda who, n: OrderCancelled(order_id=f"E-{n:03}", customer_id=who, cancelled_on=DAY, reason="changed"),
        ),
        heard("orders", *(lambda who, n, p=p: order_of(p, who, n) for p in ("APPROVED", "HELD", "DECLINED", "E", "N"))),
        heard("orders of strangers", lambda who, n: order_of("REJECTED", f"NOBODY-{n}", n)),
        heard(
            "cancellations",
            lambda who, n: OrderCancelled(order_id=f"N-{n:03}", customer_id=who, cancelled_on=DAY, reason="changed"),
        ),
        heard(
            "held orders",
            *(
                lambda who, n, p=p: decision(CreditHeld, p, who, n, reasons=[{"code": "limit", "text": "Too much."}])
                for p in ("HELD", "DECLINED")
            ),
        ),
        heard("approved orders", lambda who, n: decision(CreditApproved, "APPROVED", who, n)),
        heard(
            "released orders",
            lambda who, n: decision(CreditReleased, "HELD", who, n, released_by="Pat", reason="They paid."),
        ),
        heard(
            "declined orders",
            lambda who, n: decision(CreditDeclined, "DECLINED", who, n, declined_by="Pat", reason="They will not."),
        ),
        heard(
            "stock, partly short",
            lambda who, n: answer("APPROVED", who, n, 1, 10),
            lambda who, n: answer("HELD", who, n, 1, 6, short=4),
        ),
        heard(
            "replenishments",
            lambda who, n: StockReplenished(
                replenishment_id=f"R-{n}", company_id=COMPANY, item_id=f"I-{n:03}", quantity=50, business_date=DAY
            ),
        ),
        heard("stock for backorders", lambda who, n: answer("HELD", who, n, 2, 4)),
        heard("shipments", lambda who, n: shipped(f"APPROVED-{n:03}/S1", f"APPROVED-{n:03}", 10, who)),
        heard("early shipments", lambda who, n: shipped(f"EARLY-{n:03}/S1", f"EARLY-{n:03}", 10, who)),
        heard("their orders", lambda who, n: order_of("EARLY", who, n)),
        heard("their approvals", lambda who, n: decision(CreditApproved, "EARLY", who, n)),
        heard("their stock", lambda who, n: answer("EARLY", who, n, 1, 10)),
        heard(
            "invoices brought forward",
            lambda who, n: InvoiceBroughtForward(
                invoice_number=f"OLD-{n:03}", company_id=COMPANY, customer_id=who, currency="USD", amount=MONEY,
                invoice_date=JOURNAL_DAY + timedelta(days=n), due_date=JOURNAL_DAY + timedelta(days=n + 30),
            ),
        ),
        *journal("invoicing"),
    ],
    "cash_app": [
        DAY_BEGINS,
        CUSTOMERS,
        heard("invoices", *(lambda who, n, d=d: invoice(f"INV-{n:03}{d}", who) for d in "AB")),
        heard(
            "payments of known customers",
            lambda who, n: payment(
                f"P-{n}", who, remittance=[{"document_number": f"1000-{n:03}A", "amount": MONEY}]
            ),
            lambda who, n: payment(f"Q-{n}", who, remittance=[{"document_number": f"1000-{n:03}C", "amount": MONEY}]),
            lambda who, n: payment(f"R-{n}", who, "130.00"),
            lambda who, n: payment(f"R-{n}", who, "130.00"),
        ),
        heard("invoices paid before", lambda who, n: invoice(f"INV-{n:03}C", who)),
        heard("invoices for credit on account", lambda who, n: invoice(f"INV-{n:03}D", who)),
        heard(
            "payments of nobody known",
            lambda who, n: payment(f"S-{n:03}", None, payer_account=f"X-{n}", value_date=JOURNAL_DAY + timedelta(n)),
            lambda who, n: payment(f"T-{n:03}", None, payer_account=f"Y-{n}"),
        ),
        heard("their customers", lambda who, n: customer(f"X{who}", payer_accounts=[f"X-{n}"])),
        Given("accounts learnt elsewhere", learn_accounts),
        Daily("suspense"),
        *journal("cash_app"),
    ],
    "collections": [
        DAY_BEGINS,
        CUSTOMERS,
        heard("overdue items", lambda who, n: changed(who, n, 1)),
        Given("promises", promise),
        Daily("promises"),
        heard(
            "promises due",
            lambda who, n: PromiseDue(
                promise_id=f"{who}/P1", customer_id=who, due_on=DAY - timedelta(days=2), business_date=DAY
            ),
        ),
        Daily("aging"),
        heard("paid items", lambda who, n: changed(who, n, 2)),
        heard("payments", applied),
    ],
    "analytics": [
        DAY_BEGINS,
        CUSTOMERS,
        heard("items", lambda who, n: changed(who, n, 1)),
        heard("paid items", lambda who, n: changed(who, n, 2)),
        heard("payments", applied),
        Daily("aging_snapshots", lambda n: DAY + timedelta(days=n)),
        Daily("period_reports", lambda n: DAY + timedelta(days=31 * n)),
    ],
}  # fmt: skip
