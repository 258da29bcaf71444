"""Everything a service process needs, imported before the first one starts. For the process pool only."""

from __future__ import annotations

import gc
from importlib import import_module

from o2c.stack import SERVICES

_LOADED_LATE = (
    "anyio._backends._asyncio",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)
for _name in (*(f"services.{service}.app" for service in SERVICES), *_LOADED_LATE):
    import_module(_name)
gc.collect()
gc.freeze()  # else the garbage collector of each child would go through all of this once more
