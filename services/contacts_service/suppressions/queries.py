"""Reads of suppressed addresses."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, String, any_, bindparam, func, literal, select

from contacts_service.suppressions.models import NOBODY, Address, Digests, SuppressedAddress
from shared.query import Collection, Field, Kind, Query, Reader

S = SuppressedAddress.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, S.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("suppressed_address", String), Kind.TEXT, filterable=False),
    _field("kind"),
    _field("channel"),
    _field("purpose"),
    Field("contact_id", func.nullif(S.c.contact_id, NOBODY), Kind.UUID),
    _field("reason", filterable=False),
    _field("source"),
    _field("created_at", Kind.INSTANT, filterable=False),
    _field("created_by", Kind.UUID, filterable=False),
]
COLLECTION = Collection("suppressed addresses", S, FIELDS, default_sort="-id")
BY_DIGEST = Query(
    select(S.c.digest, *(field.expression.label(field.name) for field in FIELDS))
    .where(S.c.tenant_id == bindparam("tenant_id"), S.c.digest == any_(bindparam("digests", type_=ARRAY(String))))
    .order_by(S.c.id)
)


async def suppressed(
    reader: Reader, digests: Digests, addresses: Sequence[Address]
) -> dict[Address, list[dict[str, Any]]]:
    """What is suppressed of addresses, by address."""
    wanted = digests.all(reader.tenant_id, addresses)
    found: dict[Address, list[dict[str, Any]]] = {}
    for row in await reader.rows(BY_DIGEST, digests=list(wanted)) if wanted else ():
        shown = dict(row)
        found.setdefault(wanted[shown.pop("digest")], []).append(shown)
    return found
