"""The people of credit: they release held orders and decide the credit requests the system leaves to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from simulator.calendar import BusinessDay
from simulator.customers.annual_accounts import annual_accounts
from simulator.dice import Dice
from simulator.transport.api_client import ApiClient

_REVIEW_WEEKDAYS: Final = frozenset({1, 3})
_PERCENT_RELEASED: Final = 35
_ANALYST_WEEKDAY: Final = 2
_HEAD_WEEKDAY: Final = 3
_PERCENT_ASKED_FOR_STATEMENTS: Final = 60
_PERCENT_SENT_THIS_WEEK: Final = 45
_PERCENT_APPROVED_UNSEEN: Final = 60
_PERCENT_RESOLVED: Final = 60
_REVIEWS_A_WEEK: Final = 5


@dataclass(frozen=True, slots=True)
class CreditManager:
    """Reviews held orders twice a week and releases some that only exceed the limit."""

    api: ApiClient
    dice: Dice

    async def act(self, day: BusinessDay) -> int:
        if day.today.weekday() not in _REVIEW_WEEKDAYS:
            return 0
        done = 0
        for order in sorted(await self.api.rows("/held-orders"), key=lambda o: str(o["order_id"])):
            only_limit = {reason["code"] for reason in order["reasons"]} == {"over-limit"}
            if not only_limit or not self.dice.chance(_PERCENT_RELEASED, "release", order["order_id"]):
                continue
            await self.api.command(
                f"/held-orders/{order['order_id']}/release",
                {"reason": "spoke with the customer; a payment is on its way"},
                f"{day.today}/{order['order_id']}",
            )
            done += 1
        return done


@dataclass(frozen=True, slots=True)
class CreditAnalyst:
    """Works off open requests and the review worklist on Wednesdays."""

    api: ApiClient
    dice: Dice

    async def act(self, day: BusinessDay) -> int:
        if day.today.weekday() != _ANALYST_WEEKDAY:
            return 0
        done = 0
        for request in sorted(await self.api.rows("/requests", open=True), key=lambda r: str(r["request_id"])):
            done += await self._work_on(request, day)
        for account in await self.api.rows("/reviews", most=_REVIEWS_A_WEEK):
            if account["open_request"] is None and Decimal(account["credit_limit"]) > 0:
                await self._review(account, day)
                done += 1
        return done

    async def _work_on(self, request: Mapping[str, Any], day: BusinessDay) -> int:
        request_id, key = request["request_id"], f"{day.today}/{request['request_id']}"
        rolled = self.dice.on("credit analyst", request_id, day.today).randrange(100)
        match request["state"]:
            case "ManualReview" if rolled < _PERCENT_ASKED_FOR_STATEMENTS:
                reason = {"reason": "history and score alone do not carry this amount"}
                await self.api.command(f"/requests/{request_id}/request-statements", reason, key)
            case "ManualReview":
                unseen = self.dice.chance(_PERCENT_APPROVED_UNSEEN, "approved unseen", request_id)
                await self._decide(request, Decimal(request["amount"]) if unseen else Decimal(0), key)
            case "AwaitingStatements" if rolled < _PERCENT_SENT_THIS_WEEK:
                amount = Decimal(request["amount"])
                accounts = annual_accounts(self.dice, request_id, request["currency"], amount, day.today)
                await self.api.command(f"/requests/{request_id}/statements", {"statements": accounts}, key)
            case "Analysed":
                detail = await self.api.one(f"/requests/{request_id}")
                suggested = Decimal(detail["analysis"]["suggested_limit"]["amount"])
                await self._decide(request, min(Decimal(request["amount"]), suggested), key)
            case _:
                return 0
        return 1

    async def _decide(self, request: Mapping[str, Any], limit: Decimal, key: str) -> None:
        """Approves `limit` where it is worth the customer's while, else declines."""
        path, amount = f"/requests/{request['request_id']}", Decimal(request["amount"])
        if limit * 2 < amount:
            reason = {"code": "too-much", "text": "The amount asked for is more than your accounts and payments carry."}
            await self.api.command(f"{path}/decline", {"reasons": [reason]}, key)
            return
        granted = {"credit_limit": str(limit), "currency": request["currency"], "reason": "the customer is good for it"}
        await self.api.command(f"{path}/approve", granted, key)

    async def _review(self, account: Mapping[str, Any], day: BusinessDay) -> None:
        wanted = {
            "customer_id": account["customer_id"],
            "kind": "review",
            "amount": account["credit_limit"],
            "currency": account["currency"],
        }
        await self.api.command("/requests", wanted, f"{day.today}/review/{account['customer_id']}")


@dataclass(frozen=True, slots=True)
class HeadOfCredit:
    """Is the second person for large limits, and lets suspended accounts be reviewed, on Thursdays."""

    api: ApiClient
    dice: Dice

    async def act(self, day: BusinessDay) -> int:
        if day.today.weekday() != _HEAD_WEEKDAY:
            return 0
        done = 0
        waiting = await self.api.rows("/requests", state="AwaitingSecondApproval")
        for request in sorted(waiting, key=lambda r: str(r["request_id"])):
            await self.api.command(
                f"/requests/{request['request_id']}/approve",
                {
                    "credit_limit": request["granted_limit"],
                    "currency": request["currency"],
                    "reason": f"agreed with {request['first_approver']}",
                },
                f"{day.today}/{request['request_id']}",
            )
            done += 1
        for account in await self.api.rows("/accounts", state="Suspended"):
            customer_id = account["customer_id"]
            if self.dice.chance(_PERCENT_RESOLVED, "resolved", customer_id, day.today):
                await self.api.command(
                    f"/accounts/{customer_id}/resolve",
                    {"reason": "spoke with the owner; the account is reviewed"},
                    f"{day.today}/resolve/{customer_id}",
                )
                done += 1
        return done
