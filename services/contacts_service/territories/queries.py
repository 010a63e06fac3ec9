"""Reads of territories and of their customers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, bindparam, cast, column, exists, func, literal, select
from sqlalchemy.sql.expression import FromClause

from contacts_service.contacts.queries import COLLECTION as CONTACT_COLLECTION
from contacts_service.contacts.queries import CONTACTS, LIVE
from contacts_service.territories.belonging import TERRITORIES, belongs, meets
from contacts_service.territories.models import CONDITIONS, TerritoryDeleted, TerritoryNotFound
from shared.query import Collection, Field, Kind, ListRequest, Page, Query, Reader
from shared.query.cursor import Cursors
from shared.query.questions import TOTAL_CAP

LISTS = (*CONDITIONS, "contact_ids")
FIELDS = [
    Field("id", TERRITORIES.c.id, Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("territory", String), Kind.TEXT, filterable=False),
    Field("version", TERRITORIES.c.version, Kind.INTEGER, filterable=False),
    Field("created_at", TERRITORIES.c.created_at, Kind.INSTANT, sortable=True, nullable=False),
    Field("updated_at", TERRITORIES.c.updated_at, Kind.INSTANT, sortable=True, nullable=False),
    Field("name", TERRITORIES.c.name, Kind.TEXT, sortable=True, nullable=False),
    Field("priority", TERRITORIES.c.priority, Kind.INTEGER, sortable=True, nullable=False),
    Field("team_id", TERRITORIES.c.team_id, Kind.UUID),
    Field("user_id", TERRITORIES.c.user_id, Kind.UUID),
    *(Field(name, TERRITORIES.c[name], Kind.TAGS, filterable=name in ("provinces", "tags")) for name in LISTS),
]
LIVE_TERRITORY = TERRITORIES.c.deleted_at.is_(None)
COLLECTION = Collection("territories", TERRITORIES, FIELDS, where=[LIVE_TERRITORY], default_sort="priority")
TERRITORY_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS), TERRITORIES.c.deleted_at).where(
        TERRITORIES.c.tenant_id == bindparam("tenant_id"), TERRITORIES.c.id == bindparam("id")
    )
)
IN_TERRITORY = exists().where(
    TERRITORIES.c.tenant_id == bindparam("tenant_id"),
    TERRITORIES.c.id == bindparam("territory_id"),
    belongs(CONTACTS, TERRITORIES, bindparam("tenant_id")),
)


def _given() -> FromClause:
    """A territory that is not stored: its lists are parameters."""
    columns = (cast(bindparam(name), TERRITORIES.c[name].type).label(name) for name in LISTS)
    return select(*columns).subquery("given")


GIVEN = _given()
MEETING = (
    select(literal(1).label("one"))
    .select_from(CONTACTS.join(GIVEN, meets(CONTACTS, GIVEN)))
    .where(and_(CONTACTS.c.tenant_id == bindparam("tenant_id"), LIVE))
    .limit(TOTAL_CAP + 1)
    .subquery()
)
PREVIEW = Query(select(func.count(column("one"))).select_from(MEETING))


async def get_territory(reader: Reader, territory_id: UUID) -> dict[str, Any]:
    """Raises TerritoryNotFound, TerritoryDeleted."""
    row = await reader.one_or_none(TERRITORY_BY_ID, id=territory_id)
    if row is None:
        raise TerritoryNotFound(f"There is no territory {territory_id}.")
    territory = dict(row)
    if territory.pop("deleted_at") is not None:
        raise TerritoryDeleted(f"Territory {territory_id} was deleted.")
    return territory


async def contacts_of(reader: Reader, cursors: Cursors, territory_id: UUID, request: ListRequest) -> Page:
    """Those that meet it and no territory that comes before it. Raises TerritoryNotFound, TerritoryDeleted."""
    await get_territory(reader, territory_id)
    asked = request.with_extra(territory_id=str(territory_id))
    return await CONTACT_COLLECTION.page(reader, cursors, asked, where={"in_territory": IN_TERRITORY})


async def preview(reader: Reader, rule: Mapping[str, Any]) -> dict[str, Any]:
    """The number of contacts that would meet these conditions."""
    count = await reader.value(PREVIEW, **{name: [str(value) for value in rule[name]] for name in LISTS})
    return {"value": min(count, TOTAL_CAP), "relation": "gte" if count > TOTAL_CAP else "eq"}
