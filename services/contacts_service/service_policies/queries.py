"""Reads of service policies and of performed services."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, func, literal, select

from contacts_service.service_policies.models import (
    PerformedService,
    ServiceNotFound,
    ServicePolicy,
    ServicePolicyDeleted,
    ServicePolicyNotFound,
)
from shared.query import Collection, Field, Kind, Query, Reader

POLICIES = ServicePolicy.__table__
DONE = PerformedService.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, POLICIES.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("service_policy", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT),
    _field("owner_id", Kind.UUID),
    _field("name"),
    _field("service"),
    _field("kind"),
    _field("brand"),
    _field("model"),
    _field("is_automatic", Kind.BOOLEAN),
    _field("every_months", Kind.INTEGER, filterable=False),
    _field("first_months", Kind.INTEGER, filterable=False),
    _field("every_usage", Kind.NUMBER, filterable=False),
    _field("first_usage", Kind.NUMBER, filterable=False),
    _field("usage_unit"),
    _field("assumed_usage_per_month", Kind.NUMBER, filterable=False),
    _field("lead_days", Kind.INTEGER, filterable=False),
    Field("remind_time", func.to_char(POLICIES.c.remind_time, "HH24:MI", type_=String), Kind.TEXT, filterable=False),
    _field("time_zone"),
]
COLLECTION = Collection("service-policies", POLICIES, FIELDS, where=[POLICIES.c.deleted_at.is_(None)])
POLICY_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS), POLICIES.c.deleted_at).where(
        POLICIES.c.tenant_id == bindparam("tenant_id"), POLICIES.c.id == bindparam("id")
    )
)
DONE_FIELDS = [
    Field("id", DONE.c.id, Kind.UUID, nullable=False),
    Field("asset_id", DONE.c.asset_id, Kind.UUID, filterable=False),
    Field("service", DONE.c.service, Kind.TEXT),
    Field("performed_on", DONE.c.performed_on, Kind.DAY, sortable=True, nullable=False),
    Field("usage_total", DONE.c.usage_total, Kind.NUMBER, filterable=False),
    Field("usage_unit", DONE.c.usage_unit, Kind.TEXT),
    Field("centre_id", DONE.c.centre_id, Kind.UUID),
    Field("note", DONE.c.note, Kind.TEXT, filterable=False),
    Field("created_at", DONE.c.created_at, Kind.INSTANT, filterable=False),
]
DONE_TO_ASSET = DONE.c.asset_id == bindparam("asset_id", type_=Uuid)
PERFORMED = Collection("performed-services", DONE, DONE_FIELDS, where=[DONE_TO_ASSET], default_sort="-performed_on")
DONE_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in DONE_FIELDS)).where(
        DONE.c.tenant_id == bindparam("tenant_id"), DONE.c.id == bindparam("id"), DONE_TO_ASSET
    )
)


async def get_policy(reader: Reader, policy_id: UUID) -> dict[str, Any]:
    """Raises ServicePolicyNotFound, ServicePolicyDeleted."""
    row = await reader.one_or_none(POLICY_BY_ID, id=policy_id)
    if row is None:
        raise ServicePolicyNotFound(f"There is no service policy {policy_id}.")
    policy = dict(row)
    if policy.pop("deleted_at") is not None:
        raise ServicePolicyDeleted(f"Service policy {policy_id} was deleted.")
    return policy


async def get_performed(reader: Reader, asset_id: UUID, service_id: UUID) -> dict[str, Any]:
    """Raises ServiceNotFound."""
    row = await reader.one_or_none(DONE_BY_ID, asset_id=asset_id, id=service_id)
    if row is None:
        raise ServiceNotFound(f"No service {service_id} was recorded for the asset {asset_id}.")
    return dict(row)
