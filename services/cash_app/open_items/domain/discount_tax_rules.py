"""Whether an early-payment discount lowers the tax of an invoice, by jurisdiction."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from shared.contracts.event import Identifier
from shared.contracts.invoicing import InvoicePosted


class DiscountTaxRules(BaseModel):
    """The policy document `discount_tax_rules`.

    The shipped countries follow article 90 of Directive 2006/112/EC, and the like in the United Kingdom, Norway,
    Switzerland and others. In the United States and Canada a discount for early payment lowers no tax; where a state
    grants a reduction, name it, e.g. `"US-TX": true`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lowers_tax: dict[Identifier, bool]
    """By jurisdiction, e.g. `US-TX`, or by its country, e.g. `US`; the jurisdiction goes first."""

    def of(self, jurisdiction: str | None) -> bool | None:
        """Whether a discount lowers the tax there; None: the policy names neither it nor its country."""
        if jurisdiction is None:
            return None
        by_country = self.lowers_tax.get(jurisdiction.partition("-")[0])
        return self.lowers_tax.get(jurisdiction, by_country)


def has_tax_in_discount(invoice: InvoicePosted) -> bool:
    """Whether the question comes up at all."""
    return bool(invoice.tax and invoice.discount_date)
