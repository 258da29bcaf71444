"""Families: what a parent and those it pays for owe, for a parent's money that says nothing of what it is for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.cash_app.domain.application_rules import ApplicationRules
from services.cash_app.domain.identification import Envelope, Identification
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payer_split import Share
from services.cash_app.store import CashWork


@dataclass(slots=True)
class Families:
    """Open items by parent; what one payment of a batch takes is no other's."""

    items: dict[str, list[OpenItem]] = field(default_factory=dict)

    def of(self, found: Identification) -> Sequence[OpenItem]:
        return self.items.get(found.customer_id or "", ())

    def taken(self, found: Identification, others: list[Share]) -> list[Share]:
        """The same shares; their items are not looked at again."""
        parent = found.customer_id or ""
        gone = {item_id for share in others for item_id in share.item_ids}
        if gone:
            self.items[parent] = [item for item in self.items[parent] if item.item_id not in gone]
        return others


async def families_of(payers: Iterable[tuple[Envelope, Identification, ApplicationRules]], uow: CashWork) -> Families:
    """The families of parents who say nothing of what they pay, all locked; none where no policy names parents."""
    members = {
        found.customer_id: [found.customer_id, *rules.children_of(found.customer_id)]
        for payer, found, rules in payers
        if rules.parents and found.customer_id is not None and not payer.remittance
    }
    families = {parent: of for parent, of in members.items() if len(of) > 1}
    if not families:
        return Families()
    books = await uow.books(customer for of in families.values() for customer in of)
    items: defaultdict[str, list[OpenItem]] = defaultdict(list)
    for item in await uow.items.fetch("load_open_items_of", sorted(books)):
        if item.is_open:
            items[item.customer_id].append(item)
    return Families({parent: [item for one in of for item in items[one]] for parent, of in families.items()})
