"""What a bare program would do: ASGI by hand, one statement a request, no framework, ORM, tokens, checks or tenants
besides the database's own. `python -m tests.bench.baseline PORT TENANT` with CONTACTS_DATABASE_URL.

It reads and writes the same rows of the same tables: the distance to it is what all else costs.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import asyncpg
import orjson
import uvicorn

from contacts_service.contacts.search import search_terms
from shared.db.codecs import Connection
from tests.bench import statements
from tests.bench.rows import row_of

POOL_SIZE = 8

Answer = tuple[int, bytes]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Baseline:
    def __init__(self, dsn: str, tenant_id: UUID) -> None:
        self._dsn = dsn
        self._tenant_id = tenant_id
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        status, body = await self._answer(scope, receive)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        last = scope["path"].rpartition("/")[2]
        if scope["method"] != "GET":
            return await self._write(last, orjson.loads(await _body(receive)))
        if last == "contacts":
            return await self._list(dict(parse_qsl(scope["query_string"].decode())))
        rows = await self._fetch(statements.GET, UUID(last))
        return 200, orjson.dumps(dict(rows[0]))

    async def _list(self, query: dict[str, str]) -> Answer:
        if "q" in query:
            terms = search_terms(self._tenant_id, query["q"])
            return _listed(await self._fetch(statements.SEARCH, *terms.values()))
        if "customer_class" in query:
            return _listed(await self._fetch(statements.OF_CLASS, query["home_province"], query["customer_class"]))
        if "tags[contains]" in query:
            return _listed(await self._fetch(statements.TAGGED, query["home_province"], query["tags[contains]"]))
        return _listed(await self._fetch(statements.LIST))

    async def _write(self, last: str, given: dict[str, Any]) -> Answer:
        if last == "contacts":
            rows = await self._store(statements.INSERT, [given])
            return 201, orjson.dumps(rows[0]["body"])
        if last == "batch":
            rows = await self._store(statements.INSERT, [item["data"] for item in given["items"]])
            return 200, orjson.dumps({"data": [{"id": row["id"], "version": 1, "status": 201} for row in rows]})
        if last == "upsert":
            rows = [row_of(self._tenant_id, contact) for contact in given["rows"]]
            return 200, orjson.dumps({"data": list(map(dict, await self._fetch(statements.UPSERT, _document(rows))))})
        changed = await self._fetch(statements.UPDATE, UUID(last), given["occupation"], given["tags"])
        return 200, orjson.dumps(dict(changed[0]))

    async def _store(self, sql: str, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        rows = [row_of(self._tenant_id, contact) for contact in given]
        await self._fetch(sql, _document(rows))
        return rows

    async def _fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await (await self._connections()).fetch(sql, self._tenant_id, *arguments)
        return rows

    async def _connections(self) -> "asyncpg.Pool[asyncpg.Record]":
        """Bound to the tenant once and for all: row-level security holds, nothing is set or reset between requests."""
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=POOL_SIZE,
                    max_size=POOL_SIZE,
                    init=_read_json,
                    connection_class=LeanConnection,
                    server_settings={"app.tenant_id": str(self._tenant_id)},
                )
        return self._pool


class LeanConnection(Connection):
    """Without asyncpg's reset query: our transactions leave no session state behind, and it costs a round trip."""

    def get_reset_query(self) -> str:
        return ""


async def _read_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """JSON and ids go to the client as the database spells them."""
    for name, decode in (("jsonb", orjson.Fragment), ("uuid", str)):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=decode, format="text")


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(bytes(message.get("body", b"")))
        if not message.get("more_body"):
            return b"".join(parts)


def _document(rows: list[dict[str, Any]]) -> str:
    return orjson.dumps(rows).decode()


def _listed(rows: list[asyncpg.Record]) -> Answer:
    return 200, orjson.dumps({"data": [dict(row) for row in rows[:50]], "next_cursor": len(rows) > 50})


if __name__ == "__main__":
    dsn = os.environ["CONTACTS_DATABASE_URL"].replace("+asyncpg", "")
    app = Baseline(dsn, UUID(sys.argv[2]))
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False, lifespan="off")
