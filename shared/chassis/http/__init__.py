"""One way of serving HTTP for all services: who may ask, commands answered once, pages, problems."""

from __future__ import annotations

from shared.chassis.auth import Person
from shared.chassis.errors import Conflict, Forbidden, NotFound, RequestError, Unprocessable
from shared.chassis.http.app import create_app
from shared.chassis.http.backend import Backend, dead_letter_replay
from shared.chassis.http.command import command_for_roles
from shared.chassis.http.paging import BadCursor, Cursor, Limit, Page, decode_cursor, encode_cursor
from shared.chassis.http.people import require_roles
from shared.chassis.http.problems import Problem
from shared.chassis.http.reading import ReadSession, read_session
from shared.chassis.http.schemas import ReasonText, WithReason
from shared.chassis.transaction.command import Command

__all__ = [
    "Backend",
    "BadCursor",
    "Command",
    "Conflict",
    "Cursor",
    "Forbidden",
    "Limit",
    "NotFound",
    "Page",
    "Person",
    "Problem",
    "ReadSession",
    "ReasonText",
    "RequestError",
    "Unprocessable",
    "WithReason",
    "command_for_roles",
    "create_app",
    "dead_letter_replay",
    "decode_cursor",
    "encode_cursor",
    "read_session",
    "require_roles",
]
