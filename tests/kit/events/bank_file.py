"""A bank statement of any length."""

from __future__ import annotations


def bai2_of(account: str, payments: int, amount_cents: int = 10_000, customers: int = 50) -> bytes:
    """A BAI2 file of one account with so many ACH credits, in USD, each with a reference of its own."""
    lines = [
        f"16,165,{amount_cents},V,260310,,BK{number:07},TR{number:07},ACC-C-{number % customers} PAYS/"
        for number in range(payments)
    ]
    total = payments * amount_cents * 2
    head = ["01,121,122,260310,1200,7,80,1,2/", "02,122,121,1,260310,,USD,/"]
    begin = f"03,{account},USD,010,0,,,015,{payments * amount_cents},,/"
    end = [f"49,{total},{payments + 2}/", f"98,{total},1,{payments + 4}/", f"99,{total},1,{payments + 6}/"]
    return "\n".join([*head, begin, *lines, *end]).encode()
