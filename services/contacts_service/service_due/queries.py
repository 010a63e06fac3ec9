"""Reads of what is due. Of assets, whose slice knows this one, only what is shown is named here."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, String, Uuid, bindparam, column, literal, select, table
from sqlalchemy.sql.elements import ColumnClause

from contacts_service.service_due.explaining import explain
from contacts_service.service_due.models import ServiceDue, ServiceDueNotFound
from shared.errors import NotFoundError
from shared.query import Collection, Field, Kind, ListRequest, Page, Query, Reader, Row
from shared.query.cursor import Cursors

SHOWN: list[ColumnClause[Any]] = [
    column("contact_id", Uuid),
    column("company_id", Uuid),
    column("owner_id", Uuid),
    column("kind", String),
    column("brand", String),
    column("model", String),
    column("serial", String),
]
ASSETS = table(
    "assets",
    column("tenant_id", Uuid),
    column("id", Uuid),
    column("name", String),
    column("deleted_at", DateTime(timezone=True)),
    *SHOWN,
)
DUES = ServiceDue.__table__
OWN = [each for each in DUES.columns if each.name != "service_key"]
SOURCE = (
    select(*OWN, ASSETS.c.name.label("asset_name"), *SHOWN)
    .select_from(DUES.join(ASSETS, (ASSETS.c.tenant_id == DUES.c.tenant_id) & (ASSETS.c.id == DUES.c.asset_id)))
    .subquery("due")
)


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, SOURCE.c[name], kind, **options)


REASONS = (
    "base_on", "months", "due_by_time_on", "base_usage", "every_usage", "due_usage", "usage_unit", "usage_total",
    "usage_read_on", "usage_per_day", "rate_source", "due_by_usage_on", "lead_days",
)  # fmt: skip
"""What the day follows from: shown, not asked for."""
FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("service_due", String), Kind.TEXT, filterable=False),
    _field("asset_id", Kind.UUID),
    _field("asset_name", filterable=False),
    _field("kind"),
    _field("brand"),
    _field("model"),
    _field("serial", filterable=False),
    _field("contact_id", Kind.UUID),
    _field("company_id", Kind.UUID),
    _field("owner_id", Kind.UUID),
    _field("service"),
    _field("policy_id", Kind.UUID),
    _field("due_on", Kind.DAY, sortable=True, nullable=False),
    _field("reached_by"),
    *(_field(name, Kind.NUMBER, filterable=False) for name in REASONS),
    _field("remind_at", Kind.INSTANT, filterable=False),
    _field("reminders", Kind.INTEGER, filterable=False),
    _field("reminded_at", Kind.INSTANT, filterable=False),
    _field("snoozed_until", Kind.INSTANT, filterable=False),
    _field("updated_at", Kind.INSTANT, filterable=False),
]
COLLECTION = Collection("service-due", SOURCE, FIELDS, where=[SOURCE.c.due_on.is_not(None)], default_sort="due_on")
BEFORE = SOURCE.c.due_on < bindparam("before", type_=Date)
OF_TENANT = SOURCE.c.tenant_id == bindparam("tenant_id")
COLUMNS = [field.expression.label(field.name) for field in FIELDS]
DUES_OF_ASSET = Query(
    select(*COLUMNS)
    .where(OF_TENANT, SOURCE.c.asset_id == bindparam("asset_id"))
    .order_by(SOURCE.c.due_on.nulls_last(), SOURCE.c.id)
    .limit(200)
)
DUE_BY_ID = Query(select(*COLUMNS).where(OF_TENANT, SOURCE.c.id == bindparam("id")))
ASSET_EXISTS = Query(
    select(literal(1)).where(
        ASSETS.c.tenant_id == bindparam("tenant_id"), ASSETS.c.id == bindparam("id"), ASSETS.c.deleted_at.is_(None)
    )
)


class NoSuchAsset(NotFoundError):
    code = "asset_not_found"
    title = ("No such asset", "ไม่พบทรัพย์สิน")


async def list_dues(reader: Reader, cursors: Cursors, request: ListRequest, before: date | None) -> Page:
    if before is None:
        return await COLLECTION.page(reader, cursors, request)
    return await COLLECTION.page(
        reader, cursors, request.with_extra(before=before.isoformat()), where={"before": BEFORE}
    )


async def dues_of_asset(reader: Reader, asset_id: UUID) -> list[dict[str, Any]]:
    """The soonest first, with the reasons. Raises NoSuchAsset."""
    rows = await reader.rows(DUES_OF_ASSET, asset_id=asset_id)
    if not rows and await reader.value(ASSET_EXISTS, id=asset_id) is None:
        raise NoSuchAsset(f"There is no asset {asset_id}.")
    return [_explained(row) for row in rows]


async def get_due(reader: Reader, due_id: UUID) -> dict[str, Any]:
    """Raises ServiceDueNotFound."""
    row = await reader.one_or_none(DUE_BY_ID, id=due_id)
    if row is None:
        raise ServiceDueNotFound(f"There is no due service {due_id}.")
    return _explained(row)


def _explained(row: Row) -> dict[str, Any]:
    due = dict(row)
    return {**due, "explanation": explain(due)}
