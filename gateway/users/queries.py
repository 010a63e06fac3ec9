"""Reads of users."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, literal, select

from gateway.users.models import User, UserGone, UserNotFound
from shared.query import Collection, Field, Kind, Query, Reader

USERS = User.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, USERS.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("user", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("owner_id", Kind.UUID, filterable=False),
    _field("email", sortable=True, nullable=False),
    _field("full_name", sortable=True, nullable=False),
    _field("roles", Kind.TAGS),
    _field("visibility"),
    _field("disabled_at", Kind.INSTANT),
]
COLLECTION = Collection("users", USERS, FIELDS, where=[USERS.c.deleted_at.is_(None)])
BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS), USERS.c.deleted_at).where(
        USERS.c.tenant_id == bindparam("tenant_id"), USERS.c.id == bindparam("id")
    )
)


async def get_user(reader: Reader, user_id: UUID) -> dict[str, Any]:
    """Raises UserNotFound, UserGone."""
    row = await reader.one_or_none(BY_ID, id=user_id)
    if row is None:
        raise UserNotFound(f"There is no user {user_id}.")
    found = dict(row)
    if found.pop("deleted_at") is not None:
        raise UserGone(f"User {user_id} was deleted.")
    return found
