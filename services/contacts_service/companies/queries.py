"""Reads of companies."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, literal, select

from contacts_service.companies.models import Company, CompanyDeleted, CompanyNotFound
from contacts_service.contacts.expansions import LIVE_COMPANIES, PARENT
from shared.query import Collection, Field, Kind, Query, Reader
from shared.query.expansion import Expansion, Expansions

COMPANIES = Company.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, COMPANIES.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("company", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("owner_id", Kind.UUID),
    _field("external_ids", filterable=False),
    _field("name", nullable=False),
    _field("tax_id"),
    _field("website"),
    _field("industry"),
    _field("customer_class"),
    _field("emails", filterable=False),
    _field("phones", filterable=False),
    _field("addresses", filterable=False),
    _field("tags", Kind.TAGS),
    _field("parent_id", Kind.UUID),
    _field("notes", filterable=False),
    _field("custom_fields", filterable=False),
]
SORT_NAME = Field("name", COMPANIES.c.sort_name, Kind.TEXT, sortable=True, filterable=False, nullable=False)
EXPANSIONS: Expansions = {"parent": Expansion("parent_id", LIVE_COMPANIES, {"parent": PARENT})}
COLLECTION = Collection(
    "companies", COMPANIES, FIELDS, where=[COMPANIES.c.deleted_at.is_(None)], hidden=[SORT_NAME], expansions=EXPANSIONS
)
COMPANY_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS), COMPANIES.c.deleted_at).where(
        COMPANIES.c.tenant_id == bindparam("tenant_id"), COMPANIES.c.id == bindparam("id")
    )
)


async def get_company(reader: Reader, company_id: UUID) -> dict[str, Any]:
    """Raises CompanyNotFound, CompanyDeleted."""
    row = await reader.one_or_none(COMPANY_BY_ID, id=company_id)
    if row is None:
        raise CompanyNotFound(f"There is no company {company_id}.")
    company = dict(row)
    if company.pop("deleted_at") is not None:
        raise CompanyDeleted(
            f"Company {company_id} was deleted. POST /v1/companies/{company_id}/restore brings it back."
        )
    return company
