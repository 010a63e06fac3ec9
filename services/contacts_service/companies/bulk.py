"""Many companies at once, by name: what files and other systems know of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.companies.events import CompanyCreated
from contacts_service.companies.models import Company
from contacts_service.contacts.collation import sort_key
from contacts_service.fields.models import RecordType
from contacts_service.fields.storing import add_values, up_to_date
from shared.db.bulk import insert_rows
from shared.db.record import given_columns, now
from shared.db.sight import owned_by_viewer
from shared.ids import new_id
from shared.messaging.outbox import stage_many

TABLE = cast("Table", Company.__table__)
CREATED = given_columns(TABLE)


async def companies_by_name(session: AsyncSession, tenant_id: UUID, names: Iterable[str]) -> dict[str, UUID]:
    """Folded name → the oldest live company called so."""
    keys = {sort_key(name) for name in names} - {""}
    if not keys:
        return {}
    query = select(Company.sort_name, Company.id).where(
        Company.tenant_id == tenant_id, Company.deleted_at.is_(None), Company.sort_name.in_(keys)
    )
    found = await session.execute(query.order_by(Company.id.desc()))
    return {row.sort_name: row.id for row in found}


async def create_companies(session: AsyncSession, companies: Sequence[Company]) -> None:
    """Stores companies made by `new_company`. Raises ValueTaken, Outdated."""
    owned_by_viewer(session, companies)
    await insert_rows(session, TABLE, [{name: getattr(company, name) for name in CREATED} for company in companies])
    await add_values(session, await up_to_date(session, RecordType.COMPANY), companies)
    await stage_many(session, (CompanyCreated.of(company, []) for company in companies))


def new_company(tenant_id: UUID, given: Mapping[str, Any]) -> Company:
    """A company that is not stored yet, with every column set. Raises CircularHierarchy."""
    moment = now()
    company_id = given.get("id") or new_id()
    company = Company(tenant_id=tenant_id, id=company_id, version=1, created_at=moment, updated_at=moment)
    lists: dict[str, list[str]] = {field: [] for field in ("emails", "phones", "addresses", "external_ids", "tags")}
    company.name, company.custom_fields = "", {}
    company.change({**lists, **given, "id": company_id})
    return company
