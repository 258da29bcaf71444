"""CPU time and memory of the processes of a bench, as far as they run on this machine under this user's eyes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import psutil

from o2c.stack.children import Children

_MEGABYTE = 1_000_000
SERVICE, POSTGRES, KAFKA = "service", "postgres", "kafka"


def processes(children: Children, service: str) -> dict[str, int]:
    """The process ids of the service, PostgreSQL and Kafka; servers in containers or elsewhere are left out."""
    roles = {service: SERVICE, "postgres": POSTGRES, "kafka": KAFKA}
    return {roles[child.name]: child.process.pid for child in children.named(roles) if child.exit_code is None}


def cpu_seconds(of: Mapping[str, int]) -> dict[str, float]:
    """User and system time of each of the processes and of all that it started, until now."""
    return {who: _of_tree(pid) for who, pid in of.items()}


def resident_megabytes(pid: int) -> float:
    """What the process holds in memory; nothing where it has ended."""
    try:
        return float(psutil.Process(pid).memory_info().rss) / _MEGABYTE
    except psutil.NoSuchProcess:
        return 0.0


def _of_tree(pid: int) -> float:
    root = psutil.Process(pid)
    seconds = 0.0
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended: its parent's account has its time
            times = process.cpu_times()
            seconds += times.user + times.system + times.children_user + times.children_system
    return seconds
