"""Readiness asks every part, and one fault is enough."""

from __future__ import annotations

from shared.chassis.observe.health import examine, probe


async def test_a_service_is_ready_when_no_part_has_a_fault() -> None:
    faults: dict[str, str | None] = {"database": None, "broker": None}
    probes = [probe(name, lambda name=name: faults[name]) for name in faults]  # type: ignore[misc]

    assert (await examine(probes)).ready
    faults["broker"] = "the coordinator does not answer"
    report = await examine(probes)

    assert (report.live, report.ready) == (True, False)
    assert report.checks == {"database": "ok", "broker": "the coordinator does not answer"}
