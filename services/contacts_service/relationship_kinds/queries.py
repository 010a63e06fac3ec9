"""Reads of kinds of relationships."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from contacts_service.relationship_kinds.kinds import BUILT_IN
from contacts_service.relationship_kinds.models import RelationshipKind
from contacts_service.relationship_kinds.schemas import KindRead, kind_read
from contacts_service.relationship_kinds.service import MAX_KINDS
from shared.query import Query, Reader

KINDS = RelationshipKind.__table__
OWN = Query(
    select(*(KINDS.c[name] for name in ("key", "inverse_key", "name", "inverse_name", "pairs", "version")))
    .where(KINDS.c.tenant_id == bindparam("tenant_id"), KINDS.c.deleted_at.is_(None))
    .order_by(KINDS.c.key)
    .limit(MAX_KINDS)
)


async def list_kinds(reader: Reader) -> Sequence[KindRead]:
    """The built-in ones first, then the tenant's own by their keys."""
    own = [dict(row) for row in await reader.rows(OWN)]
    versions = [row.pop("version") for row in own]
    kinds = [RelationshipKind(**row).as_kind() for row in own]
    return [
        *(kind_read(kind, None) for kind in BUILT_IN),
        *(kind_read(kind, version) for kind, version in zip(kinds, versions, strict=True)),
    ]
