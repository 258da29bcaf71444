"""The policy of write-offs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.collections.write_offs.domain import WriteOffAuthority
from shared.chassis.declare.policies import PolicyKind

WRITE_OFF_AUTHORITY: Final = PolicyKind(
    name="write_off_authority",
    document=WriteOffAuthority,
    default=Path(__file__).parent / "policy.json",
    changed_by=("controller",),
)
