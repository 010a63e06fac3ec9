"""Reads of topics and of those who subscribe to them."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, and_, bindparam, func, literal, select

from contacts_service.consents.queries import demand_contact
from contacts_service.contacts.models import Contact
from contacts_service.topics.models import Subscription, Topic, TopicDeleted, TopicNotFound
from shared.query import Collection, Field, Kind, Page, Query, Reader
from shared.query.cursor import Cursors

T, S, C = Topic.__table__, Subscription.__table__, Contact.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, T.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("topic", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("key", sortable=True, nullable=False),
    _field("name_th"),
    _field("name_en"),
    _field("description_th", filterable=False),
    _field("description_en", filterable=False),
    _field("purpose"),
    _field("subscribed_by_default", Kind.BOOLEAN),
    _field("frequency"),
]
COLLECTION = Collection("topics", T, FIELDS, where=[T.c.deleted_at.is_(None)], default_sort="key")
COLUMNS = [field.expression.label(field.name) for field in FIELDS]
BY_ID = Query(
    select(*COLUMNS, T.c.deleted_at).where(T.c.tenant_id == bindparam("tenant_id"), T.c.id == bindparam("id"))
)
OF_TOPIC = and_(S.c.tenant_id == T.c.tenant_id, S.c.topic_id == T.c.id)
CHOSEN = [
    func.coalesce(S.c.is_subscribed, T.c.subscribed_by_default).label("subscribed"),
    S.c.id.is_(None).label("is_default"),
    func.coalesce(S.c.frequency, T.c.frequency).label("frequency"),
    S.c.paused_until,
]
OF_CONTACT = Query(
    select(
        T.c.id.label("topic_id"),
        T.c.key.label("topic_key"),
        T.c.name_th,
        T.c.name_en,
        T.c.description_th,
        T.c.description_en,
        T.c.purpose,
        *CHOSEN,
        S.c.source,
        S.c.updated_at.label("changed_at"),
    )
    .select_from(T.outerjoin(S, and_(OF_TOPIC, S.c.contact_id == bindparam("contact_id", type_=Uuid))))
    .where(T.c.tenant_id == bindparam("tenant_id"), T.c.deleted_at.is_(None))
    .order_by(T.c.key)
)
LIVE = (C.c.tenant_id == bindparam("tenant_id"), C.c.deleted_at.is_(None), C.c.id > bindparam("after", type_=Uuid))
SHOWN = (C.c.id.label("contact_id"), S.c.frequency, S.c.paused_until, S.c.id.is_(None).label("is_default"))
MINE = and_(S.c.tenant_id == C.c.tenant_id, S.c.contact_id == C.c.id, S.c.topic_id == bindparam("topic_id", type_=Uuid))
WHO_CHOSE = Query(
    select(*SHOWN)
    .select_from(S.join(C, MINE))
    .where(
        *LIVE,
        S.c.tenant_id == bindparam("tenant_id"),
        S.c.contact_id > bindparam("after", type_=Uuid),
        S.c.is_subscribed,
    )
    .order_by(S.c.contact_id)
    .limit(bindparam("limit"))
)
WHO_DID_NOT_REFUSE = Query(
    select(*SHOWN)
    .select_from(C.outerjoin(S, MINE))
    .where(*LIVE, func.coalesce(S.c.is_subscribed, True))
    .order_by(C.c.id)
    .limit(bindparam("limit"))
)
FIRST = UUID(int=0)


async def get_topic(reader: Reader, topic_id: UUID) -> dict[str, Any]:
    """Raises TopicNotFound, TopicDeleted."""
    row = await reader.one_or_none(BY_ID, id=topic_id)
    if row is None:
        raise TopicNotFound(f"There is no topic {topic_id}.")
    topic = dict(row)
    if topic.pop("deleted_at") is not None:
        raise TopicDeleted(f"Topic {topic_id} was deleted.")
    return topic


async def subscriptions_of(reader: Reader, contact_id: UUID) -> list[dict[str, Any]]:
    """Of every topic, by key. Raises ContactNotFound, ContactDeleted."""
    await demand_contact(reader, contact_id)
    return await choices_of(reader, contact_id)


async def choices_of(reader: Reader, contact_id: UUID) -> list[dict[str, Any]]:
    return [dict(row) for row in await reader.rows(OF_CONTACT, contact_id=contact_id)]


async def subscribers(reader: Reader, cursors: Cursors, topic_id: UUID, *, limit: int, cursor: str | None) -> Page:
    """Live contacts, oldest first, whether they may be contacted or not.

    Raises TopicNotFound, TopicDeleted, BadCursor, CursorMismatch, CursorExpired.
    """
    topic = await get_topic(reader, topic_id)
    question = ["subscribers", str(topic_id)]
    [after] = cursors.open(reader.tenant_id, question, cursor) if cursor else [str(FIRST)]
    query = WHO_DID_NOT_REFUSE if topic["subscribed_by_default"] else WHO_CHOSE
    rows = [dict(row) for row in await reader.rows(query, topic_id=topic_id, after=after, limit=limit + 1)]
    data = [{**row, "frequency": row["frequency"] or topic["frequency"]} for row in rows[:limit]]
    more = len(rows) > limit
    return Page(data, cursors.seal(reader.tenant_id, question, [data[-1]["contact_id"]]) if more else None)
