"""Progress, as the parts of the bench tell of it."""

from __future__ import annotations

from collections.abc import Callable

Doing = Callable[[str, int], None]
"""Is told what is being done, and how many of its events, orders or items are done."""
