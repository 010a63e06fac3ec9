"""Commands on contacts' stages."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.bulk import load_contacts, update_contacts
from contacts_service.contacts.many import Change, Outcome, change_many, change_one
from contacts_service.contacts.models import Contact
from contacts_service.stages.machine import Lifecycle
from contacts_service.stages.moves import Cause
from contacts_service.stages.service import load_lifecycle
from shared import operations
from shared.operations import Operation

APPLY_RULES = "apply_lifecycle_rules"
ORDERS = text("""
with recursive up (id, merged_into) as (
  select id, merged_into from contacts where tenant_id = :tenant_id and id = any(cast(:ids as uuid[]))
  union
  select contacts.id, contacts.merged_into from up
  join contacts on contacts.tenant_id = :tenant_id and contacts.id = up.merged_into
), member (id, contact_id) as (
  select id, id from up where merged_into is null
  union all
  select contacts.id, member.contact_id from member
  join contacts on contacts.tenant_id = :tenant_id and contacts.merged_into = member.id
)
select member.contact_id, count(*) as orders from member
join contact_orders on contact_orders.tenant_id = :tenant_id and contact_orders.contact_id = member.id
where counts group by member.contact_id
""")
"""Orders keep the contact that they name; those of merged ones count for whoever stands for them."""


async def move_contact(session: AsyncSession, contact_id: UUID, stage: str, reason: str | None) -> Contact:
    """Raises ContactNotFound, ContactDeleted, UnknownStage, MoveRefused."""
    move = _moving(await load_lifecycle(session), stage, reason)
    return await change_one(session, contact_id, move, cause=Cause(reason=reason))


async def move_contacts(session: AsyncSession, ids: Sequence[UUID], stage: str, reason: str | None) -> Outcome:
    """Who may not move there stays where it is. Raises UnknownStage."""
    lifecycle = await load_lifecycle(session)
    lifecycle.check_move(None, stage)
    return await change_many(session, ids, _moving(lifecycle, stage, reason), cause=Cause(reason=reason))


async def start_rules(session: AsyncSession) -> Operation:
    """The rules for all who have orders; from then on they follow by themselves."""
    return await operations.start(session, APPLY_RULES, {})


async def apply_rules(session: AsyncSession, ids: Sequence[UUID]) -> int:
    """Moves contacts forward to what their orders make them, never back; returns how many moved."""
    lifecycle = await load_lifecycle(session)
    if not lifecycle.rules or not ids:
        return 0
    tenant_id = session.info["context"].tenant_id
    rows = await session.execute(ORDERS, {"tenant_id": tenant_id, "ids": list(ids)})
    wanted = {row.contact_id: stage for row in rows if (stage := _earned(lifecycle, row.orders))}
    by_stage: dict[str, list[tuple[Contact, list[str]]]] = {}
    for contact in (await _behind(session, lifecycle, wanted)).values():
        stage = wanted[contact.id]
        by_stage.setdefault(stage, []).append((contact, contact.change({"lifecycle_stage": stage})))
    for stage, changes in by_stage.items():
        orders = next(rule.orders for rule in lifecycle.rules if rule.stage == stage)
        await update_contacts(session, changes, cause=Cause("rule", f"{orders}+ orders"))
    return sum(map(len, by_stage.values()))


def _moving(lifecycle: Lifecycle, stage: str, reason: str | None) -> Change:
    def move(contact: Contact) -> list[str]:
        lifecycle.check_move(contact.lifecycle_stage, stage, with_reason=reason is not None)
        return contact.change({"lifecycle_stage": stage})

    return move


def _earned(lifecycle: Lifecycle, orders: int) -> str | None:
    """The latest stage that so many orders bring."""
    earned = [rule.stage for rule in lifecycle.rules if rule.orders <= orders]
    return max(earned, key=lambda stage: lifecycle.places[stage], default=None)


async def _behind(session: AsyncSession, lifecycle: Lifecycle, wanted: Mapping[UUID, str]) -> dict[UUID, Contact]:
    """Those who have not come so far, locked: few of them, as most events are of contacts that have."""
    tenant_id = session.info["context"].tenant_id
    seen = await load_contacts(session, tenant_id, list(wanted))
    ids = [each.id for each in seen.values() if _is_behind(lifecycle, each, wanted[each.id])]
    locked = await load_contacts(session, tenant_id, ids, lock=True)
    return {each.id: each for each in locked.values() if _is_behind(lifecycle, each, wanted[each.id])}


def _is_behind(lifecycle: Lifecycle, contact: Contact, stage: str) -> bool:
    return contact.deleted_at is None and lifecycle.is_forward(contact.lifecycle_stage, stage)
