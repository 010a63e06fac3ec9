"""Commands on buying roles."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.buying_roles.events import RoleAssigned
from contacts_service.buying_roles.models import BuyingRole, BuyingRoleNotFound
from contacts_service.relationship_kinds.kinds import PartyType
from contacts_service.relationships.parties import Party, check_party
from shared.db.locks import lock_name
from shared.db.record import now
from shared.db.versions import check_no_record, check_version
from shared.messaging.outbox import stage


async def assign(
    session: AsyncSession,
    company_id: UUID,
    contact_id: UUID,
    given: Mapping[str, Any],
    *,
    if_version: int | None = None,
) -> BuyingRole:
    """Replaces what was known. Raises VersionMismatch and what `check_party` raises."""
    await check_party(session, Party(PartyType.COMPANY, company_id))
    await check_party(session, Party(PartyType.CONTACT, contact_id))
    await lock_name(session, "buying role", str(company_id), str(contact_id))
    role = await _find(session, company_id, contact_id)
    if role is None:
        check_no_record(if_version)
        role = BuyingRole(company_id=company_id, contact_id=contact_id, roles=[])
        session.add(role)
    elif role.deleted_at is None:
        check_version(role.version, if_version)
    role.deleted_at = None
    changes = {name: value for name, value in given.items() if getattr(role, name) != value}
    for name, value in changes.items():
        setattr(role, name, value)
    if session.is_modified(role) or role in session.new:
        await session.flush()
        stage(session, RoleAssigned.of(role))
    return role


async def withdraw(session: AsyncSession, company_id: UUID, contact_id: UUID, *, if_version: int | None = None) -> None:
    """Raises BuyingRoleNotFound, VersionMismatch."""
    role = await _find(session, company_id, contact_id)
    if role is None or role.deleted_at is not None:
        raise BuyingRoleNotFound(f"The contact {contact_id} has no part in what the company {company_id} buys.")
    check_version(role.version, if_version)
    role.deleted_at = now()
    await session.flush()
    stage(session, RoleAssigned.of(role))


async def _find(session: AsyncSession, company_id: UUID, contact_id: UUID) -> BuyingRole | None:
    """Locked, also one that was withdrawn."""
    tenant_id = session.info["context"].tenant_id
    query = select(BuyingRole).where(
        BuyingRole.tenant_id == tenant_id, BuyingRole.company_id == company_id, BuyingRole.contact_id == contact_id
    )
    role: BuyingRole | None = await session.scalar(query.with_for_update())
    return role
