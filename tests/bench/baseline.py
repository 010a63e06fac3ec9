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

from contacts_service.contacts.schemas import ContactRead
from contacts_service.contacts.search import CANDIDATES, grams_of, search_terms
from shared.ids import new_id

POOL_SIZE = 8
FIELDS = [name for name in ContactRead.model_fields if name != "type"]
SELECT = f"select {', '.join(FIELDS)}, 'contact' as type from contacts where tenant_id = $1 and deleted_at is null"
GET = f"{SELECT} and id = $2"
LIST = f"{SELECT} order by created_at desc, id desc limit 51"
FOUND = f"id = any(array(select search_contacts($1, $2, $3, $4, {CANDIDATES})))"
SEARCH = f"{SELECT} and {FOUND} order by created_at desc, id desc limit 51"
INSERT = """
with given as (
  select * from jsonb_to_recordset($2::jsonb)
  as row (id uuid, full_name text, given_name text, email text, emails jsonb, text text, grams int[], body json)
), contact as (
  insert into contacts (tenant_id, id, version, created_at, updated_at, name_order, full_name, sort_name, given_name,
    email, emails, phones, addresses, external_ids, tags)
  select $1, id, 1, now(), now(), 'given_first', full_name, text, given_name, email, emails, '[]', '[]', '[]', '{}'
  from given
), key as (
  insert into contact_keys (tenant_id, kind, value, contact_id) select $1, 'email', email, id from given
), search as (
  insert into contact_search (tenant_id, contact_id, text, grams) select $1, id, text, grams from given
)
insert into outbox (tenant_id, topic, key, type, subject, version, body)
select $1, 'samphan.contacts', id, 'contacts.contact.created.v1', id, 1, body from given
"""

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

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        if scope["method"] == "POST":
            given = orjson.loads(await _body(receive))
            if "items" in given:
                return 200, await self._create([item["data"] for item in given["items"]])
            return 201, await self._create([given])
        last = scope["path"].rpartition("/")[2]
        if last != "contacts":
            rows = await self._fetch(GET, UUID(last))
            return 200, orjson.dumps(dict(rows[0]))
        query = dict(parse_qsl(scope["query_string"].decode()))
        if "q" in query:
            terms = search_terms(self._tenant_id, query["q"])
            return _listed(await self._fetch(SEARCH, *terms.values()))
        return _listed(await self._fetch(LIST))

    async def _create(self, given: list[dict[str, Any]]) -> bytes:
        rows = [self._row(contact) for contact in given]
        pool = await self._connections()
        await pool.execute(INSERT, self._tenant_id, orjson.dumps(rows).decode())
        return orjson.dumps({"data": [row["body"] for row in rows]})

    def _row(self, given: dict[str, Any]) -> dict[str, Any]:
        text = f"{given['full_name']} {given['email']}".lower()
        emails = [{"value": given["email"], "label": None, "primary": True}]
        body = {"id": new_id(), "version": 1, **given}
        return {
            **{name: body[name] for name in ("id", "full_name", "email")},
            "given_name": given["full_name"].partition(" ")[0],
            "emails": emails,
            "text": text,
            "grams": grams_of(self._tenant_id, text),
            "body": body,
        }

    async def _fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await (await self._connections()).fetch(sql, self._tenant_id, *arguments)
        return rows

    async def _connections(self) -> "asyncpg.Pool[asyncpg.Record]":
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=POOL_SIZE,
                    max_size=POOL_SIZE,
                    init=_read_json,
                    server_settings={"app.tenant_id": str(self._tenant_id)},
                )
        return self._pool


async def _read_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """JSON and ids go to the client as the database spells them."""
    for name, decode in (("jsonb", orjson.Fragment), ("uuid", str)):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=decode, format="text")


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


def _listed(rows: list[asyncpg.Record]) -> tuple[int, bytes]:
    return 200, orjson.dumps({"data": [dict(row) for row in rows[:50]], "next_cursor": len(rows) > 50})


if __name__ == "__main__":
    dsn = os.environ["CONTACTS_DATABASE_URL"].replace("+asyncpg", "")
    app = Baseline(dsn, UUID(sys.argv[2]))
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False, lifespan="off")
