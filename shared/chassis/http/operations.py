"""What operators ask: does it live, is it ready, is it idle, what does it measure."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from starlette.responses import JSONResponse

from shared.chassis.http.backend import backend

router = APIRouter()


class Health(BaseModel):
    """Whether the service is well, and what each check found."""

    ok: bool
    checks: dict[str, str]


@router.get("/health/live", responses={503: {"model": Health}})
async def live(request: Request) -> Health:
    """Whether the process works at all; restart it when not."""
    return await _health(request, "live")


@router.get("/health/ready", responses={503: {"model": Health}})
async def ready(request: Request) -> Health:
    """Whether the service does its work: database, partitions, progress, dead letters."""
    return await _health(request, "ready")


async def _health(request: Request, aspect: str) -> Any:
    report = await backend(request).health()
    health = Health(ok=getattr(report, aspect), checks=report.checks)
    return JSONResponse(health.model_dump(), 200 if health.ok else 503)


@router.get("/health/idle")
async def idle(request: Request) -> dict[str, Any]:
    """Whether nothing waits to be handled, published or run; a replay waits for this between phases."""
    return dict(await backend(request).idle())


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Prometheus metrics, the gauges measured for this answer."""
    here = backend(request)
    await here.measure()
    return Response(generate_latest(here.metrics.registry), media_type=CONTENT_TYPE_LATEST)
