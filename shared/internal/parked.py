"""/internal/<service>/parked"""

from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import Query, Request

from shared.errors import NotFoundError
from shared.internal.deps import ConsumersDep, SystemDep, SystemSessionDep, find
from shared.internal.schemas import (
    MAX_EVENTS,
    CursorText,
    Discarded,
    DiscardOrder,
    FailedKeyRead,
    Fingerprint,
    Key,
    Name,
    ParkedEventRead,
    ParkedEvents,
    ParkedGroupRead,
    ParkedGroups,
    Replayed,
    ReplayOrder,
)
from shared.messaging.message import NO_TENANT
from shared.messaging.parked import ParkedEvent, Place, Wanted, discard, list_events, list_parked
from shared.messaging.replay import ParkedKey, replay
from shared.web import APIRouter, CursorsDep
from shared.web.deps import deadline_ms

router = APIRouter()
log = structlog.get_logger()


class NothingParked(NotFoundError):
    code = "nothing_parked"


@router.get("/parked")
async def list_groups(
    session: SystemSessionDep, consumers: ConsumersDep, consumer: Name | None = None, tenant_id: UUID | None = None
) -> ParkedGroups:
    """Bad events by kind of error, over all tenants, the latest kind first; at most 200."""
    if consumer is not None:
        find(consumers, consumer, parameter="consumer")
    groups = await list_parked(session, Wanted(consumer, tenant_id))
    return ParkedGroups(data=[ParkedGroupRead.model_validate(group) for group in groups])


@router.get("/parked/events")
async def list_group(
    session: SystemSessionDep,
    consumers: ConsumersDep,
    cursors: CursorsDep,
    consumer: Name,
    fingerprint: Fingerprint | None = None,
    tenant_id: UUID | None = None,
    key: Key | None = None,
    include_body: bool = False,
    limit: Annotated[int, Query(ge=1, le=MAX_EVENTS)] = 50,
    cursor: CursorText | None = None,
) -> ParkedEvents:
    """The events themselves, those of a key in the order of a replay."""
    wanted = Wanted(find(consumers, consumer, parameter="consumer").name, tenant_id, fingerprint, key)
    question = ["parked", *_question(wanted)]
    after = None if cursor is None else _place(cursors.open(NO_TENANT, question, cursor))
    found = await list_events(session, wanted, after=after, limit=limit + 1)
    events, more = found[:limit], found[limit:]
    return ParkedEvents(
        data=[_event(event, include_body=include_body) for event in events],
        next_cursor=cursors.seal(NO_TENANT, question, _position(events[-1].place)) if more else None,
    )


@router.post("/parked/replay")
async def replay_parked(
    request: Request, system: SystemDep, consumers: ConsumersDep, cursors: CursorsDep, body: ReplayOrder
) -> Replayed:
    """Apply what is parked, each key in order, for as long as the request's deadline lets us."""
    consumer = find(consumers, body.consumer, pointer="/consumer")
    wanted = Wanted(consumer.name, body.tenant_id, body.fingerprint, body.key)
    question = ["replay", *_question(wanted)]
    start = None if body.cursor is None else _key(cursors.open(NO_TENANT, question, body.cursor))
    budget_s = deadline_ms(request) / 2_000
    done = await replay(request.app.state.database, system, consumer, wanted, start=start, budget_s=budget_s)
    if start is None and not (done.applied or done.failed or done.next):
        raise NothingParked(_nothing(wanted))
    log.warning("operator replayed", **_told(wanted), applied=done.applied, failed=len(done.failed))
    return Replayed(
        applied=done.applied,
        failed=[FailedKeyRead.model_validate(each) for each in done.failed],
        next_cursor=cursors.seal(NO_TENANT, question, _position(done.next)) if done.next else None,
    )


@router.post("/parked/discard")
async def discard_parked(system: SystemDep, consumers: ConsumersDep, body: DiscardOrder) -> Discarded:
    """Give bad events up for good. Replay the fingerprint `behind` for those that waited for them."""
    consumer = find(consumers, body.consumer, pointer="/consumer")
    wanted = Wanted(consumer.name, body.tenant_id, body.fingerprint, body.key)
    count = await discard(system, consumer.name, wanted)
    if count == 0:
        raise NothingParked(_nothing(wanted))
    log.warning("operator discarded", **_told(wanted), discarded=count)
    return Discarded(discarded=count)


def _question(wanted: Wanted) -> list[str | None]:
    tenant = None if wanted.tenant_id is None else str(wanted.tenant_id)
    return [wanted.consumer, tenant, wanted.fingerprint, wanted.key]


def _told(wanted: Wanted) -> dict[str, Any]:
    return {"consumer": wanted.consumer, "fingerprint": wanted.fingerprint, "tenant_id": wanted.tenant_id}


def _nothing(wanted: Wanted) -> str:
    return f"Nothing of {wanted.consumer} is parked that matches. See what is: GET …/parked."


def _position(of: Place | ParkedKey) -> list[Any]:
    return [str(of.tenant_id), *of[1:]]


def _place(position: list[Any]) -> Place:
    tenant_id, topic, partition, offset = position
    return Place(UUID(tenant_id), topic, partition, offset)


def _key(position: list[Any]) -> ParkedKey:
    tenant_id, key = position
    return ParkedKey(UUID(tenant_id), key)


def _event(event: ParkedEvent, *, include_body: bool) -> ParkedEventRead:
    read = ParkedEventRead.model_validate(event)
    return read if include_body else read.model_copy(update={"body": None})
