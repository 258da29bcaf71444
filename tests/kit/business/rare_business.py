"""What the first simulated days do not bring, so that every handler of every service has something to do.

A service that consumes a new event which the simulation does not publish within these days gets it here: in an act of
its own, or added to an existing one (tests/contracts/examples.py has a body of every event to begin from).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from shared.contracts.collections import CreditMemoRequested, FinanceChargeAssessed, WriteOffApproved
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
from shared.contracts.inv_ctrl import StockReplenished
from shared.contracts.invoicing import CreditCheckRequested
from simulator.calendar import following_business_day
from simulator.company import COMPANY_ID
from simulator.systems.outgoing_event import OutgoingEvent
from simulator.transport.api_client import ApiClient
from simulator.world import Simulation
from tests.kit.events.bank_file import bai2_of
from tests.kit.events.sample import allocated, customer, item, order, payment, price

SMALL: Final = "RARE-SMALL"
"""A customer whose limit is soon reached."""
LARGE: Final = "RARE-LARGE"
_ITEM: Final = "RARE-ITEM"
_OLD_INVOICE: Final = Decimal("60.00")


class RareBusiness:
    """Two days after the simulated ones; after each step the services come to rest."""

    def __init__(self, simulation: Simulation, desk: Callable[[str, str], ApiClient], *, after: date) -> None:
        """`desk` gives a person of a role access to a service."""
        self._simulation = simulation
        self._desk = desk
        self._day = following_business_day(after)

    async def happens(self) -> None:
        await self._a_day_begins()
        await self._customers_without_master_data()
        await self._orders_beyond_the_limit()
        await self._goods_run_short()
        await self._a_promise_is_made()
        self._day = following_business_day(self._day)
        await self._a_day_begins()
        await self._the_broken_promise_is_paid()
        await self._credit_is_asked_for()
        await self._money_goes_back()
        await self._an_invoice_is_given_up()
        await self._a_payer_keeps_something_back()
        await self._the_bank_sends_files()

    async def _a_day_begins(self) -> None:
        """On the second one the promise is due, broken, and the account held."""
        await self._publish(BusinessDayStarted(company_id=COMPANY_ID, business_date=self._day))

    async def _customers_without_master_data(self) -> None:
        small = {"credit_limit": Decimal("100.00"), "terms": {"net_days": 30}}
        await self._publish(
            item(_ITEM),
            price(_ITEM, price_list_id="RARE"),
            customer(SMALL, company_id=COMPANY_ID, price_list_id="RARE", **small),
            customer(LARGE, company_id=COMPANY_ID, price_list_id="RARE"),
        )
        await self._publish(
            InvoiceBroughtForward(
                invoice_number="RARE-OLD", company_id=COMPANY_ID, customer_id=SMALL,
                invoice_date=self._day - timedelta(days=50), due_date=self._day - timedelta(days=20), currency="USD",
                amount=_OLD_INVOICE,
            )
        )  # fmt: skip

    async def _orders_beyond_the_limit(self) -> None:
        """One is declined, the other released; both are placed again, which is too late for the one declined."""
        await self._publish(self._order("RARE-1", SMALL), self._order("RARE-2", SMALL))
        why = {"reason": "decided by the credit manager"}
        await self._command("credit", "credit_manager", "/held-orders/RARE-2/decline", why)
        await self._command("credit", "credit_manager", "/held-orders/RARE-1/release", why)
        again = {"revision": 2, "amended_on": self._day}
        orders = [self._order(order_id, SMALL).model_copy(update=again) for order_id in ("RARE-1", "RARE-2")]
        await self._publish(*orders)

    async def _goods_run_short(self) -> None:
        """What is missing comes in later; an order is cancelled before its goods are set aside."""
        await self._publish(self._order("RARE-3", LARGE), self._order("RARE-4", LARGE))
        common: dict[str, Any] = {"customer_id": LARGE, "business_date": self._day}
        short = allocated("RARE-3/R1", "RARE-3", 3, 2, **common)
        lines = [line.model_copy(update={"item_id": _ITEM}) for line in short.lines]
        await self._publish(
            short.model_copy(update={"lines": tuple(lines)}),
            OrderCancelled(order_id="RARE-4", customer_id=LARGE, cancelled_on=self._day, reason="ordered by mistake"),
        )
        came_in = {"replenishment_id": "RARE-IN", "company_id": COMPANY_ID, "item_id": _ITEM, "quantity": 2}
        await self._publish(StockReplenished(**came_in, business_date=self._day))

    async def _a_promise_is_made(self) -> None:
        promised = {"amount": str(_OLD_INVOICE), "currency": "USD", "due_on": self._day.isoformat(), "note": "today"}
        await self._command("collections", "collector", f"/customers/{SMALL}/promises", promised)

    async def _the_broken_promise_is_paid(self) -> None:
        line = {"document_number": "RARE-OLD", "amount": str(_OLD_INVOICE)}
        paid = {"company_id": COMPANY_ID, "value_date": self._day, "remittance": [line]}
        await self._publish(payment("RARE-P", SMALL, str(_OLD_INVOICE), **paid))

    def _order(self, order_id: str, customer_id: str) -> Event:
        lines = [{"line_no": 1, "item_id": _ITEM, "quantity": 5}]
        return order(order_id, customer_id, company_id=COMPANY_ID, order_date=self._day, lines=lines)

    async def _credit_is_asked_for(self) -> None:
        """Of a customer without history: the bureau is asked, and its score approves."""
        facts = {"customer_id": LARGE, "currency": "USD", "requested_on": self._day, "requested_by": "Sal Sales"}
        await self._publish(CreditRequested(request_id="RARE-CR", kind="increase", amount=Decimal(30_000), **facts))
        report = {"report_id": "RARE-CR", "customer_id": LARGE, "bureau": "Rare Bureau", "report_date": self._day}
        await self._publish(CreditReportReceived(**report, score=90))

    async def _money_goes_back(self) -> None:
        """The bank takes back what paid the old invoice; an advice comes whose money never does."""
        euro = {"from_currency": "EUR", "to_currency": "USD", "rate": Decimal("1.08"), "valid_from": self._day}
        common = {"company_id": COMPANY_ID, "currency": "USD"}
        lines = [{"document_number": "RARE-NEVER", "amount": "75.00"}]
        advice = {"advice_id": "RARE-A", "customer_id": LARGE, "amount": "75.00", "advised_on": self._day}
        await self._publish(
            ExchangeRateSet(**euro),
            RemittanceAdvised(**advice, **common, lines=lines),
            payment("RARE-EXTRA", LARGE, "25.00", company_id=COMPANY_ID, value_date=self._day),
        )
        back = {"return_id": "RARE-R", "bank_reference": "BANK-RARE-R", "original_bank_reference": "BANK-RARE-P"}
        of_whom = {"customer_id": SMALL, "amount": _OLD_INVOICE, "value_date": self._day}
        await self._publish(PaymentReturned(**back, **of_whom, **common))

    async def _an_invoice_is_given_up(self) -> None:
        """And an order approved some days ago is looked at again."""
        common = {"company_id": COMPANY_ID, "customer_id": LARGE, "currency": "USD"}
        dates = {"invoice_date": self._day - timedelta(days=50), "due_date": self._day - timedelta(days=20)}
        order_open = {"order_id": "RARE-3", "order_version": 1, "open_amount": "50.00", "business_date": self._day}
        await self._publish(
            InvoiceBroughtForward(invoice_number="RARE-LOST", amount=Decimal("10.00"), **dates, **common),
            CreditCheckRequested(**order_open, **common),
        )
        who = {"requested_by": "Cora Collector", "approved_by": "Mia Manager", "reason": "cannot be collected"}
        lost = {"write_off_id": "RARE-W", "item_id": "BF-RARE-LOST", "amount": "10.00", "approved_on": self._day}
        await self._publish(WriteOffApproved(**lost, **who, **common))

    async def _a_payer_keeps_something_back(self) -> None:
        """A collector grants it, and invoicing credits it; what is asked for without an invoice is declined; a late
        payer is charged interest."""
        common = {"company_id": COMPANY_ID, "customer_id": SMALL, "currency": "USD"}
        dates = {"invoice_date": self._day - timedelta(days=50), "due_date": self._day - timedelta(days=20)}
        short = {"document_number": "RARE-SHORT", "amount": "70.00", "reason": "freight"}
        await self._publish(
            InvoiceBroughtForward(invoice_number="RARE-SHORT", amount=Decimal("77.00"), **dates, **common)
        )
        paid = {"company_id": COMPANY_ID, "value_date": self._day, "remittance": [short]}
        await self._publish(payment("RARE-SP", SMALL, "70.00", **paid))
        agreed = {"reason": "freight was to be free of charge"}
        await self._command("collections", "collector", "/deductions/RARE-SP/A1/D1/grant", agreed)
        asked = {"request_id": "RARE-CM", "document_number": "RARE-NEVER", "amount": "5.00", "reason_code": "pricing"}
        item = {"item_id": "BF-RARE-SHORT", "document_number": "RARE-SHORT", "open_amount": "7.00", "days": 20}
        charge = {"charge_id": "RARE-FC", "kind": "interest", "amount": "1.50", "reason": "late"}
        days = {"assessed_on": self._day, "through": self._day, "due_date": self._day + timedelta(days=30)}
        await self._publish(
            CreditMemoRequested(**asked, reason="too dear", requested_by="Cora", requested_on=self._day, **common),
            FinanceChargeAssessed(**charge, **days, items=[{**item, "amount": "1.50"}], policy_version=1, **common),
        )

    async def _the_bank_sends_files(self) -> None:
        """One is taken, the other cannot be read."""
        account = {"company_id": COMPANY_ID, "currency": "USD", "name": "rare account"}
        await self._desk("cash_app", "controller").keep("/bank-accounts/RARE", account, "rare/account")
        for name, content in (("rare.bai", bai2_of("RARE", 2)), ("torn.bai", b"01,122")):
            await self._desk("cash_app", "cash_clerk").send_file("/imports", name, content, f"rare/{name}")
            await self._simulation._idle.wait()

    async def _publish(self, *events: Event) -> None:
        await self._simulation._publisher.publish([OutgoingEvent(event) for event in events], self._day)
        await self._simulation._idle.wait()

    async def _command(self, service: str, role: str, path: str, body: dict[str, str]) -> None:
        await self._desk(service, role).command(path, body, f"rare/{path}")
        await self._simulation._idle.wait()
