"""The HTTP side that every service shares. Routers import from here."""

from shared.web.deps import CursorsDep, PrincipalDep, ReaderDep, SessionDep, requires
from shared.web.preconditions import IfMatch, IfNoneMatch, UpsertMatch, check_version
from shared.web.responses import created, listed, no_content, record, updated
from shared.web.route import APIRouter
from shared.web.types import ClientId, Day, Instant, Money, ReadModel, ShortText, Text, WriteModel, examples

__all__ = [
    "APIRouter",
    "ClientId",
    "CursorsDep",
    "Day",
    "IfMatch",
    "IfNoneMatch",
    "Instant",
    "Money",
    "PrincipalDep",
    "ReadModel",
    "ReaderDep",
    "SessionDep",
    "ShortText",
    "Text",
    "UpsertMatch",
    "WriteModel",
    "check_version",
    "created",
    "examples",
    "listed",
    "no_content",
    "record",
    "requires",
    "updated",
]
