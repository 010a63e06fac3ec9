"""Ids that other systems gave to interactions: unique among a tenant's live ones. Set-based."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.interactions.models import ExternalIdTaken, Interaction
from shared.db.sight import seen_ids
from shared.errors import FieldError

REMOVE = text("delete from interaction_keys where tenant_id = :tenant_id and interaction_id = :id")
ADD = text("""
insert into interaction_keys (tenant_id, system, external_id, interaction_id)
select :tenant_id, system, external_id, interaction_id
from unnest(cast(:systems as text[]), cast(:external_ids as text[]), cast(:owners as uuid[]))
  as new (system, external_id, interaction_id)
""")
FIND = text("""
select interaction_id from interaction_keys
where tenant_id = :tenant_id and system = :system and external_id = :external_id
""")


async def add_keys(session: AsyncSession, interactions: Sequence[Interaction]) -> None:
    """Of interactions that have none yet. Raises ExternalIdTaken: the primary key decides."""
    owned = [(system, external_id, each.id) for each in interactions for system, external_id in each.match_keys()]
    if not owned:
        return
    systems, external_ids, owners = zip(*owned, strict=True)
    tenant_id = interactions[0].tenant_id
    given = {"tenant_id": tenant_id, "systems": systems, "external_ids": external_ids, "owners": owners}
    try:
        await session.execute(ADD, given)
    except IntegrityError as error:
        detail = "This external id already belongs to another interaction."
        place = FieldError("external_id_taken", detail, pointer="/external_ids")
        raise ExternalIdTaken(detail, errors=[place]) from error


async def remove_keys(session: AsyncSession, interaction: Interaction) -> None:
    await session.execute(REMOVE, {"tenant_id": interaction.tenant_id, "id": interaction.id})


async def find_by_external_id(session: AsyncSession, system: str, external_id: str) -> UUID | None:
    """Of those that the session's viewer sees; whoever takes the id of another one learns that it is taken."""
    given = {"tenant_id": session.info["context"].tenant_id, "system": system, "external_id": external_id}
    found: UUID | None = await session.scalar(FIND, given)
    return found if found in await seen_ids(session, "interactions", [found] if found else []) else None
