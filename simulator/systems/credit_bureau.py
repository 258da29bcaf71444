"""The credit bureau: knows how companies pay elsewhere, is slow at times, and at times does not answer at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from shared.contracts.credit import CreditReportRequested
from shared.contracts.credit_bureau import CreditReportReceived
from simulator.calendar import BusinessDay, business_days_later
from simulator.customers.customers import Behaviour, Customer
from simulator.dice import Dice

_NAME: Final = "Northfield Credit Bureau"
_BUSINESS_DAYS: Final = 2
_BUSINESS_DAYS_WHEN_SLOW: Final = 5
"""Longer than credit waits."""
_PERCENT_SILENT: Final = 12
_PERCENT_SLOW: Final = 13
_PERCENT_WITHOUT_FILE: Final = 6
_SPREAD: Final = 8
_SCORES: Final = {
    Behaviour.PROMPT: 84, Behaviour.TAKES_DISCOUNT: 88, Behaviour.SLOW: 52, Behaviour.ON_STATEMENT: 76,
    Behaviour.PARTIAL: 47, Behaviour.ROUND_SUMS: 60, Behaviour.FORGETS_REMITTANCE: 72,
    Behaviour.UNKNOWN_ACCOUNT: 66, Behaviour.BREAKS_PROMISES: 29, Behaviour.STOPS_PAYING: 16,
}  # fmt: skip


class CreditBureau:
    """Answers some business days after it was asked."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._due: dict[str, tuple[date, CreditReportRequested]] = {}

    def asked(self, question: CreditReportRequested) -> None:
        rolled = self._dice.on("bureau", question.report_id).randrange(100)
        if rolled < _PERCENT_SILENT:
            return
        slow = rolled < _PERCENT_SILENT + _PERCENT_SLOW
        due = business_days_later(question.requested_on, _BUSINESS_DAYS_WHEN_SLOW if slow else _BUSINESS_DAYS)
        self._due[question.report_id] = (due, question)

    def answers(
        self, day: BusinessDay, customers: Mapping[str, Customer]
    ) -> list[tuple[CreditReportReceived, CreditReportRequested]]:
        """The reports that are due, each with the question it answers."""
        ready = sorted(report_id for report_id, (due, _) in self._due.items() if due <= day.today)
        questions = [self._due.pop(report_id)[1] for report_id in ready]
        return [(self._report(question, customers.get(question.customer_id), day), question) for question in questions]

    def _report(
        self, question: CreditReportRequested, customer: Customer | None, day: BusinessDay
    ) -> CreditReportReceived:
        cast = self._dice.on("bureau score", question.report_id)
        score = None
        if customer is not None and cast.randrange(100) >= _PERCENT_WITHOUT_FILE:
            score = max(0, min(100, _SCORES[customer.behaviour] + cast.randint(-_SPREAD, _SPREAD)))
        return CreditReportReceived(
            report_id=question.report_id,
            customer_id=question.customer_id,
            bureau=_NAME,
            report_date=day.today,
            score=score,
            remarks="" if score is None else f"{question.customer_name} pays as its score of {score} suggests.",
        )
