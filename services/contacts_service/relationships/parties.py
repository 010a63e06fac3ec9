"""The two that are related: contacts or companies that are there."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.companies.models import Company, CompanyDeleted, CompanyNotFound
from contacts_service.contacts.models import Contact, ContactDeleted, ContactNotFound
from contacts_service.relationship_kinds.kinds import PartyType
from contacts_service.relationships.models import UnknownParty
from shared.errors import FieldError


class Party(NamedTuple):
    type: PartyType
    id: UUID

    @property
    def column(self) -> str:
        """What says so in a body, and in a row."""
        return f"{self.type.value}_id"


MODELS: dict[PartyType, Any] = {PartyType.CONTACT: Contact, PartyType.COMPANY: Company}
MISSING = {PartyType.CONTACT: ContactNotFound, PartyType.COMPANY: CompanyNotFound}
GONE = {PartyType.CONTACT: ContactDeleted, PartyType.COMPANY: CompanyDeleted}


async def check_party(session: AsyncSession, party: Party) -> None:
    """That of a path. Raises ContactNotFound, ContactDeleted, CompanyNotFound, CompanyDeleted."""
    found = await _is_live(session, party)
    if found is None:
        raise MISSING[party.type](f"There is no {party.type.value} {party.id}.")
    if not found:
        raise GONE[party.type](f"The {party.type.value} {party.id} was deleted. Restore it first.")


async def check_other(session: AsyncSession, party: Party) -> None:
    """That of a body. Raises UnknownParty."""
    if not await _is_live(session, party):
        detail = f"There is no {party.type.value} {party.id}. Create it first, or restore it."
        raise UnknownParty(detail, errors=[FieldError("unknown_party", detail, pointer=f"/{party.column}")])


async def _is_live(session: AsyncSession, party: Party) -> bool | None:
    """None if there is no such party."""
    model = MODELS[party.type]
    query = select(model.deleted_at.is_(None)).where(
        model.tenant_id == session.info["context"].tenant_id, model.id == party.id
    )
    is_live: bool | None = await session.scalar(query)
    return is_live
