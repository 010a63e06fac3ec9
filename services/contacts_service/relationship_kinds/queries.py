"""Reads of kinds of relationships."""

from typing import Any

from sqlalchemy import bindparam, false, literal, select

from contacts_service.relationship_kinds.kinds import BUILT_IN
from contacts_service.relationship_kinds.models import RelationshipKind
from contacts_service.relationship_kinds.schemas import kind_read
from contacts_service.relationship_kinds.service import MAX_KINDS
from shared.query import Query, Reader

KINDS = RelationshipKind.__table__
OWN = Query(
    select(
        literal("relationship_kind").label("type"),
        *(KINDS.c[name] for name in ("key", "inverse_key", "name", "inverse_name")),
        KINDS.c.pairs.label("between"),
        false().label("built_in"),
        KINDS.c.version,
    )
    .where(KINDS.c.tenant_id == bindparam("tenant_id"), KINDS.c.deleted_at.is_(None))
    .order_by(KINDS.c.key)
    .limit(MAX_KINDS)
)
BUILT_IN_READ = [kind_read(kind, None).model_dump() for kind in BUILT_IN]


async def list_kinds(reader: Reader) -> list[dict[str, Any]]:
    """The built-in ones first, then the tenant's own by their keys."""
    return [*BUILT_IN_READ, *(dict(row) for row in await reader.rows(OWN))]
