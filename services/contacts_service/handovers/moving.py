"""Contacts change hands by the thousand: one statement locks them, changes them, notes whose they were and tells it."""

from typing import Any
from typing import cast as as_type
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Table,
    Uuid,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.events import ContactUpdated, OwnerChanged
from contacts_service.contacts.models import Contact
from contacts_service.contacts.owners import ContactOwner
from contacts_service.handovers.models import MAX_MOVED, Handover
from contacts_service.handovers.telling import owner_changed, updated
from shared.db.record import now
from shared.db.sight import seen_condition
from shared.messaging.event import Event
from shared.messaging.message import headers_of
from shared.messaging.outbox import wake_after_commit
from shared.messaging.tables import outbox

CONTACTS, OWNERS = as_type("Table", Contact.__table__), as_type("Table", ContactOwner.__table__)
NOTED = (
    "tenant_id", "contact_id", "version", "from_owner_id", "to_owner_id", "changed_at", "changed_by", "handover_id",
)  # fmt: skip
FEW = 1_000
WITHOUT_LOOPS, WITH_LOOPS = text("set local enable_nestloop = off"), text("set local enable_nestloop = on")
"""Right after the first large import statistics know of no contacts yet: the planner then compared 20,000 contacts with
20,000 for half a minute. More than FEW are worth a look at all contacts of the tenant, once."""
TOLD = ("tenant_id", "topic", "key", "type", "subject", "version", "headers", "body")


async def move(session: AsyncSession, handover: Handover, *where: ColumnElement[bool], **given: Any) -> int:
    """The contacts that meet these conditions (with their parameters) go to the handover's new owner, the first ones
    by id, at most MAX_MOVED. Returns how many there were that were not his already."""
    wanted = _wanted(session, *where).add_columns(cast(literal(handover.to_owner_id, Uuid), Uuid).label("to_owner_id"))
    return await _move(session, handover, wanted.where(_is_not(handover.to_owner_id)), given)


async def move_back(session: AsyncSession, handover: Handover) -> int:
    """Those that are still with whom they were handed to, to whom each came from; as `move` does."""
    came = (
        OWNERS.c.tenant_id == handover.tenant_id,
        OWNERS.c.handover_id == handover.id,
        OWNERS.c.contact_id == CONTACTS.c.id,
        OWNERS.c.to_owner_id.is_not_distinct_from(handover.to_owner_id),
    )
    wanted = _wanted(session, *came, CONTACTS.c.owner_id.is_not_distinct_from(handover.to_owner_id))
    return await _move(session, handover, wanted.add_columns(OWNERS.c.from_owner_id.label("to_owner_id")), {})


async def count(session: AsyncSession, to_owner_id: UUID | None, *where: ColumnElement[bool], **given: Any) -> int:
    """How many `move` would move."""
    wanted = _wanted(session, *where).where(_is_not(to_owner_id)).limit(MAX_MOVED)
    return await session.scalar(select(func.count()).select_from(wanted.subquery()), given) or 0


def _is_not(owner_id: UUID | None) -> ColumnElement[bool]:
    return CONTACTS.c.owner_id.is_distinct_from(owner_id) if owner_id else CONTACTS.c.owner_id.is_not(None)


def _wanted(session: AsyncSession, *where: ColumnElement[bool]) -> Select[Any]:
    tenant_id = session.info["context"].tenant_id
    found = select(CONTACTS.c.id, CONTACTS.c.owner_id.label("from_owner_id")).where(
        CONTACTS.c.tenant_id == tenant_id, CONTACTS.c.deleted_at.is_(None), *where
    )
    seen = seen_condition(session, "contacts")
    return found if seen is None else found.where(seen)


async def _move(session: AsyncSession, handover: Handover, wanted: Select[Any], given: dict[str, Any]) -> int:
    first = wanted.order_by(CONTACTS.c.id).limit(MAX_MOVED).with_for_update(of=CONTACTS).cte("wanted")
    moved = _moved(handover.tenant_id, first)
    context = session.info["context"]
    own = {"actor_id": context.actor_id, "handover_id": handover.id, "headers": headers_of(context)}
    statement = select(func.count()).select_from(moved).add_cte(_noted(moved), _told(moved))
    wake_after_commit(session)
    some = select(func.count()).select_from(wanted.limit(FEW + 1).subquery())
    are_many = (await session.scalar(some, given) or 0) > FEW
    if are_many:
        await session.execute(WITHOUT_LOOPS)
    moved_count = await session.scalar(statement, {**given, **own}) or 0
    if are_many:
        await session.execute(WITH_LOOPS)
    return moved_count


def _moved(tenant_id: UUID, wanted: CTE) -> CTE:
    changed = (
        update(CONTACTS)
        .where(CONTACTS.c.tenant_id == tenant_id, CONTACTS.c.id == wanted.c.id)
        .values(owner_id=wanted.c.to_owner_id, version=CONTACTS.c.version + 1, updated_at=now())
    )
    columns = [column for column in CONTACTS.c if column.name != "sync_xid"]
    return changed.returning(*columns, wanted.c.from_owner_id).cte("moved")


def _noted(moved: CTE) -> CTE:
    c = moved.c
    by, on = bindparam("actor_id", type_=Uuid), bindparam("handover_id", type_=Uuid)
    rows = select(c.tenant_id, c.id, c.version, c.from_owner_id, c.owner_id, c.updated_at, by, on)
    return insert(OWNERS).from_select(NOTED, rows).cte("noted")


def _told(moved: CTE) -> CTE:
    facts = union_all(
        _facts(moved, ContactUpdated, updated(moved)),
        _facts(moved, OwnerChanged, owner_changed(moved, bindparam("handover_id", type_=Uuid))),
    )
    return insert(outbox).from_select(TOLD, facts).cte("told")


def _facts(moved: CTE, event: type[Event], body: ColumnElement[Any]) -> Select[Any]:
    key = cast(moved.c.id, outbox.c.key.type)
    headers = cast(bindparam("headers", type_=outbox.c.key.type), outbox.c.headers.type)
    c = moved.c
    topic, kind = literal(event.topic), literal(event.event_type)
    return select(c.tenant_id, topic, key, kind, key, c.version, headers, body)
