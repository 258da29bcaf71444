"""Python's cyclic garbage collector runs between batches, not in the middle of one.

The events of a batch are many, young and alive: a collector that walks them finds nothing and costs up to a third of
all time. Reference counting frees them when the batch is done.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_YOUNG_OBJECTS: Final = 200_000
_YOUNG_OBJECTS_OF_A_BATCH: Final = 1_000_000
"""Reached by no batch alone: it bounds what requests leave behind while a batch waits for a slow database."""
_OLDER: Final = (50, 100)
_batches = 0


def raise_gc_thresholds() -> None:
    """At the start: raises the number of young objects at which the collector looks."""
    gc.set_threshold(_YOUNG_OBJECTS, *_OLDER)


def freeze_startup_objects() -> None:
    """Once started: objects that exist now stay, and the collector skips them."""
    gc.collect()
    gc.freeze()


@contextmanager
def gc_paused() -> Iterator[None]:
    """Keeps the collector away until the block ends."""
    global _batches
    _batches += 1
    gc.set_threshold(_YOUNG_OBJECTS_OF_A_BATCH, *_OLDER)
    try:
        yield
    finally:
        _batches -= 1
        if not _batches:
            raise_gc_thresholds()
