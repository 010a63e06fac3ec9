"""Commands on interactions."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.interactions import events
from interaction_service.interactions.keys import add_keys, find_by_external_id, remove_keys
from interaction_service.interactions.models import (
    Interaction,
    InteractionDeleted,
    InteractionNotFound,
    new_interaction,
)
from shared.db.bulk import insert_rows
from shared.db.locks import lock_name
from shared.db.record import now
from shared.db.refusals import flush
from shared.db.sight import owned_by_viewer
from shared.db.versions import check_no_record, check_version
from shared.messaging import stage, stage_many

TABLE = cast("Table", Interaction.__table__)
COLUMNS = [column.name for column in TABLE.columns if column.name != "sync_xid"]


async def log_interaction(session: AsyncSession, given: Mapping[str, Any]) -> Interaction:
    """Raises InTheFuture, ExternalIdTaken, IdTaken."""
    interaction = make_interaction(session, given)
    session.add(interaction)
    await flush(session)
    await add_keys(session, [interaction])
    stage(session, events.InteractionLogged.of(interaction, sorted(given)))
    return interaction


async def log_interactions(session: AsyncSession, interactions: Sequence[Interaction]) -> None:
    """Many at once, made by `make_interaction`. Raises ExternalIdTaken, or IntegrityError for a taken id."""
    owned_by_viewer(session, interactions)
    rows = [{name: getattr(each, name) for name in COLUMNS} for each in interactions]
    await insert_rows(session, TABLE, rows)
    await add_keys(session, interactions)
    await stage_many(session, (events.InteractionLogged.of(each, []) for each in interactions))


def make_interaction(session: AsyncSession, given: Mapping[str, Any]) -> Interaction:
    """Not stored yet; the caller is responsible where nobody is named. Raises InTheFuture."""
    context = session.info["context"]
    return new_interaction(context.tenant_id, given, responsible_id=context.actor_id)


async def update_interaction(
    session: AsyncSession, interaction_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> Interaction:
    """A merge patch. A patch that changes nothing leaves the version alone.

    Raises InteractionNotFound, InteractionDeleted, VersionMismatch, InTheFuture, ExternalIdTaken.
    """
    interaction = await _live(session, interaction_id)
    check_version(interaction.version, if_version)
    contact_id = interaction.contact_id
    changed = interaction.change(given)
    if changed:
        await session.flush()
        if "external_ids" in changed:
            await remove_keys(session, interaction)
            await add_keys(session, [interaction])
        previous = contact_id if "contact_id" in changed else None
        stage(session, events.InteractionUpdated.of(interaction, changed, previous_contact_id=previous))
    return interaction


async def upsert_by_external_id(
    session: AsyncSession, system: str, external_id: str, given: Mapping[str, Any], *, if_version: int | None = None
) -> tuple[Interaction, bool]:
    """The interaction, and whether it is new. Two requests at once make one: the loser of the race updates."""
    interaction_id = await find_by_external_id(session, system, external_id)
    if interaction_id is None:
        await lock_name(session, "interaction", system, external_id)
        interaction_id = await find_by_external_id(session, system, external_id)
    if interaction_id is not None:
        changes = {name: value for name, value in given.items() if name != "id"}
        return await update_interaction(session, interaction_id, changes, if_version=if_version), False
    check_no_record(if_version)
    ids = [*given.get("external_ids", ()), {"system": system, "id": external_id}]
    distinct = list({(item["system"], item["id"]): item for item in ids}.values())
    return await log_interaction(session, {**given, "external_ids": distinct}), True


async def delete_interaction(session: AsyncSession, interaction_id: UUID, *, if_version: int | None = None) -> None:
    """Softly: its external ids become free. Raises InteractionNotFound, InteractionDeleted, VersionMismatch."""
    interaction = await _live(session, interaction_id)
    check_version(interaction.version, if_version)
    interaction.deleted_at = now()
    await session.flush()
    await remove_keys(session, interaction)
    stage(
        session,
        events.InteractionDeleted(
            interaction_id=interaction.id,
            version=interaction.version,
            contact_id=interaction.contact_id,
            deleted_at=interaction.deleted_at,
        ),
    )


async def restore_interaction(session: AsyncSession, interaction_id: UUID) -> Interaction:
    """Does nothing to a live one. Raises InteractionNotFound; ExternalIdTaken if another has its external id by now."""
    interaction = await _locked(session, interaction_id)
    if interaction.deleted_at is not None:
        interaction.deleted_at = None
        await session.flush()
        await add_keys(session, [interaction])
        stage(session, events.InteractionRestored.of(interaction, ["deleted_at"]))
    return interaction


async def _live(session: AsyncSession, interaction_id: UUID) -> Interaction:
    interaction = await _locked(session, interaction_id)
    if interaction.deleted_at is not None:
        raise InteractionDeleted(f"Interaction {interaction_id} was deleted. Restore it first.")
    return interaction


async def _locked(session: AsyncSession, interaction_id: UUID) -> Interaction:
    tenant_id = session.info["context"].tenant_id
    query = select(Interaction).where(Interaction.tenant_id == tenant_id, Interaction.id == interaction_id)
    found = await session.scalar(query.with_for_update(), execution_options={"populate_existing": True})
    if found is None:
        raise InteractionNotFound(f"There is no interaction {interaction_id}.")
    return found
