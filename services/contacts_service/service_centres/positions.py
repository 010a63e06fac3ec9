"""Where a customer or an asset is, as far as somebody said so: never guessed."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Float, FromClause, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB

from contacts_service.assets.models import Asset, AssetNotFound
from contacts_service.companies.models import Company
from contacts_service.contacts.models import Contact, ContactNotFound
from contacts_service.places.geography import Position
from contacts_service.service_centres.models import PositionUnknown
from shared.errors import FieldError
from shared.query import Query, Reader, Row

ASSETS, CONTACTS, COMPANIES = Asset.__table__, Contact.__table__, Company.__table__


class Located(NamedTuple):
    """`source`: given, asset, contact_address or company_address."""

    position: Position
    source: str


def _of_address(table: FromClause, name: str) -> FromClause:
    """The first of a record's addresses that has a position, the primary one before others."""
    items = func.jsonb_array_elements(table.c.addresses).table_valued("value", joins_implicitly=True).render_derived()
    value = items.c.value.cast(JSONB)
    latitude, longitude = (value[key].astext.cast(Float) for key in ("latitude", "longitude"))
    return (
        select(latitude.label("latitude"), longitude.label("longitude"))
        .select_from(items)
        .where(latitude.is_not(None))
        .order_by(value["primary"].astext.desc())
        .limit(1)
        .lateral(name)
    )


IN_CONTACT, IN_COMPANY = _of_address(CONTACTS, "in_contact"), _of_address(COMPANIES, "in_company")
WHERE_KNOWN = (
    IN_CONTACT.c.latitude.label("contact_latitude"),
    IN_CONTACT.c.longitude.label("contact_longitude"),
    IN_COMPANY.c.latitude.label("company_latitude"),
    IN_COMPANY.c.longitude.label("company_longitude"),
)
TENANT = bindparam("tenant_id", type_=Uuid)
CONTACT_POSITION = Query(
    select(*WHERE_KNOWN)
    .select_from(
        CONTACTS.outerjoin(IN_CONTACT, IN_CONTACT.c.latitude.is_not(None))
        .outerjoin(
            COMPANIES, (COMPANIES.c.tenant_id == CONTACTS.c.tenant_id) & (COMPANIES.c.id == CONTACTS.c.company_id)
        )
        .outerjoin(IN_COMPANY, IN_COMPANY.c.latitude.is_not(None))
    )
    .where(CONTACTS.c.tenant_id == TENANT, CONTACTS.c.id == bindparam("id"), CONTACTS.c.deleted_at.is_(None))
)
ASSET_POSITION = Query(
    select(ASSETS.c.latitude.label("asset_latitude"), ASSETS.c.longitude.label("asset_longitude"), *WHERE_KNOWN)
    .select_from(
        ASSETS.outerjoin(
            CONTACTS, (CONTACTS.c.tenant_id == ASSETS.c.tenant_id) & (CONTACTS.c.id == ASSETS.c.contact_id)
        )
        .outerjoin(IN_CONTACT, IN_CONTACT.c.latitude.is_not(None))
        .outerjoin(
            COMPANIES,
            (COMPANIES.c.tenant_id == ASSETS.c.tenant_id)
            & (COMPANIES.c.id == func.coalesce(ASSETS.c.company_id, CONTACTS.c.company_id)),
        )
        .outerjoin(IN_COMPANY, IN_COMPANY.c.latitude.is_not(None))
    )
    .where(ASSETS.c.tenant_id == TENANT, ASSETS.c.id == bindparam("id"), ASSETS.c.deleted_at.is_(None))
)
SOURCES = {"asset": "asset", "contact": "contact_address", "company": "company_address"}


async def position_of_contact(reader: Reader, contact_id: UUID) -> Located:
    """Its own address before its company's. Raises ContactNotFound, PositionUnknown."""
    row = await reader.one_or_none(CONTACT_POSITION, id=contact_id)
    if row is None:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    return _located(row, "contact_id")


async def position_of_asset(reader: Reader, asset_id: UUID) -> Located:
    """Its own before its owner's. Raises AssetNotFound, PositionUnknown."""
    row = await reader.one_or_none(ASSET_POSITION, id=asset_id)
    if row is None:
        raise AssetNotFound(f"There is no asset {asset_id}.")
    return _located(row, "asset_id")


def _located(row: Row, parameter: str) -> Located:
    for whose, source in SOURCES.items():
        latitude = row.get(f"{whose}_latitude")
        if latitude is not None:
            return Located(Position(latitude, row[f"{whose}_longitude"]), source)
    detail = (
        "Neither the record nor its contact's or company's addresses have a position. Give an address latitude and"
        " longitude (PATCH /v1/contacts/{id} or /v1/assets/{id}), or ask with latitude and longitude."
    )
    raise PositionUnknown(detail, errors=[FieldError("position_unknown", detail, parameter=parameter)])
