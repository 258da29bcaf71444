"""Progress, as the parts of the bench report it."""

from __future__ import annotations

from collections.abc import Callable

Doing = Callable[[str, int], None]
"""Receives what is being done, and how many of its events, orders or items are done."""
