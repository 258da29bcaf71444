"""Waiting until a child works: as long as it takes while the child progresses, and no longer when it does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import httpx

from o2c.stack import StackError
from o2c.stack.children import Child
from shared.chassis.observe.stall_watch import Stalled, wait_until

STALL_SECONDS = 120.0
"""A child that is not ready and has neither worked nor logged nor changed its answer for this long has failed."""
_POLL_SECONDS = 0.1

Probe = Callable[[], Awaitable[str | None]]
"""Returns None when the child is ready, "" while it does not answer, else its answer."""


async def wait_until_ready(
    child: Child, probe: Probe, *, restarted_elsewhere: bool = False, stall_seconds: float = STALL_SECONDS
) -> None:
    """Raises StackError when the child ends, unless it is `restarted_elsewhere`, or when nothing progresses."""
    answer: str | None = None

    async def look() -> Mapping[str, object] | None:
        nonlocal answer
        if child.exit_code is not None and not restarted_elsewhere:
            raise StackError(child.describe_end())
        answer = await probe()
        if answer is None:
            return None
        # The work it does counts until it answers; from then on it has to get further, not only to run.
        return {"log": child.log_bytes(), **({"answer": answer} if answer else {"work": child.cpu_seconds()})}

    try:
        await wait_until(look, stall_seconds=stall_seconds, poll_seconds=_POLL_SECONDS)
    except Stalled:
        raise StackError(
            f"{child.name} is not ready and has made no progress for {stall_seconds:g} s: "
            f"{answer or 'it does not answer'}; the end of {child.log}:\n{child.tail()}"
        ) from None


def service_probe(client: httpx.AsyncClient, url: str) -> Probe:
    """Whether the service at `url` is ready: its database, its partitions, its progress."""

    async def probe() -> str | None:
        try:
            response = await client.get(f"{url}/health/ready")
        except httpx.TransportError:
            return ""
        return None if response.status_code == 200 else response.text

    return probe
