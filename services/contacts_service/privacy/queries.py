"""Reads of requests about persons."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.privacy.models import (
    NoReceiptYet,
    PrivacyAnswer,
    PrivacyRequest,
    PrivacyRequestNotFound,
    RequestStatus,
)
from contacts_service.privacy.receipts import receipt
from shared.query import Collection, Field, Kind, Query, Reader

REQUESTS = PrivacyRequest.__table__
ANSWERS = PrivacyAnswer.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, REQUESTS.c[name], kind, **options)


_ANSWERED_AT = func.to_char(func.timezone("UTC", ANSWERS.c.answered_at), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
_PROGRESS = func.jsonb_build_object(
    *("service", ANSWERS.c.service), *("status", ANSWERS.c.status), *("counts", ANSWERS.c.counts),
    *("answered_at", _ANSWERED_AT),
)  # fmt: skip
_SERVICES = (
    select(func.coalesce(func.jsonb_agg(aggregate_order_by(_PROGRESS, ANSWERS.c.service)), literal("[]", JSONB)))
    .where(ANSWERS.c.tenant_id == REQUESTS.c.tenant_id, ANSWERS.c.request_id == REQUESTS.c.id)
    .correlate(REQUESTS)
    .scalar_subquery()
)
FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("privacy_request", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, filterable=False),
    _field("owner_id", Kind.UUID),
    _field("kind"),
    _field("contact_id", Kind.UUID),
    _field("reason", filterable=False),
    _field("requester"),
    _field("status"),
    _field("due_at", Kind.INSTANT),
    _field("start_at", Kind.INSTANT, filterable=False),
    _field("started_at", Kind.INSTANT, filterable=False),
    _field("completed_at", Kind.INSTANT),
    Field("services", _SERVICES, Kind.TEXT, filterable=False),
]
COLLECTION = Collection("privacy_requests", REQUESTS, FIELDS)
REQUEST_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS)).where(
        REQUESTS.c.tenant_id == bindparam("tenant_id"), REQUESTS.c.id == bindparam("id")
    )
)


async def get_request(reader: Reader, request_id: UUID) -> dict[str, Any]:
    """Raises PrivacyRequestNotFound."""
    row = await reader.one_or_none(REQUEST_BY_ID, id=request_id)
    if row is None:
        raise PrivacyRequestNotFound(f"There is no privacy request {request_id}.")
    return dict(row)


async def get_receipt(session: AsyncSession, request_id: UUID, secret: str) -> dict[str, Any]:
    """Raises PrivacyRequestNotFound, NoReceiptYet."""
    tenant_id = session.info["context"].tenant_id
    query = select(PrivacyRequest).where(PrivacyRequest.tenant_id == tenant_id, PrivacyRequest.id == request_id)
    request = await session.scalar(query)
    if request is None:
        raise PrivacyRequestNotFound(f"There is no privacy request {request_id}.")
    if request.status != RequestStatus.COMPLETED:
        raise NoReceiptYet(f"The request is {request.status}; a receipt is made when it is completed.")
    answers = select(ANSWERS).where(ANSWERS.c.tenant_id == tenant_id, ANSWERS.c.request_id == request_id)
    rows = (await session.execute(answers.order_by(ANSWERS.c.service))).mappings().all()
    return receipt(request, [dict(row) for row in rows], secret)
