"""Idempotency keys, kept in the write's own transaction: a key exists if and only if its outcome was committed.

After the IETF draft "The Idempotency-Key HTTP Header Field" (-07), with keys accepted bare or quoted.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import asyncpg
import orjson
from fastapi import Request, Response
from sqlalchemy import TIMESTAMP, Column, Index, Integer, LargeBinary, MetaData, String, Table, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.db.migrations import Operations, tenant_table_v1
from shared.db.statement import Statement
from shared.errors import BadRequestError, ConflictError, FieldError, UnprocessableError
from shared.web.headers import header
from shared.web.problems import Answered

METHODS = frozenset({"POST", "PATCH", "PUT", "DELETE"})
KEPT_HEADERS = frozenset(
    ("etag", "location", "content-type", "content-language", "cache-control", "retry-after", "preference-applied")
)
CHUNK_BYTES = 1024 * 1024
MAX_WAIT_MS = 5_000
PRINTABLE = frozenset(chr(code) for code in range(0x20, 0x7F))

idempotency_metadata = MetaData()
idempotency_keys = Table(
    "idempotency_keys",
    idempotency_metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("actor_id", Uuid, primary_key=True),
    Column("route", String(300), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer),
    Column("headers", JSONB),
    Column("body", LargeBinary),
    Column(
        "created_at",
        TIMESTAMP(timezone=True),
        server_default=func.now(),
        nullable=False,
    ),
    Index("idempotency_keys_created_at_idx", "created_at"),
)


SAME = "tenant_id = :tenant_id and actor_id = :actor_id and route = :route and key = :key"
# The limit of the wait is set before the row is tried, and taken back once it is there: one round trip.
CLAIM = Statement("""
insert into idempotency_keys (tenant_id, actor_id, route, key, fingerprint)
select :tenant_id, :actor_id, :route, :key, :fingerprint
from (select set_config('lock_timeout', :wait_ms, true) offset 0) as waiting (ms) where ms is not null
on conflict do nothing returning set_config('lock_timeout', '0', true)
""")
KEPT = Statement(f"select fingerprint, status, headers, body from idempotency_keys where {SAME}")  # noqa: S608 - our own text
REMEMBER = Statement(
    f"update idempotency_keys set status = :status, headers = cast(:headers as jsonb), body = :body where {SAME}"  # noqa: S608 - our own text
)


class BadKey(BadRequestError):
    code = "bad_idempotency_key"


class KeyRequired(BadRequestError):
    code = "idempotency_key_required"


class KeyReused(UnprocessableError):
    code = "idempotency_key_reused"


class InProgress(ConflictError):
    code = "idempotency_in_progress"
    retryable = True


class Replay(Answered):
    """The answer that the request's key already has."""


async def require_key(request: Request) -> None:
    """A route dependency: this operation is never run twice by accident."""
    if read_key(request) is None:
        detail = "This operation needs an Idempotency-Key header: 1 to 255 printable ASCII characters, such as a UUID."
        raise KeyRequired(
            detail,
            errors=[FieldError("idempotency_key_required", detail, header="Idempotency-Key")],
        )


def read_key(request: Request) -> str | None:
    """Raises BadKey."""
    raw = header(request.scope, "idempotency-key")
    if raw is None:
        return None
    key = raw[1:-1] if len(raw) >= 2 and raw[0] == raw[-1] == '"' else raw
    if not 1 <= len(key) <= 255 or not PRINTABLE.issuperset(key):
        detail = "Idempotency-Key takes 1 to 255 printable ASCII characters."
        raise BadKey(
            detail,
            errors=[FieldError("bad_idempotency_key", detail, header="Idempotency-Key")],
        )
    return key


async def begin(request: Request, session: AsyncSession, principal: Principal, deadline_ms: int) -> None:
    """Claims the request's key, first of all in its transaction. Raises Replay, KeyReused, InProgress, BadKey.

    Waits for another request with the key for at most 5 s, and leaves a fifth of the deadline to say so.
    """
    key = read_key(request) if request.method in METHODS else None
    if key is None:
        return
    identity = {
        "tenant_id": principal.tenant_id,
        "actor_id": principal.actor_id,
        "route": f"{request.method} {request.scope['route'].path_format}",
        "key": key,
    }
    fingerprint = await _fingerprint(request)
    if await _claim(session, identity, fingerprint, max(1, min(MAX_WAIT_MS, deadline_ms * 4 // 5))):
        session.info["idempotency"] = identity
        return
    raise await _replay(session, identity, fingerprint)


async def _claim(session: AsyncSession, identity: Mapping[str, Any], fingerprint: bytes, wait_ms: int) -> bool:
    try:
        return bool(await CLAIM.run(session, {**identity, "fingerprint": fingerprint, "wait_ms": str(wait_ms)}))
    except asyncpg.LockNotAvailableError as error:
        raise InProgress("The first request with this Idempotency-Key still runs. Try again.") from error


async def _replay(session: AsyncSession, identity: Mapping[str, Any], fingerprint: bytes) -> Exception:
    kept = (await KEPT.run(session, identity))[0]
    if kept["fingerprint"] != fingerprint:
        detail = "This Idempotency-Key was used for another request. Make a new key for each request."
        return KeyReused(
            detail,
            errors=[FieldError("idempotency_key_reused", detail, header="Idempotency-Key")],
        )
    return Replay(Response(kept["body"], kept["status"], {**kept["headers"], "Idempotent-Replayed": "true"}))


async def _fingerprint(request: Request) -> bytes:
    """Of the method, the path and the body: JSON in one spelling, a form's fields and files without its boundaries."""
    kind = header(request.scope, "content-type") or ""
    body = await _form_digest(request) if kind.startswith("multipart/") else await request.body()
    if "json" in kind and body:
        body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    return sha256(b"\n".join((request.method.encode(), request.scope["path"].encode(), body))).digest()


async def _form_digest(request: Request) -> bytes:
    """The form was read before the transaction began, its files into temporary ones."""
    digest = sha256()
    for name, value in (await request.form()).multi_items():
        digest.update(name.encode())
        if isinstance(value, str):
            digest.update(value.encode())
            continue
        while chunk := await value.read(CHUNK_BYTES):
            digest.update(chunk)
        await value.seek(0)
    return digest.digest()


async def remember(session: AsyncSession, response: Response) -> None:
    """Keeps the answer of the transaction's key, if it has one."""
    identity = session.info.get("idempotency")
    if identity is None:
        return
    headers = {key: value for key, value in response.headers.items() if key in KEPT_HEADERS}
    answer = {"status": response.status_code, "headers": orjson.dumps(headers).decode(), "body": bytes(response.body)}
    await REMEMBER.run(session, {**identity, **answer})


def idempotency_table_v1(op: Operations) -> None:
    op.execute(
        "create table idempotency_keys (tenant_id uuid not null, actor_id uuid not null, route varchar(300) not null,"
        " key varchar(255) not null, fingerprint bytea not null, status integer, headers jsonb, body bytea,"
        " created_at timestamptz not null default now(), primary key (tenant_id, actor_id, route, key))"
    )
    op.execute("create index idempotency_keys_created_at_idx on idempotency_keys (created_at)")
    tenant_table_v1(op, "idempotency_keys", system=True)
