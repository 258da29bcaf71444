"""Whose money it is: step by step, and never on a weak guess."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.cash_app.application.domain.application_rules import ApplicationRules
from services.cash_app.identification.domain.identification import (
    Identification,
    PayerDetails,
    PayerKnowledge,
    identify,
)
from services.cash_app.identification.domain.payer_name import name_key
from services.cash_app.identification.domain.payer_split import shares, split
from services.cash_app.open_items.domain.known_document import KnownDocument
from shared.contracts.erp import RemittanceLine
from tests.kit.events.sample import payment

RULES = ApplicationRules(parents={"C-3": "C-2"})
DOCUMENTS = {
    ("1000", "A-1"): [KnownDocument("C-1", "USD", Decimal(100), Decimal(98))],
    ("1000", "A-2"): [KnownDocument("C-2", "USD", Decimal(50), Decimal(50))],
    ("1000", "A-3"): [KnownDocument("C-3", "USD", Decimal(70), Decimal(70))],
}
NAMES = [("C-1", "Alder Creek Foods Inc."), ("C-2", "Blue Harbor Hotels LLC"), ("C-3", "Blue Harbor Hostels LLC")]


def known(**more: Any) -> PayerKnowledge:
    holders = {"ACC-1": {"C-1"}, "ACC-2": {"C-2"}, "SHARED": {"C-1", "C-2"}}
    return PayerKnowledge({c: c for c in ("C-1", "C-2", "C-3")}, holders, DOCUMENTS, **more)


def who(
    account: str | None = None, name: str | None = None, *lines: tuple[str, str], stated: str | None = None
) -> Identification:
    remittance = [RemittanceLine(document_number=number, amount=amount) for number, amount in lines]
    key = name_key(name or "")
    knows = known(names={key: NAMES}, aliases={"acf holdings": {"C-1"}, "two": {"C-1", "C-2"}})
    return identify(PayerDetails("1000", "USD", stated, account, name, remittance), knows, RULES)


def test_a_stated_customer_decides_and_an_unknown_one_is_not_guessed() -> None:
    assert who("ACC-2", stated="C-1").customer_id == "C-1"
    found = who("ACC-2", stated="C-9")
    assert found.customer_id is None and "C-9" in found.why


def test_the_customers_number_in_the_remittance() -> None:
    assert who("ACC-2", None, ("C-1", "100")) == Identification("C-1", "the remittance names customer C-1", "named")


class TestDocuments:
    @pytest.mark.parametrize(
        ("account", "name", "lines", "customer"),
        [
            (None, None, [("A-1", "100")], "C-1"),
            (None, None, [("a-1 ", "98")], "C-1"),
            (None, None, [("A-1", "60")], None),
            (None, "Alder Creek Food", [("A-1", "60")], "C-1"),
            (None, "ACF Holdings", [("A-1", "60")], "C-1"),
            (None, "Somebody Else", [("A-1", "60")], None),
            ("ACC-2", None, [("A-1", "100")], "C-1"),
            ("ACC-2", None, [("A-1", "99")], "C-2"),
            ("ACC-2", None, [("A-1", "100"), ("B-9", "5")], "C-2"),
            ("SHARED", None, [("A-1", "60")], "C-1"),
            ("ACC-2", None, [("A-3", "60")], "C-2"),
            (None, None, [("A-1", "100"), ("A-2", "49")], None),
            (None, None, [("A-1", "100"), ("A-2", "50")], "C-1"),
        ],
    )
    def test_outweigh_the_account_only_where_every_amount_fits(
        self, account: str | None, name: str | None, lines: list[tuple[str, str]], customer: str | None
    ) -> None:
        assert who(account, name, *lines).customer_id == customer


class TestAccountAndName:
    def test_an_account_of_one_customer(self) -> None:
        assert who("ACC-2", "Alder Creek Foods").step == "account"

    def test_of_two_the_name_decides_which_but_adds_no_third(self) -> None:
        assert who("SHARED", "ALDER CREEK FOODS").customer_id == "C-1"
        assert who("SHARED", "Blue Harbor Hostels LLC").customer_id is None

    def test_a_taught_name_goes_before_a_similar_one(self) -> None:
        assert who("ACC-9", "ACF-HOLDINGS.").step == "alias"
        assert who("ACC-9", "ACF Holdings GmbH").customer_id is None
        assert who(None, "Two").customer_id is None

    def test_a_name_alike_enough_and_by_a_margin(self) -> None:
        assert who("ACC-9", "FOODS, ALDER CREK").customer_id == "C-1"
        doubtful = who(None, "Blue Harbor Hotels")
        assert doubtful.customer_id is None
        assert [(c.customer_id, c.score) for c in doubtful.candidates] == [("C-2", 98), ("C-3", 95)]
        assert who(None, "Alder Creek Foods Treasury").candidates[0].customer_id == "C-1"

    def test_an_unidentified_payer_is_reported_with_the_reason(self) -> None:
        assert who().why == "the payment names neither a customer nor a payer account"
        assert who("ACC-9").why.startswith("payer account ACC-9 is not known for any customer")
        assert who("SHARED").why.startswith("payer account SHARED is known for 2 customers: C-1, C-2")
        assert [c.customer_id for c in who("SHARED", None, ("A-2", "1"), ("A-1", "1")).candidates] == ["C-1", "C-2"]


class TestSplit:
    def parts(
        self, account: str, amount: str, *lines: tuple[str, str], stated: str | None = None
    ) -> list[tuple[str, str, str]]:
        remittance = [RemittanceLine(document_number=number, amount=money) for number, money in lines]
        received = payment("P", stated, amount, payer_account=account, remittance=remittance)
        payer = PayerDetails("1000", "USD", stated, account, None, remittance)
        found = identify(payer, known(), RULES)
        parts = split(received, found, shares(payer, received.amount, found, known(), RULES))
        return [(part.payment_id, str(of.customer_id), str(part.amount)) for part, of in parts]

    def test_a_parent_pays_for_its_child(self) -> None:
        assert self.parts("ACC-2", "110", ("A-2", "50"), ("A-3", "60")) == [("P", "C-2", "50"), ("P/2", "C-3", "60")]
        assert self.parts("ACC-2", "60", ("A-3", "60")) == [("P", "C-3", "60")]
        assert self.parts("ACC-2", "60", ("A-3", "60"), stated="C-2") == [("P", "C-3", "60")]

    def test_another_customers_documents_only_where_the_amount_is_exact(self) -> None:
        assert self.parts("ACC-1", "150", ("A-1", "100"), ("A-2", "50")) == [("P", "C-1", "100"), ("P/2", "C-2", "50")]
        assert self.parts("ACC-1", "140", ("A-1", "100"), ("A-2", "40")) == [("P", "C-1", "140")]
        assert self.parts("ACC-1", "150", ("A-1", "100"), ("A-2", "50"), stated="C-1") == [("P", "C-1", "150")]


def test_money_of_a_branch_is_money_of_the_customer_it_is_billed_to() -> None:
    branch = PayerKnowledge({"C-1": "C-1", "C-2": "C-1"})
    found = identify(PayerDetails("1000", "USD", "C-2", None, None), branch, RULES)
    assert (found.customer_id, found.why) == ("C-1", "the payment names customer C-2, who is billed to C-1")
