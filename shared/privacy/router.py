"""`/v1/privacy-parts/{request_id}`: for the gateway alone, which makes one file of all services' parts."""

import gzip
from uuid import UUID

from fastapi import Response
from sqlalchemy import select

from shared.errors import NotFoundError
from shared.privacy.models import PrivacyPart
from shared.web import APIRouter, SessionDep, requires

router = APIRouter(prefix="/v1/privacy-parts", tags=["privacy"], include_in_schema=False)


class PartNotFound(NotFoundError):
    code = "privacy_part_not_found"
    title = ("The data are not here any more", "ไม่มีข้อมูลส่วนนี้แล้ว")


@router.get("/{request_id}", dependencies=[requires("privacy:read")])
async def get_part(session: SessionDep, request_id: UUID) -> Response:
    """What this service has about the person of the request, as JSON."""
    tenant_id = session.info["context"].tenant_id
    query = select(PrivacyPart.content).where(PrivacyPart.tenant_id == tenant_id, PrivacyPart.request_id == request_id)
    content = await session.scalar(query)
    if content is None:
        raise PartNotFound("The export was not made yet, or is older than 7 days.")
    return Response(gzip.decompress(content), media_type="application/json", headers={"Cache-Control": "no-store"})
