"""What an asset names must be there."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.assets.models import OwnerRequired, UnknownOwner, UnknownPolicy
from shared.db.statement import Statement
from shared.errors import FieldError

# Locked as a foreign key would: a contact that is deleted or merged meanwhile waits for us, or we for it.
OWNERS = {
    "contact_id": Statement(
        "select id from contacts where tenant_id = :tenant_id and id = :id and deleted_at is null for key share"
    ),
    "company_id": Statement(
        "select id from companies where tenant_id = :tenant_id and id = :id and deleted_at is null for key share"
    ),
}
POLICIES = Statement("""
select id from service_policies where tenant_id = :tenant_id and id = any(cast(:ids as uuid[])) and deleted_at is null
""")


async def check_owner(session: AsyncSession, contact_id: UUID | None, company_id: UUID | None) -> None:
    """Raises OwnerRequired, UnknownOwner."""
    named = {"contact_id": contact_id, "company_id": company_id}
    if contact_id is None and company_id is None:
        detail = "An asset belongs to a contact or a company. Give contact_id, company_id or both."
        raise OwnerRequired(detail, errors=[FieldError("owner_required", detail, pointer="/contact_id")])
    for field, owner_id in named.items():
        given = {"tenant_id": session.info["context"].tenant_id, "id": owner_id}
        if owner_id is not None and not await OWNERS[field].run(session, given):
            detail = f"There is no live record {owner_id}. Create it first, or name another one in {field}."
            raise UnknownOwner(detail, errors=[FieldError("unknown_owner", detail, pointer=f"/{field}")])


async def check_policies(session: AsyncSession, policy_ids: Sequence[UUID]) -> None:
    """Raises UnknownPolicy."""
    if not policy_ids:
        return
    given = {"tenant_id": session.info["context"].tenant_id, "ids": list(policy_ids)}
    known = {row["id"] for row in await POLICIES.run(session, given)}
    missing = [each for each in policy_ids if each not in known]
    if missing:
        detail = f"There is no service policy {missing[0]}. Create it first, or leave it out."
        raise UnknownPolicy(
            detail, errors=[FieldError("unknown_service_policy", detail, pointer="/service_policy_ids")]
        )
