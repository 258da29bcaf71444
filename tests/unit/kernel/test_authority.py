"""Who may decide on which amount, and never on their own request."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.kernel.authority import (
    AuthorityExceeded,
    AuthorityLimits,
    RequesterCannotApprove,
    check_authority,
    check_second_person,
    is_same_person,
    within_authority,
)

LIMITS: AuthorityLimits = {"cash_clerk": Decimal("100.00"), "controller": Decimal("5000.00"), "credit_manager": None}


@pytest.mark.parametrize(
    ("roles", "amount", "expected"),
    [
        ({"cash_clerk"}, "99.99", True), ({"cash_clerk"}, "100.00", True), ({"cash_clerk"}, "100.01", False),
        ({"controller"}, "5000.00", True), ({"controller"}, "5000.01", False),
        ({"cash_clerk", "controller"}, "5000.00", True), ({"cash_clerk", "controller"}, "5000.01", False),
        ({"credit_manager"}, "99999999.99", True),
        ({"admin"}, "99999999.99", True),
        ({"collector"}, "0.01", False), (set(), "0.01", False),
    ],
)  # fmt: skip
def test_a_limit_is_within_the_authority_and_a_cent_more_is_not(roles: set[str], amount: str, expected: bool) -> None:
    assert within_authority(LIMITS, roles, Decimal(amount)) is expected


def test_a_role_with_a_limit_of_zero_decides_on_nothing() -> None:
    assert not within_authority({"collector": Decimal(0)}, {"collector"}, Decimal("0.01"))


def test_an_amount_within_the_authority_raises_nothing() -> None:
    check_authority(LIMITS, "Ann", {"cash_clerk"}, amount=Decimal(100), currency="USD", policy_name="desk_rules")


def test_the_sentence_names_the_person_both_amounts_and_the_policy() -> None:
    with pytest.raises(AuthorityExceeded) as raised:
        check_authority(
            LIMITS, "Ann", {"cash_clerk"}, amount=Decimal("100.01"), currency="USD", policy_name="write_off_authority"
        )
    assert str(raised.value) == (
        "Ann may decide on at most 100.00 USD, not 100.01 USD: ask a person whose role has a higher limit in the "
        "policy write_off_authority"
    )


def test_a_person_without_a_limit_is_refused_in_the_currencys_decimals() -> None:
    with pytest.raises(AuthorityExceeded, match="Eve has no authority to decide on 900 JPY: ask "):
        check_authority(LIMITS, "Eve", ["collector"], amount=Decimal("900.000"), currency="JPY", policy_name="rules")


def test_another_person_may_decide_what_was_requested() -> None:
    check_second_person("Ann", "Bob")


@pytest.mark.parametrize("person", ["Ann", "ann", "ANN"])
def test_the_requester_cannot_approve(person: str) -> None:
    with pytest.raises(RequesterCannotApprove, match=f"^{person} requested this: the requester cannot approve"):
        check_second_person("Ann", person)


def test_a_person_is_the_same_however_the_name_is_spelt() -> None:
    assert is_same_person("Ann", "ANN")
    assert not is_same_person("Ann", "Anna")
