"""The bank's files of a day: cash application's own readers take them, and every payment is in exactly one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from services.cash_app.bank_files.domain.import_plan import plan_import
from services.cash_app.bank_files.domain.own_account import OwnAccount
from services.cash_app.bank_files.domain.read_context import Limits
from services.cash_app.bank_files.domain.recognise import read, recognise
from simulator.company import COMPANY_ID
from simulator.customers.customers import sixty_customers
from simulator.customers.debtors import Intention, Part
from simulator.dice import Dice
from simulator.systems.bank import payment
from simulator.systems.bank_files import OWN_ACCOUNTS, files_of

DAY = date(2026, 2, 10)
CUSTOMERS = sixty_customers(Dice(1))


def _key(account: str) -> str:
    return account.replace("-", "")


def test_every_payment_of_the_day_is_in_one_file_under_the_reference_the_customers_get() -> None:
    payments = [
        payment(
            customer,
            Intention(
                (
                    Part(f"I-{n}", f"INV-{n:06}", Decimal(100 + n)),
                    Part(f"J-{n}", f"INV-1{n:05}", Decimal("9.80"), Decimal("0.20")),
                ),
                remittance=n % 7 > 0,
            ),
            DAY,
            Dice(1),
        )
        for n, customer in enumerate(CUSTOMERS.values())
    ]
    today = files_of(payments, {p.payment_id: c for p, c in zip(payments, CUSTOMERS.values(), strict=True)}, DAY)
    accounts = {
        _key(account): OwnAccount(_key(account), COMPANY_ID, currency, into and _key(into), True)
        for account, currency, into in OWN_ACCOUNTS
    }
    found, formats = {}, []
    for file in today.files:
        formats.append(recognise(file.content))
        planned = plan_import(read(file.content, formats[-1] or "bai2", Limits()), accounts, {})
        assert planned.errors == []
        found |= {
            draft.bank_reference: draft.event
            for draft in planned.entries
            if draft.outcome == "post" and "INT-" not in draft.bank_reference
        }
        assert {draft.kind for draft in planned.entries} <= {"payment", "bundle", "debit"}
    assert sorted(map(str, formats)) == ["camt.052", "camt.053", "camt.054", "card-csv", "lockbox"]
    assert set(found) == {identity.bank_reference for identity in today.identities}
    assert {event.method for event in found.values()} == {"lockbox", "card", "wire"}
    assert sum(event.amount for event in found.values()) == sum(p.amount for p in payments)
    published = {p.payment_id: p for p in payments}
    for identity in today.identities:
        event, original = found[identity.bank_reference], published[identity.payment_id]
        if identity.document_number is None:
            assert event.amount == original.amount
            numbers = [line.document_number for line in original.remittance]
            assert [line.document_number for line in event.remittance] == numbers
        else:
            assert [line.document_number for line in event.remittance] == [identity.document_number]
