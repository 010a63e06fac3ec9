"""`/v1/me`"""

from fastapi import Response

from gateway.me import queries
from gateway.me.schemas import Me
from shared.web import APIRouter, PrincipalDep, ReaderDep
from shared.web.responses import json_response

router = APIRouter(prefix="/v1/me", tags=["me"])


@router.get("", response_model=Me)
async def get_me(reader: ReaderDep, principal: PrincipalDep) -> Response:
    """Get the caller. Who the credential belongs to, and what it may do."""
    return json_response(await queries.get_me(reader, principal))
