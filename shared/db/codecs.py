"""How the raw pool hands out values: as JSON-ready text, so that rows go to the client without a conversion."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import orjson

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection


LOST_CONNECTION = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What the driver raises when its connection is gone. The last one where it was cut before a message was answered: the
driver believes that it is still in the middle of it."""

LENGTH_WITH_MS = len("2026-11-22 09:30:00.123+00")


def has_transaction_timeout(connection: Connection) -> bool:
    """PostgreSQL 17 and later."""
    return connection.get_server_version().major >= 17


async def connect_jsonready(options: Mapping[str, Any]) -> Connection:
    connection: Connection = await asyncpg.connect(**options)
    try:
        await jsonready(connection)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def jsonready(connection: Connection) -> None:
    for name, encode, decode in (
        ("timestamptz", _instant_in, _instant_out),
        ("date", str, str),
        ("uuid", str, str),
        ("numeric", str, str),
        ("jsonb", _json_in, orjson.Fragment),
        ("json", _json_in, orjson.Fragment),
    ):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=encode, decoder=decode, format="text")


def _json_in(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _instant_in(value: datetime | str) -> str:
    return value if isinstance(value, str) else value.astimezone(UTC).isoformat()


def _instant_out(text: str) -> str:
    """`2026-11-22 09:30:00.12+00`, the server's spelling in UTC, to RFC 3339 with milliseconds."""
    if len(text) == LENGTH_WITH_MS:  # nine of ten; the server leaves out zeros at the end
        return f"{text[:10]}T{text[11:23]}Z"
    whole, _, fraction = text.removesuffix("+00").partition(".")
    return f"{whole[:10]}T{whole[11:]}.{fraction[:3]:0<3}Z"


async def plain_uuids(connection: Connection) -> None:
    """Ids as Python's own UUID: the driver's subclass is slower to make and unknown to orjson.

    The last ones are remembered: all consumers of a process read the same events.
    """
    await connection.set_type_codec(
        "uuid",
        schema="pg_catalog",
        encoder=lambda given: given.bytes,
        decoder=_uuid_of,
        format="binary",
    )


@lru_cache(maxsize=10_000)
def _uuid_of(raw: bytes) -> UUID:
    return UUID(bytes=raw)
