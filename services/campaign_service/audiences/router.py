"""/v1/audiences"""

from fastapi import Response

from campaign_service.audiences import queries
from campaign_service.audiences.schemas import AudienceSummary
from shared.web import APIRouter, ReaderDep, requires
from shared.web.responses import json_response

router = APIRouter(prefix="/v1/audiences", tags=["audiences"])
READ = [requires("campaigns:read")]


@router.get("/summary", response_model=AudienceSummary, dependencies=READ)
async def get_audience_summary(reader: ReaderDep) -> Response:
    """Count whom campaigns can reach. Live contacts by language, class and stage, and by the channels they have."""
    return json_response(await queries.summarise(reader))
