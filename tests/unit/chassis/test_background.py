"""Background work names its steps, so that a fault test can enumerate them."""

from __future__ import annotations

import pytest

from shared.chassis.declare.handlers import BackgroundWork, Begin


def test_a_step_that_is_not_declared_is_refused() -> None:
    async def step(begin: Begin) -> bool:
        return False

    work = BackgroundWork("imports", step, waiting="imports_waiting", steps=("parsing", "posting"))
    assert work.crash_subjects({"posting"}) == {"background/imports/posting"}
    with pytest.raises(ValueError, match=r"'imports' takes steps it does not declare: \['refusing'\]"):
        work.crash_subjects({"posting", "refusing"})
