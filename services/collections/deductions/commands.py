"""What collectors and approvers do about a deduction: review, grant, charge back, approve, decline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from services.collections.activities.activity_log import log_activity
from services.collections.deductions.domain import (
    Deduction,
    DeductionRole,
    DeductionState,
    GrantNotPossible,
    InvalidDeductionStep,
)
from services.collections.deductions.store import DEDUCTION_RULES
from services.collections.work import CollectionsWork
from shared.chassis.errors import Conflict, NotFound, Unprocessable
from shared.chassis.transaction.command import Command
from shared.kernel.authority import check_authority, check_second_person, within_authority
from shared.kernel.money import Money, round_half_up


@dataclass(frozen=True, slots=True)
class OpenDeduction:
    """A locked deduction of which something is still owed, and what a person asks for with it."""

    deduction: Deduction
    owed: Decimal
    """In the deduction's currency."""
    reason: str
    command: Command
    uow: CollectionsWork

    @classmethod
    async def find(cls, deduction_id: str, reason: str, command: Command, uow: CollectionsWork) -> Self:
        """Raises NotFound, or Conflict where the deduction is settled."""
        owner = await uow.fetchrow("owner_of_deduction", deduction_id)
        if owner is None:
            raise NotFound(f"there is no deduction {deduction_id!r}: see GET /deductions")
        key = owner["customer_id"], deduction_id
        deduction = (await uow.deductions.load([key]))[key]
        row = await uow.fetchrow("owed_on_deduction", *key, deduction.amount)
        assert row is not None
        if not row["owed"]:
            raise Conflict(
                f"deduction {deduction_id} of {Money(deduction.amount, deduction.currency)} is settled: nothing is "
                "owed on it"
            )
        return cls(deduction, round_half_up(row["owed"], deduction.currency), reason, command, uow)

    async def start_review(self) -> None:
        """The person reviews it, also after it was charged back. Raises Conflict."""
        with self._recorded("review_deduction"):
            self.deduction.start_review(self.command.person.name)

    async def charge_back(self) -> None:
        """The customer owes it. Raises Conflict."""
        with self._recorded("charge_back_deduction"):
            self.deduction.charge_back(self.command.person.name, self._today, self.reason)

    async def grant(self, amount: Decimal | None) -> None:
        """The customer is right: `amount`, or all that is owed, is credited if the person's authority covers it.

        Otherwise the grant waits for a second person. Raises Conflict, Unprocessable.
        """
        amount, person = amount or self.owed, self.command.person
        if within_authority(await self._limits(), person.roles, amount):
            self._grant(amount)
            return
        with self._recorded("request_grant"):
            self.deduction.request_grant(amount, self.owed, person.name, self.reason)

    async def approve(self) -> None:
        """A second person approves the grant. Raises Conflict, RequesterCannotApprove, AuthorityExceeded."""
        self._check_second_person()
        amount = min(self.deduction.granted_amount, self.owed)
        person = self.command.person
        check_authority(
            await self._limits(),
            person.name,
            person.roles,
            amount=amount,
            currency=self.deduction.currency,
            policy_name=DEDUCTION_RULES.name,
        )
        self._grant(amount)

    async def decline(self) -> None:
        """A second person declines the grant: it is reviewed again. Raises Conflict, RequesterCannotApprove."""
        self._check_second_person()
        with self._recorded("decline_grant"):
            self.deduction.reopen(f"declined by {self.command.person.name}: {self.reason}")

    @property
    def _today(self) -> date:
        return self.uow.business_date_of(self.deduction.company_id)

    async def _limits(self) -> Mapping[DeductionRole, Decimal | None]:
        return (await self.uow.policy(DEDUCTION_RULES)).on(self._today).document.grant_authority

    def _check_second_person(self) -> None:
        deduction = self.deduction
        if deduction.state is not DeductionState.WAITING or deduction.requested_by is None:
            raise Conflict(f"deduction {deduction.deduction_id} is {deduction.state}: no grant waits for approval")
        check_second_person(deduction.requested_by, self.command.person.name)

    def _grant(self, amount: Decimal) -> None:
        person, command, uow = self.command.person, self.command, self.uow
        with self._recorded("grant_deduction"):
            requested = self.deduction.grant(
                amount,
                self.owed,
                by=person.name,
                on=self._today,
                reason=self.reason,
                request_id=f"DG-{command.id}",
            )
        uow.emit(requested, cause=command)

    @contextmanager
    def _recorded(self, action: str) -> Iterator[None]:
        """What happens within is audited and logged on the customer; a refusal of the domain becomes an error."""
        deduction, uow, command = self.deduction, self.uow, self.command
        before = deduction.state
        try:
            yield
        except GrantNotPossible as error:
            raise Unprocessable(str(error)) from None
        except InvalidDeductionStep as error:
            raise Conflict(str(error)) from None
        after = {"state": deduction.state, "why": self.reason}
        uow.audit(command, action, deduction.deduction_id, {"state": before}, after)
        logged = deduction.activity(str(command.id), on=self._today, by=command.person.name, why=self.reason)
        log_activity(uow, logged, command)
