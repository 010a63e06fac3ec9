"""/v1/contacts/{contact_id}/metrics"""

from uuid import UUID

from fastapi import Response

from analytics_service.features import queries
from analytics_service.features.schemas import MetricsRead
from shared.web import APIRouter, ReaderDep, requires
from shared.web.responses import MOVED, json_response

router = APIRouter(prefix="/v1/contacts", tags=["metrics"])
READ = [requires("analytics:read")]


@router.get("/{contact_id}/metrics", response_model=MetricsRead, responses=MOVED, dependencies=READ)
async def get_metrics(reader: ReaderDep, contact_id: UUID) -> Response:
    """Get a customer's metrics.

    Recency, frequency, spend and last contact follow the facts by a moment. 410 `resource_deleted`; 308 to the
    survivor of a merge.
    """
    return json_response(await queries.get_metrics(reader, contact_id))
