"""Background work names its steps, so that a fault test can enumerate them."""

from __future__ import annotations

import pytest

from shared.chassis.handlers import Handlers


def test_a_step_that_is_not_declared_is_refused() -> None:
    handlers = Handlers("cash_app")

    @handlers.background("imports", waiting="imports_waiting", steps=("parsing", "posting"))
    async def step(begin: object) -> bool:
        return False

    work = handlers.background_work["imports"]
    assert work.crash_subjects({"posting"}) == {"background/imports/posting"}
    with pytest.raises(ValueError, match=r"'imports' takes steps it does not declare: \['refusing'\]"):
        work.crash_subjects({"posting", "refusing"})
