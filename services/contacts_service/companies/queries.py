"""Reads of companies."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import JSON, String, Table, bindparam, case, func, literal, null, select

from contacts_service.companies.models import POSITIONED, Company, CompanyDeleted, CompanyNotFound
from contacts_service.contacts.expansions import LIVE_COMPANIES, PARENT
from contacts_service.history.queries import changes_of
from contacts_service.places.geography import Position
from contacts_service.places.nearest import nearest, nearest_query
from shared.query import Collection, Field, Kind, ListRequest, Page, Query, Reader
from shared.query.cursor import Cursors
from shared.query.expansion import Expansion, Expansions

COMPANIES = cast("Table", Company.__table__)
POSITION = case(
    (COMPANIES.c.latitude.is_(None), null()),
    else_=func.json_build_object("latitude", COMPANIES.c.latitude, "longitude", COMPANIES.c.longitude, type_=JSON),
)


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
    Field("position", POSITION, Kind.TEXT, filterable=False),
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
CHANGES = changes_of(COMPANIES)
_COLUMNS = [field.expression.label(field.name) for field in FIELDS]
NEAREST = nearest_query(COMPANIES, _COLUMNS, where=POSITIONED)
COMPANY_BY_ID = Query(
    select(*_COLUMNS, COMPANIES.c.deleted_at).where(
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


async def list_changes(reader: Reader, cursors: Cursors, company_id: UUID, request: ListRequest) -> Page:
    """Of a deleted company, too. Raises CompanyNotFound."""
    if await reader.one_or_none(COMPANY_BY_ID, id=company_id) is None:
        raise CompanyNotFound(f"There is no company {company_id}.")
    return await CHANGES.page(reader, cursors, request.with_extra(record_id=company_id))


async def nearest_companies(reader: Reader, here: Position, *, radius_km: float, limit: int) -> list[dict[str, Any]]:
    """With their `distance_km`, the nearest first."""
    return [dict(row) for row in await nearest(reader, NEAREST, here, radius_km=radius_km, limit=limit)]
