"""Payer groups: open items of a parent account and its child accounts, for a parent's money without a remittance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.cash_app.application.domain.application_rules import ApplicationRules
from services.cash_app.identification.domain.identification import Identification, PayerDetails
from services.cash_app.identification.domain.payer_split import Share
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.work import CashWork


@dataclass(slots=True)
class PayerGroups:
    """Open items by parent account; what one payment of a batch settles is not offered to another."""

    items: dict[str, list[OpenItem]] = field(default_factory=dict)

    def of(self, found: Identification) -> Sequence[OpenItem]:
        return self.items.get(found.customer_id or "", ())

    def reserve(self, found: Identification, shares: list[Share]) -> list[Share]:
        """Returns the same shares; their items are no longer offered."""
        parent = found.customer_id or ""
        reserved = {item_id for share in shares for item_id in share.item_ids}
        if reserved:
            self.items[parent] = [item for item in self.items[parent] if item.item_id not in reserved]
        return shares


async def load_payer_groups(
    payers: Iterable[tuple[PayerDetails, Identification, ApplicationRules]], uow: CashWork
) -> PayerGroups:
    """The groups of parents who pay without a remittance, all locked; none where no policy names parents."""
    members = {
        found.customer_id: [found.customer_id, *rules.children_of(found.customer_id)]
        for payer, found, rules in payers
        if rules.parents and found.customer_id is not None and not payer.remittance
    }
    groups = {parent: of for parent, of in members.items() if len(of) > 1}
    if not groups:
        return PayerGroups()
    books = await uow.subledgers(customer for of in groups.values() for customer in of)
    items: defaultdict[str, list[OpenItem]] = defaultdict(list)
    for item in await uow.items.fetch("load_open_items_of", sorted(books)):
        if item.is_open:
            items[item.customer_id].append(item)
    return PayerGroups({parent: [item for one in of for item in items[one]] for parent, of in groups.items()})
