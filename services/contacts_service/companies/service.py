"""Commands on one company."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.companies import events
from contacts_service.companies.custom import custom_fields
from contacts_service.companies.models import CircularHierarchy, Company, CompanyDeleted, CompanyNotFound, TaxIdTaken
from contacts_service.fields.giving import names_of
from contacts_service.fields.models import RecordType
from contacts_service.fields.storing import add_values, add_values_again, remove_values, up_to_date
from shared.db.locks import lock_name
from shared.db.record import now
from shared.db.refusals import Problems, flush
from shared.db.versions import check_version
from shared.errors import FieldError, UnprocessableError
from shared.messaging.outbox import stage

ANCESTORS = text("""
with recursive up (id, parent_id) as (
  select id, parent_id from companies where tenant_id = :tenant_id and id = :id
  union select c.id, c.parent_id from companies c join up on c.tenant_id = :tenant_id and c.id = up.parent_id
)
select id from up
""")


class UnknownParent(UnprocessableError):
    code = "unknown_company"


async def create_company(session: AsyncSession, given: Mapping[str, Any]) -> Company:
    """Raises TaxIdTaken, UnknownParent, IdTaken, InvalidCustomFields, ValueTaken."""
    given = (await custom_fields(session, [given])).to_new(given)
    values = {"emails": [], "phones": [], "addresses": [], "external_ids": [], "tags": [], **given}
    if values.get("id") is None:
        values.pop("id", None)
    company = Company(name="", sort_name="", custom_fields={})
    company.change(values)
    session.add(company)
    await flush(session, PROBLEMS)
    await add_values(session, await up_to_date(session, RecordType.COMPANY), [company])
    stage(session, events.CompanyCreated.of(company, names_of(given)))
    return company


async def update_company(
    session: AsyncSession, company_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> Company:
    """A merge patch. Raises CompanyNotFound, CompanyDeleted, VersionMismatch, CircularHierarchy, TaxIdTaken."""
    if given.get("parent_id") is not None:
        await lock_name(session, "company hierarchy")  # two halves of a circle could be made at once
    company = await _live(session, company_id)
    check_version(company.version, if_version)
    custom = await custom_fields(session, [given])
    changed = company.change(custom.to_known(given, company.custom_fields))
    if "parent_id" in changed and company.parent_id is not None:
        await _refuse_circle(session, company)
    if changed:
        await flush(session, PROBLEMS)
        await add_values_again(session, await up_to_date(session, RecordType.COMPANY), [(company, changed)])
        stage(session, events.CompanyUpdated.of(company, changed))
    return company


async def delete_company(session: AsyncSession, company_id: UUID, *, if_version: int | None = None) -> None:
    """Softly; its contacts stay. Raises CompanyNotFound, CompanyDeleted, VersionMismatch."""
    company = await _live(session, company_id)
    check_version(company.version, if_version)
    company.deleted_at = now()
    await session.flush()
    await remove_values(session, [company.id])
    stage(
        session,
        events.CompanyDeleted(company_id=company.id, version=company.version, deleted_at=company.deleted_at),
    )


async def restore_company(session: AsyncSession, company_id: UUID) -> Company:
    """Does nothing to a live company. Raises CompanyNotFound, TaxIdTaken."""
    company = await _locked(session, company_id)
    if company.deleted_at is not None:
        company.deleted_at = None
        await flush(session, PROBLEMS)
        await add_values(session, await up_to_date(session, RecordType.COMPANY), [company])
        stage(session, events.CompanyRestored.of(company, ["deleted_at"]))
    return company


async def _refuse_circle(session: AsyncSession, company: Company) -> None:
    with session.no_autoflush:
        found = await session.scalars(ANCESTORS, {"tenant_id": company.tenant_id, "id": company.parent_id})
    if company.id in set(found):
        detail = "That company belongs to this one already; a hierarchy cannot be circular."
        raise CircularHierarchy(detail, errors=[FieldError("circular_hierarchy", detail, pointer="/parent_id")])


async def _live(session: AsyncSession, company_id: UUID) -> Company:
    company = await _locked(session, company_id)
    if company.deleted_at is not None:
        raise CompanyDeleted(f"Company {company_id} was deleted. Restore it first.")
    return company


async def _locked(session: AsyncSession, company_id: UUID) -> Company:
    tenant_id = session.info["context"].tenant_id
    query = select(Company).where(Company.tenant_id == tenant_id, Company.id == company_id)
    query = query.with_for_update(key_share=True)  # who makes it a parent meanwhile need not wait
    company = await session.scalar(query, execution_options={"populate_existing": True})
    if company is None:
        raise CompanyNotFound(f"There is no company {company_id}.")
    return company


def _tax_id_taken() -> TaxIdTaken:
    detail = "Another company has this tax id."
    return TaxIdTaken(detail, errors=[FieldError("tax_id_taken", detail, pointer="/tax_id")])


def _unknown_parent() -> UnknownParent:
    detail = "There is no such company. Create it first, or leave parent_id out."
    return UnknownParent(detail, errors=[FieldError("unknown_company", detail, pointer="/parent_id")])


PROBLEMS: Problems = {"tax_id": _tax_id_taken, "parent_id": _unknown_parent}
