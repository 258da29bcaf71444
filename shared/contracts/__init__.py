"""Every event of the platform, one file per producer. Services know nothing else of each other."""

from __future__ import annotations

from shared.contracts import (
    analytics,
    cash_app,
    collections,
    credit,
    credit_bureau,
    erp,
    gl_core,
    inv_ctrl,
    invoicing,
    journal,
)
from shared.contracts.event import Event

EVENTS: dict[str, type[Event]] = {
    event.type_name(): event
    for module in (erp, inv_ctrl, gl_core, credit_bureau, invoicing, journal, credit, cash_app, collections, analytics)
    for event in vars(module).values()
    if isinstance(event, type)
    and issubclass(event, Event)
    and event is not Event
    and event.__module__ == module.__name__
}
"""Every contract by its CloudEvents type, e.g. `OrderPlaced.v1`."""
