"""Financial statements of a customer: taken in for a request, and analysed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from services.credit.domain.account import CreditAccount
from services.credit.domain.credit_requests import CreditRequest
from services.credit.domain.financial_statements import FinancialStatement, Ratios, trends
from services.credit.domain.payment_facts import months_before
from services.credit.domain.request_policy import RequestPolicy
from services.credit.domain.suggested_limit import SuggestedLimit, suggested_limit
from services.credit.judging import facts_of
from services.credit.store import CreditWork
from shared.kernel.money import round_half_up


async def analyse(
    request: CreditRequest,
    account: CreditAccount,
    statements: Sequence[FinancialStatement],
    policy: RequestPolicy,
    on: date,
    uow: CreditWork,
) -> SuggestedLimit:
    """Keeps ratios, trends and the suggested limit with the request; `statements` are oldest first."""
    ratios = [Ratios.of(statement) for statement in statements]
    suggestion = suggested_limit(
        policy.caps,
        request.currency,
        net_worth=statements[-1].equity,
        our_sales=await _our_sales(account, on, uow),
        monthly_purchases=await _monthly_purchases(request, account, on, uow),
    )
    request.analysis = {
        "ratios": [asdict(year) for year in ratios],
        "trends": trends(ratios),
        "suggested_limit": asdict(suggestion),
    }
    return suggestion


def statement_row(
    request: CreditRequest, statement: FinancialStatement, entered_by: str, entered_on: date
) -> tuple[Any, ...]:
    """The row of `financial_statement`."""
    return (
        request.customer_id,
        request.request_id,
        statement.fiscal_year,
        entered_on,
        entered_by,
        statement.model_dump_json(),
    )


async def _our_sales(account: CreditAccount, on: date, uow: CreditWork) -> Any:
    """To the customer, over the twelve months up to a day."""
    row = await uow.fetchrow("our_sales", account.customer_id, account.currency, months_before(on, 12), on)
    assert row is not None
    return round_half_up(row["amount"], account.currency)


async def _monthly_purchases(request: CreditRequest, account: CreditAccount, on: date, uow: CreditWork) -> Any:
    """What the customer expects to buy; where it did not say, what it has bought."""
    if request.monthly_purchases is not None:
        return request.monthly_purchases
    facts = await facts_of([(account, on)], uow)
    return facts[account.customer_id, on].monthly_purchases
