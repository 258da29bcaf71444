"""Random histories of customer C-1, for property tests."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from shared.contracts.event import Event
from tests.unit.credit.events import customer, item, left, order

amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(2000), places=2)


@st.composite
def batches(draw: st.DrawFn, events: list[Event]) -> list[list[Event]]:
    """The events in any order, some of them twice, cut into batches anyhow."""
    arriving = draw(st.permutations(events + draw(st.lists(st.sampled_from(events), max_size=3))))
    cuts = sorted(draw(st.sets(st.integers(1, len(arriving)))))
    return [list(arriving[a:b]) for a, b in zip([0, *cuts], [*cuts, len(arriving)], strict=True) if a < b]


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Orders, each partly or wholly invoiced and the invoice partly or wholly paid."""
    events: list[Event] = [customer("3000")]
    for n in range(draw(st.integers(1, 5))):
        total = draw(amounts)
        events.append(order(f"O-{n}", str(total)))
        if draw(st.booleans()):
            invoiced = (total * draw(st.sampled_from([Decimal("0.5"), Decimal(1)]))).quantize(Decimal("0.01"))
            if invoiced > 0:
                events.append(left(f"O-{n}", str(total - invoiced), 2, f"INV-{n}", str(invoiced)))
                events.append(item(f"INV-{n}", str(invoiced), str(invoiced)))
                if draw(st.booleans()):
                    events.append(item(f"INV-{n}", str(invoiced), "0", 2))
    return events
