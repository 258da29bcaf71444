"""A service's OpenAPI document, made without starting the service."""

from __future__ import annotations

import importlib
from typing import Any

from pydantic import SecretStr

from shared.chassis.declare.service import Service
from shared.chassis.runtime.service_runtime import ServiceRuntime


def document(name: str) -> dict[str, Any]:
    """The document of the service of that name. No database or broker is needed."""
    service: Service = importlib.import_module(f"services.{name}.app").service
    settings = service.settings(database_url="postgresql://nowhere/nothing", token_secret=SecretStr("not used" * 4))
    return ServiceRuntime(service, settings).app().openapi()
