"""Events leave a transaction through the outbox: they exist if, and only if, it commits.

Writers in SQL may fill `outbox` themselves, in the same statement as their change. They give tenant_id, topic, key,
type, subject, version (or null), headers (`headers_of(context)`) and body; partition, id, event_id and time have
  defaults. Afterwards they call
`wake_after_commit(session)`. Take the aggregate's row lock first: rows of one key are published in the order of their
  ids.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary, WeakSet

import orjson
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from shared.db.record import now
from shared.db.statement import Statement
from shared.db.unit import Unit, UnitSession, after_commit, before_commit
from shared.errors import PayloadTooLargeError
from shared.ids import new_id
from shared.messaging.event import Envelope, Event, topic_of
from shared.messaging.message import Message, context_after, headers_of
from shared.observability.context import Context

CHUNK = 5_000
MAX_BODY = 128 * 1024
INSERT_OUTBOX = Statement("""
insert into outbox (tenant_id, topic, key, event_id, type, subject, version, time, headers, body)
select :tenant_id, topic, key, event_id, type, subject, version, time, headers, body
from json_to_recordset(cast(:events as json)) as row (topic text, key text, event_id uuid, type text, subject text,
  version bigint, time timestamptz, headers json, body json)
""")

_STAGED = "staged_events"
_WAKE = "wake_relay"
_relays: "WeakKeyDictionary[Engine, WeakSet[asyncio.Event]]" = WeakKeyDictionary()


def stage(session: AsyncSession, *events: Event, cause: Envelope | None = None) -> None:
    """Adds events to the transaction: flush first, so that they carry versions and ids from the database.

    They are written by one statement when the transaction commits. `cause` is the event that a consumer reacts to,
    where the session's context does not say it already (handlers of batches).
    """
    if events:
        context = _context(session) if cause is None else context_after(cause)
        staged = session.info.setdefault(_STAGED, [])
        scope = _scope(session)
        staged.extend((scope, row) for row in outbox_rows(events, context))


async def stage_many(session: AsyncSession, events: Iterable[Event]) -> int:
    """Writes any number of events at once, in bounded memory; returns how many. For imports and other bulk work."""
    context = _context(session)
    count = 0
    source = iter(events)
    while chunk := list(islice(source, CHUNK)):
        rows = outbox_rows(chunk, context)
        await INSERT_OUTBOX.run(session, outbox_columns(rows))
        count += len(rows)
    if count:
        wake_after_commit(session)
    return count


async def write_staged(session: AsyncSession) -> None:
    """Writes now what is staged: needed before a session goes on as another tenant."""
    rows = _take(session.info, None)
    for start in range(0, len(rows), CHUNK):
        await INSERT_OUTBOX.run(session, outbox_columns(rows[start : start + CHUNK]))
    if rows:
        wake_after_commit(session)


def staged(session: AsyncSession) -> list[Message]:
    """What the open transaction has staged and not written yet, in order."""
    return [row for _, row in session.info.get(_STAGED, ())]


def outbox_rows(events: Iterable[Event], context: Context) -> list[Message]:
    headers = headers_of(context)
    moment = now()
    return [_row(fact, context.tenant_id, moment, headers) for fact in events]


def _row(fact: Event, tenant_id: UUID, moment: datetime, headers: str) -> Message:
    key = fact.key
    return Message(
        tenant_id=tenant_id,
        key=key,
        event_id=new_id(),
        type=fact.event_type,
        subject=key if fact.subject_field == fact.key_field else fact.subject,
        version=fact.aggregate_version,
        time=moment,
        headers=headers,
        body=_body(fact),
    )


def _body(fact: Event) -> str:
    body = fact.model_dump_json()
    if len(body) > MAX_BODY:
        raise PayloadTooLargeError(f"An event of {len(body)} characters: {fact.event_type} carries at most {MAX_BODY}.")
    return body


def event_columns(session: AsyncSession, events: Iterable[Event]) -> dict[str, Any]:
    """The parameters of INSERT_OUTBOX as part of a larger statement, after which `wake_after_commit` is due."""
    return outbox_columns(outbox_rows(events, _context(session)))


def outbox_columns(rows: Sequence[Message]) -> dict[str, Any]:
    """The parameters of INSERT_OUTBOX; all rows are of one tenant. A document: the driver looks at each element of an
    array several times."""
    return {"tenant_id": rows[0].tenant_id, "events": orjson.dumps([_columns(row) for row in rows]).decode()}


def _columns(row: Message) -> dict[str, Any]:
    """Headers and body are JSON already, and stay as they are written."""
    return {
        "topic": topic_of(row.type),
        "key": row.key,
        "event_id": row.event_id,
        "type": row.type,
        "subject": row.subject,
        "version": row.version,
        "time": row.time,
        "headers": orjson.Fragment(row.headers),
        "body": orjson.Fragment(row.body),
    }


def wake_after_commit(session: AsyncSession) -> None:
    """Tells this process's relay to look at the outbox as soon as the transaction is committed."""
    session.info[_WAKE] = True


def wake(engine: AsyncEngine) -> None:
    """For writers that commit without a session."""
    for relay in _relays.get(engine.sync_engine, ()):
        relay.set()


def wakes(engine: AsyncEngine) -> asyncio.Event:
    """A new event that is set after each commit with events on this engine. The caller keeps it alive."""
    relay = asyncio.Event()
    _relays.setdefault(engine.sync_engine, WeakSet()).add(relay)
    return relay


def _context(session: AsyncSession) -> Context:
    context: Context | None = session.info.get("context")
    if context is None:
        raise LookupError("Events need a tenant: open the transaction with a context.")
    return context


def _scope(session: AsyncSession) -> SessionTransaction | None:
    return session.sync_session.get_nested_transaction() if session.in_nested_transaction() else None


def _take(info: dict[Any, Any], scope: SessionTransaction | None) -> list[Message]:
    """Removes and returns what was staged in a savepoint, or everything."""
    entries = info.get(_STAGED, [])
    info[_STAGED] = [] if scope is None else [entry for entry in entries if entry[0] is not scope]
    return [row for owner, row in entries if scope is None or owner is scope]


def _wake_after_commit(unit: Unit) -> None:
    if unit.info.pop(_WAKE, False):
        wake(unit.engine)


before_commit.append(write_staged)
after_commit.append(_wake_after_commit)


@event.listens_for(UnitSession, "after_soft_rollback")
def _forget_rolled_back(session: Session, ended: SessionTransaction) -> None:
    if ended.nested:
        _take(session.info, ended)
