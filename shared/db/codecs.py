"""How the raw pool hands out values: as JSON-ready text, so that rows go to the client without a conversion."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import orjson

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection


SILENCE_S = 10.0
"""How long a command of ours may go unanswered: its other end may be gone without a word, and TCP would not tell for
hours. After as long again, asked in vain to stop, the connection is given up."""


LENGTH_WITH_MS = len("2026-11-22 09:30:00.123+00")


class LeanConnection(Connection):
    """Without asyncpg's reset query: our transactions leave no session state behind, and it costs a round trip."""

    def get_reset_query(self) -> str:
        return ""


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
    """Ids as Python's own UUID: the driver's subclass is slower to make and unknown to orjson."""
    await connection.set_type_codec(
        "uuid",
        schema="pg_catalog",
        encoder=lambda given: given.bytes,
        decoder=lambda raw: UUID(bytes=raw),
        format="binary",
    )
