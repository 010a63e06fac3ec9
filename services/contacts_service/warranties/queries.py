"""Reads of warranties and entitlements."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, Table, Uuid, bindparam, literal, select

from contacts_service.warranties.models import (
    Entitlement,
    EntitlementDeleted,
    EntitlementNotFound,
    EntitlementUse,
    Warranty,
    WarrantyDeleted,
    WarrantyNotFound,
)
from shared.errors import GoneError, NotFoundError
from shared.query import Collection, Field, Kind, ListRequest, Page, Query, Reader
from shared.query.cursor import Cursors

WARRANTIES = Warranty.__table__
ENTITLEMENTS = Entitlement.__table__
USES = EntitlementUse.__table__


def _record_fields(table: Any, kind: str) -> list[Field]:
    return [
        Field("id", table.c.id, Kind.UUID, sortable=True, nullable=False),
        Field("type", literal(kind, String), Kind.TEXT, filterable=False),
        Field("version", table.c.version, Kind.INTEGER, filterable=False),
        Field("created_at", table.c.created_at, Kind.INSTANT, sortable=True, nullable=False),
        Field("updated_at", table.c.updated_at, Kind.INSTANT),
        Field("owner_id", table.c.owner_id, Kind.UUID),
    ]


FIELDS = [
    *_record_fields(WARRANTIES, "warranty"),
    Field("asset_id", WARRANTIES.c.asset_id, Kind.UUID),
    Field("contact_id", WARRANTIES.c.contact_id, Kind.UUID),
    Field("card_number", WARRANTIES.c.card_number, Kind.TEXT),
    Field("kind", WARRANTIES.c.kind, Kind.TEXT),
    Field("months", WARRANTIES.c.months, Kind.INTEGER),
    Field("usage_limit", WARRANTIES.c.usage_limit, Kind.NUMBER, filterable=False),
    Field("usage_unit", WARRANTIES.c.usage_unit, Kind.TEXT),
    Field("starts_on", WARRANTIES.c.starts_on, Kind.DAY),
    Field("ends_on", WARRANTIES.c.ends_on, Kind.DAY, sortable=True),
    Field("time_zone", WARRANTIES.c.time_zone, Kind.TEXT, filterable=False),
    Field("lead_days", WARRANTIES.c.lead_days, Kind.INTEGER, filterable=False),
    Field("reminded_at", WARRANTIES.c.reminded_at, Kind.INSTANT),
]
COLLECTION = Collection("warranties", WARRANTIES, FIELDS, where=[WARRANTIES.c.deleted_at.is_(None)])
ENTITLEMENT_FIELDS = [
    *_record_fields(ENTITLEMENTS, "entitlement"),
    Field("asset_id", ENTITLEMENTS.c.asset_id, Kind.UUID, filterable=False),
    Field("warranty_id", ENTITLEMENTS.c.warranty_id, Kind.UUID),
    Field("name", ENTITLEMENTS.c.name, Kind.TEXT),
    Field("uses", ENTITLEMENTS.c.uses, Kind.INTEGER),
    Field("uses_total", ENTITLEMENTS.c.uses_total, Kind.INTEGER),
    Field("starts_on", ENTITLEMENTS.c.starts_on, Kind.DAY),
    Field("ends_on", ENTITLEMENTS.c.ends_on, Kind.DAY),
    Field("time_zone", ENTITLEMENTS.c.time_zone, Kind.TEXT, filterable=False),
]
OF_ASSET = ENTITLEMENTS.c.asset_id == bindparam("asset_id", type_=Uuid)
OF_ASSETS = Collection(
    "entitlements", ENTITLEMENTS, ENTITLEMENT_FIELDS, where=[OF_ASSET, ENTITLEMENTS.c.deleted_at.is_(None)]
)
USE_FIELDS = [
    Field("id", USES.c.id, Kind.UUID, nullable=False),
    Field("used_at", USES.c.used_at, Kind.INSTANT, sortable=True, nullable=False),
    Field("reference", USES.c.reference, Kind.TEXT),
    Field("note", USES.c.note, Kind.TEXT, filterable=False),
]
OF_ENTITLEMENT = USES.c.entitlement_id == bindparam("entitlement_id", type_=Uuid)
USED = Collection("entitlement-uses", USES, USE_FIELDS, where=[OF_ENTITLEMENT], default_sort="-used_at")


def _by_id(table: Table, fields: list[Field]) -> Query:
    columns = [field.expression.label(field.name) for field in fields]
    mine = (table.c.tenant_id == bindparam("tenant_id"), table.c.id == bindparam("id"))
    return Query(select(*columns, table.c.deleted_at).where(*mine))


WARRANTY_BY_ID = _by_id(Warranty.metadata.tables["warranties"], FIELDS)
ENTITLEMENT_BY_ID = _by_id(Entitlement.metadata.tables["entitlements"], ENTITLEMENT_FIELDS)


async def get_warranty(reader: Reader, warranty_id: UUID) -> dict[str, Any]:
    """Raises WarrantyNotFound, WarrantyDeleted."""
    return await _get(reader, WARRANTY_BY_ID, warranty_id, WarrantyNotFound, WarrantyDeleted)


async def get_entitlement(reader: Reader, entitlement_id: UUID) -> dict[str, Any]:
    """Raises EntitlementNotFound, EntitlementDeleted."""
    return await _get(reader, ENTITLEMENT_BY_ID, entitlement_id, EntitlementNotFound, EntitlementDeleted)


async def uses_of(reader: Reader, cursors: Cursors, request: ListRequest, entitlement_id: UUID) -> Page:
    """Raises EntitlementNotFound, EntitlementDeleted."""
    page = await USED.page(reader, cursors, request.with_extra(entitlement_id=str(entitlement_id)))
    if not page.data:
        await get_entitlement(reader, entitlement_id)
    return page


async def _get(
    reader: Reader, query: Query, record_id: UUID, missing: type[NotFoundError], deleted: type[GoneError]
) -> dict[str, Any]:
    row = await reader.one_or_none(query, id=record_id)
    if row is None:
        raise missing(f"There is nothing with the id {record_id}.")
    found = dict(row)
    if found.pop("deleted_at") is not None:
        raise deleted(f"{record_id} was deleted.")
    return found
