"""One way of serving HTTP for all services: who may ask, commands answered once, pages, problems."""

from __future__ import annotations

from shared.chassis.auth import Person
from shared.chassis.errors import Conflict, Forbidden, NotFound, RequestError, Unprocessable
from shared.chassis.http.app import create_app
from shared.chassis.http.command import Command, commanded_by
from shared.chassis.http.paging import BadCursor, Cursor, Limit, Page, decode_cursor, encode_cursor
from shared.chassis.http.people import may
from shared.chassis.http.problems import Problem
from shared.chassis.http.reading import Reading, reading

__all__ = [
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
    "Reading",
    "RequestError",
    "Unprocessable",
    "commanded_by",
    "create_app",
    "decode_cursor",
    "encode_cursor",
    "may",
    "reading",
]
