"""Reads of API keys. The hash of the secret never leaves."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, literal, select

from gateway.api_keys.key import PREFIX
from gateway.api_keys.models import ApiKey
from gateway.api_keys.service import ApiKeyNotFound, ApiKeyRevoked
from shared.query import Collection, Field, Kind, Query, Reader

KEYS = ApiKey.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, KEYS.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("api_key", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, filterable=False, nullable=False),
    _field("owner_id", Kind.UUID),
    _field("name", sortable=True, nullable=False),
    _field("integration_id", Kind.UUID),
    _field("scopes", Kind.TAGS),
    Field("hint", literal(PREFIX, String).concat(KEYS.c.key_id), Kind.TEXT, filterable=False),
    _field("expires_at", Kind.INSTANT),
    _field("last_used_at", Kind.INSTANT),
]
COLLECTION = Collection("api_keys", KEYS, FIELDS, where=[KEYS.c.deleted_at.is_(None)])
BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS), KEYS.c.deleted_at).where(
        KEYS.c.tenant_id == bindparam("tenant_id"), KEYS.c.id == bindparam("id")
    )
)


async def get_key(reader: Reader, api_key_id: UUID) -> dict[str, Any]:
    """Raises ApiKeyNotFound, ApiKeyRevoked."""
    row = await reader.one_or_none(BY_ID, id=api_key_id)
    if row is None:
        raise ApiKeyNotFound(f"There is no API key {api_key_id}.")
    found = dict(row)
    if found.pop("deleted_at") is not None:
        raise ApiKeyRevoked(f"API key {api_key_id} was revoked.")
    return found
