"""Which errors pass by themselves, and which events are bad."""

import hashlib
import traceback

import asyncpg
from pydantic import ValidationError
from sqlalchemy import exc

from shared.db.codecs import LOST_CONNECTION
from shared.errors import Outdated, SamphanError

# connection, serialization and deadlock, resources, operator intervention, system error, not in the right state (locks)
PASSING_CLASSES = frozenset({"08", "40", "53", "57", "58"})
PASSING_STATES = frozenset({"55P03", "25006", "25P03", "25P04"})


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed later without a change to the event or the code."""
    if isinstance(error, SamphanError):
        return error.retryable
    if isinstance(error, exc.DBAPIError):
        return error.connection_invalidated or _passing(_sqlstate(error)) or isinstance(error, exc.InterfaceError)
    if isinstance(error, asyncpg.PostgresError):
        return _passing(error.sqlstate)
    return isinstance(error, (TimeoutError, exc.TimeoutError, Outdated, *LOST_CONNECTION))


def _sqlstate(error: exc.DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _passing(sqlstate: str | None) -> bool:
    return sqlstate is not None and (sqlstate[:2] in PASSING_CLASSES or sqlstate in PASSING_STATES)


def fingerprint(event_type: str, error: BaseException) -> str:
    """The same for errors of the same kind at the same place, whatever the values in them."""
    parts = [event_type, type(error).__qualname__, *_place(error)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def describe(error: BaseException) -> str:
    """Short, and without the values of a customer's fields."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{_location(item['loc'])}: {item['type']}" for item in error.errors(include_input=False))
    if isinstance(error, exc.DBAPIError):
        return f"{type(error.orig).__name__} {_sqlstate(error)}"
    return f"{type(error).__name__}: {error}"[:500]


def _place(error: BaseException) -> list[str]:
    if isinstance(error, ValidationError):
        return sorted({f"{_location(item['loc'])} {item['type']}" for item in error.errors(include_input=False)})
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    return [f"{ours[-1].filename.rpartition('/')[2]} {ours[-1].name}"] if ours else []


def _location(parts: tuple[int | str, ...]) -> str:
    return ".".join("*" if isinstance(part, int) else part for part in parts)
