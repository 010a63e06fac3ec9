"""Reads of interactions."""

from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, String, and_, bindparam, literal, select, type_coerce

from interaction_service.interactions.models import (
    Interaction,
    InteractionDeleted,
    InteractionKey,
    InteractionNotFound,
)
from interaction_service.known_contacts.expansions import EXPANSIONS, contact_field
from shared.query import Collection, Field, Kind, Query, Reader

INTERACTIONS = Interaction.__table__
KEYS = InteractionKey.__table__
OPEN = type_coerce(
    and_(INTERACTIONS.c.follow_up_at.isnot(None), INTERACTIONS.c.follow_up_done_at.is_(None)).self_group(), Boolean
)


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, INTERACTIONS.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("interaction", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("owner_id", Kind.UUID),
    _field("external_ids", filterable=False),
    _field("kind", nullable=False),
    _field("direction", nullable=False),
    contact_field(INTERACTIONS.c.contact_id, nullable=False),
    _field("company_id", Kind.UUID),
    _field("subject"),
    _field("body", filterable=False),
    _field("outcome"),
    _field("resolution", filterable=False),
    _field("duration_s", Kind.INTEGER, sortable=True),
    _field("responsible_id", Kind.UUID),
    _field("occurred_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("follow_up_at", Kind.INSTANT, sortable=True),
    _field("follow_up_done_at", Kind.INSTANT),
    Field("open", OPEN, Kind.BOOLEAN, nullable=False),
    _field("tags", Kind.TAGS),
]
COLLECTION = Collection(
    "interactions",
    INTERACTIONS,
    FIELDS,
    where=[INTERACTIONS.c.deleted_at.is_(None)],
    default_sort="-occurred_at",
    expansions=EXPANSIONS,
)
INTERACTION_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS), INTERACTIONS.c.deleted_at).where(
        INTERACTIONS.c.tenant_id == bindparam("tenant_id"), INTERACTIONS.c.id == bindparam("id")
    )
)
ID_BY_KEY = Query(
    select(KEYS.c.interaction_id).where(
        KEYS.c.tenant_id == bindparam("tenant_id"),
        KEYS.c.system == bindparam("system"),
        KEYS.c.external_id == bindparam("external_id"),
    )
)


async def get_interaction(reader: Reader, interaction_id: UUID) -> dict[str, Any]:
    """Raises InteractionNotFound, InteractionDeleted."""
    row = await reader.one_or_none(INTERACTION_BY_ID, id=interaction_id)
    if row is None:
        raise InteractionNotFound(f"There is no interaction {interaction_id}.")
    interaction = dict(row)
    if interaction.pop("deleted_at") is not None:
        raise InteractionDeleted(
            f"Interaction {interaction_id} was deleted. POST /v1/interactions/{interaction_id}/restore brings it back."
        )
    return interaction


async def get_by_external_id(reader: Reader, system: str, external_id: str) -> dict[str, Any]:
    """Raises InteractionNotFound."""
    interaction_id = await reader.value(ID_BY_KEY, system=system, external_id=external_id)
    missing = InteractionNotFound(f"No interaction has the id {external_id!r} in {system!r}.")
    if interaction_id is None:
        raise missing
    try:
        return await get_interaction(reader, interaction_id)
    except InteractionNotFound:  # the caller does not see it: he is not told its id
        raise missing from None
