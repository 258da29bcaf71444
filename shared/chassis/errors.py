"""Errors, each with a message that a person can act on."""

from __future__ import annotations


class EventRejected(Exception):
    """The event is understood and cannot be applied; it goes to the dead letters with this sentence."""


class DecodeError(Exception):
    """A record that is not an event by any contract; it goes to the dead letters with this sentence."""


class ConfigurationError(Exception):
    """A setting is missing or wrong; the message names it and what to set."""


class RequestError(Exception):
    """A person's request that cannot be fulfilled; `status` is the HTTP status it is answered with."""

    status = 400


class NotFound(RequestError):
    status = 404


class Conflict(RequestError):
    """The thing is not in the state that the request needs, or another person's request came first."""

    status = 409


class Forbidden(RequestError):
    status = 403


class Unprocessable(RequestError):
    """Well-formed, but against a rule of the business."""

    status = 422
