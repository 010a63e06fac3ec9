"""Reads of traits."""

from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, String, Uuid, bindparam, literal, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.queries import get_contact
from contacts_service.traits.models import STANDING, Trait, TraitNotFound, name_key
from shared.query import Collection, Field, Kind, ListRequest, Page, Query, Reader
from shared.query.cursor import Cursors

TRAITS = Trait.__table__
_COUNTS = "{0}.superseded_at is null and {0}.deleted_at is null and coalesce({0}.expires_at > now(), true)"
_RANK = "{0}.origin = 'declared', {0}.observed_at, {0}.confidence, {0}.id"
# Declared before derived, then the newest, then the most certain.
IS_CURRENT = literal_column(
    f"""({_COUNTS.format("traits")} and not exists (
  select from traits better
  where better.tenant_id = traits.tenant_id and better.contact_id = traits.contact_id and better.kind = traits.kind
    and better.name_key = traits.name_key and {_COUNTS.format("better")}
    and ({_RANK.format("better")}) > ({_RANK.format("traits")})
))""",
    Boolean,
)
CONTACT_NAME = literal_column(
    "(select full_name from contacts where tenant_id = traits.tenant_id and id = traits.contact_id)", String
)
CONTACT_IS_LIVE = literal_column(
    "exists (select from contacts c where c.tenant_id = traits.tenant_id and c.id = traits.contact_id"
    " and c.deleted_at is null)",
    Boolean,
)


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, TRAITS.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("trait", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, nullable=False),
    _field("updated_at", Kind.INSTANT, nullable=False),
    _field("contact_id", Kind.UUID, nullable=False),
    Field("contact_name", CONTACT_NAME, Kind.TEXT, filterable=False),
    _field("kind", nullable=False),
    _field("name", filterable=False),
    _field("value", filterable=False),
    _field("origin", nullable=False),
    _field("source", nullable=False),
    _field("confidence", Kind.NUMBER, nullable=False),
    _field("observed_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("expires_at", Kind.INSTANT),
    Field("is_current", IS_CURRENT, Kind.BOOLEAN, filterable=False),
    Field("withdrawn_at", TRAITS.c.deleted_at, Kind.INSTANT, filterable=False),
    _field("superseded_at", Kind.INSTANT, filterable=False),
    _field("earlier_of", Kind.UUID),
]
OF_ALL = Collection("traits", TRAITS, FIELDS, where=[CONTACT_IS_LIVE], default_sort="-id")
OF_CONTACT = Collection("contact_traits", TRAITS, FIELDS, where=[CONTACT_IS_LIVE], default_sort="-observed_at")
ONE = select(*(field.expression.label(field.name) for field in FIELDS)).where(
    TRAITS.c.tenant_id == bindparam("tenant_id"), TRAITS.c.id == bindparam("id"), CONTACT_IS_LIVE
)
TRAIT_BY_ID = Query(ONE)
# What the index has, so that those of one name are found by it; IS_CURRENT says it of each row again.
STANDS = literal_column(f"(traits.{STANDING} and traits.deleted_at is null)", Boolean)
NAMED = TRAITS.c.name_key == bindparam("name_key", type_=String)


async def list_traits(
    reader: Reader, cursors: Cursors, request: ListRequest, *, name: str | None, history: bool
) -> Page:
    where, given = _asked(name, history=history)
    return await OF_ALL.page(reader, cursors, request.with_extra(**given), where=where)


async def list_of_contact(
    reader: Reader, cursors: Cursors, contact_id: UUID, request: ListRequest, *, name: str | None, history: bool
) -> Page:
    """The newest first. Raises ContactNotFound, ContactDeleted."""
    where, given = _asked(name, history=history)
    where["contact"] = TRAITS.c.contact_id == bindparam("contact_id", type_=Uuid)
    page = await OF_CONTACT.page(reader, cursors, request.with_extra(**given, contact_id=contact_id), where=where)
    if not page.data:
        await get_contact(reader, contact_id)
    return page


async def get_trait(reader: Reader, trait_id: UUID) -> dict[str, Any]:
    """Also one of the history. Raises TraitNotFound."""
    row = await reader.one_or_none(TRAIT_BY_ID, id=trait_id)
    if row is None:
        raise TraitNotFound(f"There is no trait {trait_id}.")
    return dict(row)


async def just_written(session: AsyncSession, trait_id: UUID) -> Any:
    """The trait as the transaction has left it. Raises TraitNotFound."""
    found = await session.execute(ONE, {"tenant_id": session.info["context"].tenant_id, "id": trait_id})
    if (row := found.one_or_none()) is None:
        raise TraitNotFound(f"The trait {trait_id} is of a contact that was deleted.")
    return row


def _asked(name: str | None, *, history: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Conditions, and their parameters."""
    where = {} if history else {"stands": STANDS, "current": IS_CURRENT}
    if name is None:
        return where, {}
    return {**where, "name": NAMED}, {"name_key": name_key(name)}
