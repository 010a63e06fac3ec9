"""Commands on whose contacts are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.handovers.models import MAX_MOVED, Handover, HandoverNotFound, NotTemporary, SameOwner
from contacts_service.handovers.moving import CONTACTS, count, move, move_back
from shared.db.locks import lock_record
from shared.db.record import now
from shared.errors import FieldError
from shared.query.conditions import condition, of_tenant
from shared.query.filters import Node, values_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """The contacts that meet all that is given."""

    from_owner_id: UUID | None = None
    contact_ids: list[UUID] | None = None
    filter: Node | None = None

    def conditions(self, tenant_id: UUID) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
        """With their parameters."""
        found: list[ColumnElement[bool]] = []
        given: dict[str, Any] = {}
        if self.from_owner_id is not None:
            found.append(CONTACTS.c.owner_id == self.from_owner_id)
        if self.contact_ids is not None:
            found.append(CONTACTS.c.id == any_(bindparam("contact_ids", type_=ARRAY(Uuid))))
            given["contact_ids"] = self.contact_ids
        if self.filter is not None:
            values = {f"f{index}": value for index, value in enumerate(values_of(self.filter))}
            found.append(of_tenant(tenant_id, condition(self.filter, iter(values))))
            given |= values
        return found, given


@dataclass(frozen=True, slots=True)
class Outcome:
    contacts: int
    handover: Handover | None

    @property
    def more(self) -> bool:
        return self.contacts == MAX_MOVED


async def reassign(
    session: AsyncSession,
    whom: Whom,
    to_owner_id: UUID | None,
    *,
    reason: str | None = None,
    note: str | None = None,
    return_at: datetime | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Raises SameOwner. In a dry run nothing is stored."""
    if whom.from_owner_id is not None and whom.from_owner_id == to_owner_id:
        detail = "from_owner_id and to_owner_id are the same user."
        raise SameOwner(detail, errors=[FieldError("same_owner", detail, pointer="/to_owner_id")])
    context = session.info["context"]
    conditions, given = whom.conditions(context.tenant_id)
    if dry_run:
        return Outcome(await count(session, to_owner_id, *conditions, **given), None)
    handover = Handover(
        from_owner_id=whom.from_owner_id,
        to_owner_id=to_owner_id,
        reason=reason,
        note=note,
        return_at=return_at,
        made_by=context.actor_id,
    )
    session.add(handover)
    await session.flush()
    handover.contacts = await move(session, handover, *conditions, **given)
    await session.flush()
    return Outcome(handover.contacts, handover)


async def return_now(session: AsyncSession, handover_id: UUID) -> Handover:
    """Of one that is back already nothing changes. Raises HandoverNotFound, NotTemporary."""
    handover = await lock_record(session, Handover, handover_id)
    if handover is None:
        raise HandoverNotFound(f"There is no handover {handover_id}.")
    if handover.return_at is None:
        raise NotTemporary("It was for good: it has no return_at. Reassign the contacts instead.")
    if handover.returned_at is None:
        await give_back(session, handover)
    return handover


async def give_back(session: AsyncSession, handover: Handover) -> int:
    """Whoever has passed to a third owner since stays there. Returns how many went back; done once all have."""
    returned = await move_back(session, handover)
    handover.returned += returned
    if returned < MAX_MOVED:
        handover.returned_at = now()
    await session.flush()
    return returned
