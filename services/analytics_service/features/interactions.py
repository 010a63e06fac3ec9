"""What features take from interactions: how often somebody spoke with the customer, when and how last."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from analytics_service.features.events import InteractionGone, InteractionSeen
from analytics_service.features.touched import MEMBERS, TOUCHED, touched_contacts

REMEMBER = text("""
insert into known_interactions (tenant_id, id, version, contact_id, counted, kind, occurred_at)
select :tenant_id, id, version, contact_id, counted, kind, occurred_at
from unnest(cast(:id as uuid[]), cast(:version as bigint[]), cast(:contact_id as uuid[]), cast(:counted as boolean[]),
  cast(:kind as text[]), cast(:occurred_at as timestamptz[]))
  as new (id, version, contact_id, counted, kind, occurred_at)
order by id
on conflict (tenant_id, id) do update set
  version = excluded.version, contact_id = excluded.contact_id, previous_contact_id = known_interactions.contact_id,
  counted = excluded.counted, kind = excluded.kind, occurred_at = excluded.occurred_at
where known_interactions.version < excluded.version
returning contact_id, previous_contact_id
""")

SUM_UP = text(f"""
insert into features (tenant_id, contact_id, contact_count, last_contact_at, last_contact_kind)
select :tenant_id, contact_id, contacts, last_at, last_kind
from {TOUCHED}
cross join lateral (
  select count(*) as contacts, max(occurred_at) as last_at,
    (array_agg(kind order by occurred_at desc, id desc))[1] as last_kind
  from known_interactions
  where tenant_id = :tenant_id and contact_id = any({MEMBERS}) and counted
) as sums
on conflict (tenant_id, contact_id) do update set
  contact_count = excluded.contact_count, last_contact_at = excluded.last_contact_at,
  last_contact_kind = excluded.last_contact_kind
""")  # noqa: S608 - constants
"""Written so that both tables are reached by index whatever the planner believes of their sizes: a join is not."""


async def remember(
    session: AsyncSession, tenant_id: UUID, events: Sequence[InteractionSeen | InteractionGone]
) -> list[UUID]:
    """Returns the contacts whose sums change. One event an interaction."""
    if not events:
        return []
    changed = await session.execute(REMEMBER, {"tenant_id": tenant_id, **_columns(events)})
    return touched_contacts((row.contact_id, row.previous_contact_id) for row in changed)


async def sum_up(session: AsyncSession, tenant_id: UUID, contact_ids: Sequence[UUID]) -> None:
    """Their features are locked by now."""
    if contact_ids:
        await session.execute(SUM_UP, {"tenant_id": tenant_id, "contact_ids": contact_ids})


def _columns(events: Sequence[InteractionSeen | InteractionGone]) -> dict[str, object]:
    """Of a deleted interaction nothing is left but its version."""
    live = [event if isinstance(event, InteractionSeen) else None for event in events]
    return {
        "id": [event.interaction_id for event in events],
        "version": [event.version for event in events],
        "contact_id": [event and event.contact_id for event in live],
        "counted": [event is not None and event.counted for event in live],
        "kind": [event and event.kind for event in live],
        "occurred_at": [event and event.occurred_at for event in live],
    }
