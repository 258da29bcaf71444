"""What each service consumes and does daily, for any number of subjects: every handler and every daily run once."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.collections.promises.domain.promise import Promise
from shared.contracts.cash_app import (
    DeductionOpened,
    OnAccountChanged,
    OpenItemChanged,
    PaymentApplied,
    PaymentDishonored,
    PaymentUnapplied,
    UnappliedCashChanged,
)
from shared.contracts.collections import (
    CreditHoldLifted,
    CreditHoldRequested,
    CreditMemoRequested,
    DunningSent,
    FinanceChargeAssessed,
    PromiseBroken,
    PromiseDue,
    WriteOffApproved,
)
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.credit_bureau import CreditReportReceived
from shared.contracts.erp import (
    BusinessDayStarted,
    CreditRequested,
    ExchangeRateSet,
    InvoiceBroughtForward,
    OrderCancelled,
    PaymentReturned,
    RemittanceAdvised,
)
from shared.contracts.event import Event
from shared.contracts.gl_core import JournalBatchPosted, JournalBatchRejected
from shared.contracts.inv_ctrl import StockReplenished
from shared.contracts.invoicing import (
    CreditCheckRequested,
    CreditMemoDeclined,
    CreditMemoPosted,
    FinanceChargePosted,
    OpenOrderChanged,
)
from tests.kit.events.sample import (
    COMPANY,
    DAY,
    allocated,
    customer,
    invoice,
    item,
    order,
    payment,
    price,
    shipped,
    validated,
)

JOURNAL_DAY = date(2025, 1, 1)
MONEY = Decimal("100.00")


@dataclass(frozen=True)
class Consumed:
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


Step = Consumed | Daily | Given


def given(words: str, *about: Callable[[str, int], Event]) -> Consumed:
    """One event per subject and line; each receives the customer and the number."""
    return Consumed(words, lambda who, n: [make(who, n) for make in about])


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


def answer(prefix: str, who: str, n: int, request: int, *, quantity: int, short: int = 0) -> Event:
    line = {"line_no": 1, "item_id": f"I-{n:03}", "allocated": quantity, "short": short}
    order_id = f"{prefix}-{n:03}"
    return allocated(f"{order_id}/R{request}", order_id, quantity, customer_id=who, lines=[line])


def credit_request(who: str, n: int) -> CreditRequested:
    return CreditRequested(
        request_id=f"CR-{who}", customer_id=who, kind="new", currency="USD", amount=Decimal(5_000 + n),
        requested_on=DAY - timedelta(days=9), requested_by="Sal",
    )  # fmt: skip


def unapplied(who: str, n: int, cause: str = "returned") -> PaymentUnapplied:
    return PaymentUnapplied(
        reversal_id=f"P-{n:03}/A1/R", application_id=f"P-{n:03}/A1", payment_id=f"P-{n:03}", customer_id=who,
        company_id=COMPANY, applied_on=DAY, unapplied_on=DAY, currency="USD", amount=MONEY, discount=Decimal("0.00"),
        cause=cause, reason="insufficient funds",
    )  # fmt: skip


def dishonored(who: str, n: int) -> PaymentDishonored:
    return PaymentDishonored(
        dishonor_id=f"R-{n:03}/M1", return_id=f"R-{n:03}", payment_id=f"P-{n:03}", customer_id=who, company_id=COMPANY,
        dishonored_on=DAY, currency="USD", amount=MONEY, reason="insufficient funds",
    )  # fmt: skip


def returned(payment_id: str) -> PaymentReturned:
    return PaymentReturned(
        return_id=f"R-{payment_id}", bank_reference=f"RB-{payment_id}", original_bank_reference=f"BANK-{payment_id}",
        company_id=COMPANY, currency="USD", amount=MONEY, value_date=DAY,
    )  # fmt: skip


def given_up(who: str, n: int) -> WriteOffApproved:
    return WriteOffApproved(
        write_off_id=f"WO-{n}", item_id=f"INV-{n:03}B", customer_id=who, company_id=COMPANY, currency="USD",
        amount=MONEY, requested_by="Pat", approved_by="Max", approved_on=DAY, reason="insolvent",
    )  # fmt: skip


def granted(who: str, n: int, document: str, amount: Decimal = MONEY / 2) -> CreditMemoRequested:
    return CreditMemoRequested(
        request_id=f"DG-{document}", customer_id=who, company_id=COMPANY, document_number=document, currency="USD",
        amount=amount, reason_code="freight", reason="It was to be free.", requested_by="Pat", requested_on=DAY,
    )  # fmt: skip


def late(who: str, n: int) -> FinanceChargeAssessed:
    item = {"item_id": f"BF-OLD-{n:03}", "document_number": f"OLD-{n:03}", "open_amount": MONEY, "days": 31}
    return FinanceChargeAssessed(
        charge_id=f"FC/{who}", customer_id=who, company_id=COMPANY, kind="interest", assessed_on=DAY, through=DAY,
        due_date=DAY, currency="USD", amount=Decimal("1.02"), reason="12 % a year", policy_version=1,
        items=[{**item, "amount": Decimal("1.02")}],
    )  # fmt: skip


def kept_back(who: str, n: int) -> DeductionOpened:
    return DeductionOpened(
        deduction_id=f"D-{n:03}", customer_id=who, company_id=COMPANY, item_id=f"INV-{n:03}",
        document_number=f"1000-{n:03}", payment_id=f"P-{n}", business_date=DAY, currency="USD", amount=MONEY,
        reason="freight", why="kept back",
    )  # fmt: skip


async def charge_late_payers(uow: Any, subjects: Sequence[int]) -> None:
    """A policy that charges, and a business day of the month before."""
    document = {
        "annual_rates": {"USD": "12"}, "late_fees": {}, "day_count": "actual/365", "grace_days": 5,
        "minimum_balance": {}, "minimum_charge": {}, "kinds": ["invoice"], "disputed": False, "due_days": 30,
        "excluded_customers": [],
        "only_customers": None,
    }  # fmt: skip
    await uow.connection.execute(
        "INSERT INTO policy_version (name, version, valid_from, document, set_by, reason) "
        "VALUES ('finance_charges', 1, '2020-01-01', $1, 'Pat', 'late payers') ON CONFLICT DO NOTHING",
        json.dumps(document),
    )
    await uow.connection.execute(
        "INSERT INTO business_day (company_id, business_date) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        COMPANY, DAY - timedelta(days=3),
    )  # fmt: skip


async def ask_for_credit(uow: Any, subjects: Sequence[int]) -> None:
    for deduction in (await uow.deductions.load((f"C-{n:03}", f"D-{n:03}") for n in subjects)).values():
        deduction.grant(
            MONEY, MONEY, by="Pat", on=DAY, reason="It was to be free.", request_id=f"DG-{deduction.deduction_id}"
        )


def rate(who: str, n: int) -> ExchangeRateSet:
    day = DAY - timedelta(days=n + 1)
    return ExchangeRateSet(from_currency="EUR", to_currency="USD", rate=Decimal("1.1"), valid_from=day)


def dunned(who: str, n: int) -> DunningSent:
    item = {"document_number": "X", "due_date": DAY, "days_overdue": 1, "open_amount": MONEY}
    return DunningSent(
        notice_id=f"N-{n}", customer_id=who, company_id=COMPANY, step=1, step_name="reminder", sent_on=DAY,
        currency="USD", total=MONEY, policy_version=0, items=[{**item, "item_id": f"INV-{n:03}"}],
    )  # fmt: skip


def on_account(who: str, n: int) -> OnAccountChanged:
    return OnAccountChanged(
        payment_id=f"P-{n:03}", movement_no=1, customer_id=who, company_id=COMPANY, currency="USD", change=MONEY,
        business_date=DAY,
    )  # fmt: skip


def unapplied_money(who: str, n: int) -> UnappliedCashChanged:
    return UnappliedCashChanged(
        payment_id=f"P-{n:03}", movement_no=1, customer_id=who, company_id=COMPANY, currency="USD", change=MONEY / 4,
        business_date=DAY,
    )  # fmt: skip


def old_approval(who: str, n: int) -> CreditCheckRequested:
    return CreditCheckRequested(
        order_id=f"F-{n}", customer_id=who, company_id=COMPANY, order_version=1, currency="EUR",
        open_amount=Decimal("10.00"), business_date=DAY,
    )  # fmt: skip


async def group(uow: Any, subjects: Sequence[int]) -> None:
    """A pooled limit above every ten customers."""
    names = sorted({f"G-{n // 10:03}" for n in subjects})
    for name in names:
        await uow.execute("save_group", name, name, "USD", Decimal(900_000))
    for customer_id, account in (await uow.lock(f"C-{n:03}" for n in subjects)).items():
        account.group_id = f"G-{int(customer_id[2:]) // 10:03}"


def journal(service: str) -> list[Step]:
    """The journal's days are submitted, rejected by the general ledger, and posted after all."""

    def about(n: int, **more: Any) -> dict[str, Any]:
        day = JOURNAL_DAY + timedelta(days=n)
        return {
            "batch_id": f"{service}/{COMPANY}/USD/{day}/1", "source": service, "company_id": COMPANY,
            "business_date": day, **more,
        }  # fmt: skip

    return [
        given("rejected early", lambda who, n: JournalBatchRejected(**about(n, attempt=1, reason="Not open yet."))),
        Daily("journal"),
        given("rejected", lambda who, n: JournalBatchRejected(**about(n, attempt=1, reason="The period is closed."))),
        given("posted", lambda who, n: JournalBatchPosted(**about(n, currency="USD", totals=[]))),
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
    await uow.execute("add_payer_accounts", [f"Y-{n}" for n in subjects], [f"C-{n:03}" for n in subjects])


DAY_BEGINS = given("day", lambda who, n: BusinessDayStarted(company_id=f"{COMPANY}{n}", business_date=DAY))
CUSTOMERS = given("customers", lambda who, n: customer(who))


def advised(trace_number: str, who: str, amount: str) -> RemittanceAdvised:
    line = {"document_number": "1001-8888", "amount": amount}
    return RemittanceAdvised(
        advice_id=f"RA-{trace_number}", company_id=COMPANY, customer_id=who, trace_number=trace_number, currency="USD",
        amount=Decimal(amount), advised_on=DAY, lines=[line],
    )  # fmt: skip


def order_closed(order_id: str, who: str) -> OpenOrderChanged:
    return OpenOrderChanged(
        order_id=order_id, customer_id=who, company_id=COMPANY, order_version=3, state="Cancelled", currency="USD",
        open_amount=Decimal("0.00"), business_date=DAY,
    )  # fmt: skip


STORIES: dict[str, list[Step]] = {
    "credit": [
        DAY_BEGINS,
        given("orders of strangers", lambda who, n: validated(f"W-{n}", who)),
        given("exchange rates", rate),
        CUSTOMERS,
        Given("groups of customers, 10 in each", group),
        given("orders", lambda who, n: validated(f"O-{n}", who), lambda who, n: validated(f"H-{n}", who, "99999.00")),
        given("items", lambda who, n: changed(who, n, 1)),
        given(
            "invoiced orders",
            lambda who, n: OpenOrderChanged(
                order_id=f"O-{n}", customer_id=who, company_id=COMPANY, order_version=2, state="Invoiced",
                currency="USD", open_amount=Decimal("0.00"), business_date=DAY, invoice_id=f"INV-N{n}",
                invoiced_amount=MONEY,
            ),
        ),
        given("orders in another currency", lambda who, n: validated(f"F-{n}", who, "10.00", currency="EUR")),
        given("dunning notices", dunned),
        given("money on account", on_account),
        given("old approvals", old_approval),
        given(
            "holds",
            lambda who, n: CreditHoldRequested(hold_id=f"K-{n}", customer_id=who, requested_on=DAY, reason="broken"),
        ),
        given(
            "lifted holds",
            lambda who, n: CreditHoldLifted(
                hold_id=f"K-{n}", customer_id=who, lifted_on=DAY, lifted_by="Pat", reason="It was paid."
            ),
        ),
        given("limits that let held orders go", lambda who, n: customer(who, version=2, credit_limit="999999.00")),
        given(
            "broken promises",
            lambda who, n: PromiseBroken(
                promise_id=f"{who}/P1", customer_id=who, judged_on=DAY, currency="USD", amount=MONEY, applied="0.00"
            ),
        ),
        given("credit requests", lambda who, n: credit_request(who, n), lambda who, n: credit_request(f"X{who}", n)),
        given("customers who asked before", lambda who, n: customer(f"X{who}")),
        given(
            "credit reports",
            lambda who, n: CreditReportReceived(
                report_id=f"CR-{who}", customer_id=who, bureau="Bureau", report_date=DAY, score=90
            ),
        ),
        Daily("review"),
    ],
    "invoicing": [
        DAY_BEGINS,
        given("items", lambda who, n: item(f"I-{n:03}")),
        given("prices", lambda who, n: price(f"I-{n:03}")),
        CUSTOMERS,
        given(
            "early cancellations",
            lambda who, n: OrderCancelled(order_id=f"E-{n:03}", customer_id=who, cancelled_on=DAY, reason="changed"),
        ),
        given("orders", *(lambda who, n, p=p: order_of(p, who, n) for p in ("APPROVED", "HELD", "DECLINED", "E", "N"))),
        given("orders of strangers", lambda who, n: order_of("REJECTED", f"NOBODY-{n}", n)),
        given("early decisions", lambda who, n: decision(CreditApproved, "ANSWERED", who, n)),
        given("early stock, partly short", lambda who, n: answer("ANSWERED", who, n, 1, quantity=6, short=4)),
        given("early shipments", lambda who, n: shipped(f"S-E{n}", f"ANSWERED-{n:03}", 6, customer_id=who)),
        given("orders answered before", lambda who, n: order_of("ANSWERED", who, n)),
        given(
            "cancellations",
            lambda who, n: OrderCancelled(order_id=f"N-{n:03}", customer_id=who, cancelled_on=DAY, reason="changed"),
        ),
        given(
            "held orders",
            *(
                lambda who, n, p=p: decision(CreditHeld, p, who, n, reasons=[{"code": "limit", "text": "Too much."}])
                for p in ("HELD", "DECLINED")
            ),
        ),
        given("approved orders", lambda who, n: decision(CreditApproved, "APPROVED", who, n)),
        given(
            "released orders",
            lambda who, n: decision(CreditReleased, "HELD", who, n, released_by="Pat", reason="They paid."),
        ),
        given(
            "declined orders",
            lambda who, n: decision(CreditDeclined, "DECLINED", who, n, declined_by="Pat", reason="They will not."),
        ),
        given(
            "stock, partly short",
            lambda who, n: answer("APPROVED", who, n, 1, quantity=10),
            lambda who, n: answer("HELD", who, n, 1, quantity=6, short=4),
        ),
        given(
            "replenishments",
            lambda who, n: StockReplenished(
                replenishment_id=f"R-{n}", company_id=COMPANY, item_id=f"I-{n:03}", quantity=50, business_date=DAY
            ),
        ),
        given("stock for backorders", lambda who, n: answer("HELD", who, n, 2, quantity=4)),
        given("shipments", lambda who, n: shipped(f"APPROVED-{n:03}/S1", f"APPROVED-{n:03}", 10, who)),
        given("early shipments", lambda who, n: shipped(f"EARLY-{n:03}/S1", f"EARLY-{n:03}", 10, who)),
        given("their orders", lambda who, n: order_of("EARLY", who, n)),
        given("their approvals", lambda who, n: decision(CreditApproved, "EARLY", who, n)),
        given("their stock", lambda who, n: answer("EARLY", who, n, 1, quantity=10)),
        given(
            "invoices brought forward",
            lambda who, n: InvoiceBroughtForward(
                invoice_number=f"OLD-{n:03}", company_id=COMPANY, customer_id=who, currency="USD", amount=MONEY,
                invoice_date=JOURNAL_DAY + timedelta(days=n), due_date=JOURNAL_DAY + timedelta(days=n + 30),
            ),
        ),
        given(
            "credit memos granted by collections, and of nothing we know",
            lambda who, n: granted(who, n, f"OLD-{n:03}"),
            lambda who, n: granted(who, n, f"NEVER-{n:03}"),
        ),
        given("late payers", late),
        *journal("invoicing"),
    ],
    "cash_app": [
        DAY_BEGINS,
        CUSTOMERS,
        given("invoices", *(lambda who, n, d=d: invoice(f"INV-{n:03}{d}", who) for d in "AB")),
        given(
            "payments of known customers",
            lambda who, n: payment(
                f"P-{n}", who, remittance=[{"document_number": f"1000-{n:03}A", "amount": MONEY}]
            ),
            lambda who, n: payment(f"Q-{n}", who, remittance=[{"document_number": f"1000-{n:03}C", "amount": MONEY}]),
            lambda who, n: payment(f"R-{n}", who, "130.00"),
            lambda who, n: payment(f"R-{n}", who, "130.00"),
        ),
        given(
            "exchange rates",
            lambda who, n: ExchangeRateSet(
                from_currency="EUR", to_currency="USD", rate=Decimal("1.08"), valid_from=DAY + timedelta(days=n)
            ),
        ),
        given(
            "payments in another currency, from an account in another writing and by a slip",
            lambda who, n: payment(f"V-{n}", who, "10.00", currency="EUR"),
            lambda who, n: payment(f"U-{n}", None, "9.00", payer_account=f"acc.{who}"),
            lambda who, n: payment(
                f"O-{n}", None, "9.00", payer_name=f"Customer {who} Ltd",
                remittance=[{"document_number": "1001-9999", "amount": "9.00"}],
            ),
        ),
        given(
            "finance charges",
            lambda who, n: FinanceChargePosted(
                charge_id=f"FC-{n:03}", charge_number=f"1000-F{n:03}", company_id=COMPANY, customer_id=who,
                kind="interest", charge_date=DAY, due_date=DAY, currency="USD", amount=MONEY, reason="overdue",
            ),
        ),
        given(
            "credit memos",
            lambda who, n: CreditMemoPosted(
                credit_memo_id=f"CM-{n:03}", credit_memo_number=f"1000-C{n:03}", company_id=COMPANY, customer_id=who,
                credit_date=DAY, currency="USD", net=MONEY, tax=Decimal("0.00"), total=MONEY, reason="returned",
            ),
        ),
        given("invoices paid before", lambda who, n: invoice(f"INV-{n:03}C", who)),
        given("invoices for credit on account", lambda who, n: invoice(f"INV-{n:03}D", who)),
        given(
            "payments of unknown payers",
            lambda who, n: payment(f"S-{n:03}", None, payer_account=f"X-{n}", value_date=JOURNAL_DAY + timedelta(n)),
            lambda who, n: payment(f"T-{n:03}", None, payer_account=f"Y-{n}"),
        ),
        given("their customers", lambda who, n: customer(f"X{who}", payer_accounts=[f"X-{n}"])),
        Given("accounts learnt elsewhere", learn_accounts),
        Daily("suspense"),
        given(
            "invoices of orders, and further ones",
            lambda who, n: invoice(f"INV-{n:03}W", who, order_id=f"SO-{n:03}W", customer_reference=f"PO-{n:03}W"),
            lambda who, n: invoice(f"INV-{n:03}X", who),
            lambda who, n: invoice(f"INV-{n:03}Y", who),
        ),
        given(
            "credit memos to be deducted",
            lambda who, n: CreditMemoPosted(
                credit_memo_id=f"CD-{n:03}", credit_memo_number=f"1000-D{n:03}", company_id=COMPANY, customer_id=who,
                credit_date=DAY, currency="USD", net=MONEY, tax=Decimal("0.00"), total=MONEY, reason="returned",
            ),
        ),
        given(
            "payments that name documents in words, a purchase order, a credit memo, an order before it is shipped",
            lambda who, n: payment(f"W-{n}", None, details=f"Invoice 1000-{n:03}X"),
            lambda who, n: payment(
                f"X-{n}", who, remittance=[{"document_number": f"PO-{n:03}W", "amount": MONEY}]
            ),
            lambda who, n: payment(
                f"Y-{n}", who, "50.00",
                remittance=[
                    {"document_number": f"1000-{n:03}Y", "amount": "100.00"},
                    {"document_number": f"1000-D{n:03}", "amount": "-50.00"},
                ],
            ),
            lambda who, n: payment(
                f"Z-{n}", who, remittance=[{"document_number": f"SO-{n:03}Z", "amount": MONEY}]
            ),
        ),
        given("orders closed", lambda who, n: order_closed(f"SO-{n:03}Z", who)),
        given("returns", lambda who, n: returned(f"P-{n}")),
        given("returns of payments not received yet", lambda who, n: returned(f"LATE-{n}")),
        given("their payments", lambda who, n: payment(f"LATE-{n}", who)),
        given("write-offs", given_up),
        given("remittance advice before its money", lambda who, n: advised(f"TA-{n}", who, "12.00")),
        given(
            "its money, and money before its advice",
            lambda who, n: payment(f"TA-{n}", None, "12.00", trace_number=f"TA-{n}"),
            lambda who, n: payment(f"TB-{n}", None, "13.00", trace_number=f"TB-{n}"),
            lambda who, n: payment(f"TC-{n}", who, "14.00", trace_number=f"TC-{n}"),
        ),
        given(
            "the advice after its money",
            lambda who, n: advised(f"TB-{n}", who, "13.00"),
            lambda who, n: advised(f"TC-{n}", who, "14.00"),
        ),
        *journal("cash_app"),
    ],
    "collections": [
        DAY_BEGINS,
        CUSTOMERS,
        given("overdue items", lambda who, n: changed(who, n, 1)),
        Given("promises", promise),
        Daily("promises"),
        given(
            "promises due",
            lambda who, n: PromiseDue(
                promise_id=f"{who}/P1", customer_id=who, due_on=DAY - timedelta(days=2), business_date=DAY
            ),
        ),
        given("deductions", kept_back),
        Given("credit memos for them", ask_for_credit),
        given(
            "credit memos declined",
            lambda who, n: CreditMemoDeclined(
                request_id=f"DG-D-{n:03}", customer_id=who, company_id=COMPANY, declined_on=DAY, declined_by="Max",
                reason="It was agreed.",
            ),
        ),
        Given("finance charges switched on", charge_late_payers),
        Daily("finance_charges"),
        given("unapplied money", unapplied_money),
        Daily("aging"),
        given("money on account", on_account),
        given("paid items", lambda who, n: changed(who, n, 2)),
        given("payments", applied),
        given("returned payments", unapplied),
        given("returned payments that had settled nothing", dishonored),
    ],
    "analytics": [
        DAY_BEGINS,
        CUSTOMERS,
        given("items", lambda who, n: changed(who, n, 1)),
        given("paid items", lambda who, n: changed(who, n, 2)),
        given("unapplied money", unapplied_money),
        given("money on account", on_account),
        given("what was missed", lambda who, n: changed(who, n, 4, change=Decimal("0.00"))),
        given("payments", applied),
        given("returned payments", unapplied),
        Daily("aging_snapshots", lambda n: DAY + timedelta(days=n)),
        Daily("period_reports", lambda n: DAY + timedelta(days=31 * n)),
    ],
}  # fmt: skip
