"""Reads of buying roles: who decides, with all that is asked about them in one statement."""

from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, String, Uuid, any_, bindparam, column, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSON
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.buying_roles.models import BuyingRoleName, BuyingRoleNotFound
from contacts_service.companies.queries import get_company
from contacts_service.contacts.queries import get_contact
from shared.query import Collection, Field, Kind, ListRequest, Page, Reader
from shared.query.cursor import Cursors

WHO = (
    text("""
select r.tenant_id, r.id, 'buying_role' as type, r.version, r.created_at, r.updated_at, r.company_id, r.contact_id,
  json_build_object('id', m.id, 'name', m.name) as company,
  json_build_object('id', c.id, 'name', c.full_name, 'job_title', c.job_title, 'works_here', exists (
    select from relationships e
    where e.tenant_id = r.tenant_id and e.contact_id = r.contact_id and e.other_company_id = r.company_id
      and e.kind = 'employer' and e.deleted_at is null and coalesce(e.valid_from <= current_date, true)
      and coalesce(e.valid_to >= current_date, true)
  )) as contact,
  r.roles, r.influence, r.attitude, r.notes,
  coalesce(array_position(array['high', 'medium', 'low'], r.influence::text), 4) as influence_rank
from buying_roles r
join companies m on m.tenant_id = r.tenant_id and m.id = r.company_id and m.deleted_at is null
join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id and c.deleted_at is null
where r.deleted_at is null
""")
    .columns(
        *(column(name, Uuid) for name in ("tenant_id", "id", "company_id", "contact_id")),
        *(column(name, String) for name in ("type", "influence", "attitude", "notes")),
        *(column(name, DateTime(timezone=True)) for name in ("created_at", "updated_at")),
        *(column(name, JSON) for name in ("company", "contact")),
        *(column(name, Integer) for name in ("version", "influence_rank")),
        column("roles", ARRAY(String(30))),
    )
    .subquery("who")
)


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, WHO.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    _field("type", filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("company", filterable=False),
    _field("contact", filterable=False),
    _field("roles", Kind.TAGS),
    _field("influence"),
    _field("attitude"),
    _field("notes", filterable=False),
]
BY_RANK = Field("influence", WHO.c.influence_rank, Kind.INTEGER, sortable=True, filterable=False, nullable=False)
COLLECTION = Collection("buying_roles", WHO, FIELDS, default_sort="influence", hidden=[BY_RANK])
OF_COMPANY = WHO.c.company_id == bindparam("company_id", type_=Uuid)
OF_CONTACT = WHO.c.contact_id == bindparam("contact_id", type_=Uuid)
HAS_ROLE = bindparam("role", type_=String) == any_(WHO.c.roles)


async def list_of_company(
    reader: Reader, cursors: Cursors, company_id: UUID, request: ListRequest, role: BuyingRoleName | None
) -> Page:
    """Who has the most influence comes first. Raises CompanyNotFound, CompanyDeleted."""
    page = await _page(reader, cursors, request, role, company_id=company_id)
    if not page.data:
        await get_company(reader, company_id)
    return page


async def list_of_contact(
    reader: Reader, cursors: Cursors, contact_id: UUID, request: ListRequest, role: BuyingRoleName | None
) -> Page:
    """Raises ContactNotFound, ContactDeleted."""
    page = await _page(reader, cursors, request, role, contact_id=contact_id)
    if not page.data:
        await get_contact(reader, contact_id)
    return page


async def just_written(session: AsyncSession, role_id: UUID) -> Any:
    """The buying role as the transaction has left it. Raises BuyingRoleNotFound."""
    columns = [WHO.c[field.name] for field in FIELDS]
    query = select(*columns).where(WHO.c.tenant_id == session.info["context"].tenant_id, WHO.c.id == role_id)
    if (row := (await session.execute(query)).one_or_none()) is None:
        raise BuyingRoleNotFound(f"The buying role {role_id} is of somebody who was deleted.")
    return row


async def _page(
    reader: Reader, cursors: Cursors, request: ListRequest, role: BuyingRoleName | None, **of: UUID
) -> Page:
    where = {"company": OF_COMPANY} if "company_id" in of else {"contact": OF_CONTACT}
    if role is None:
        return await COLLECTION.page(reader, cursors, request.with_extra(**of), where=where)
    return await COLLECTION.page(
        reader, cursors, request.with_extra(**of, role=role.value), where={**where, "role": HAS_ROLE}
    )
