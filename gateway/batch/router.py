"""`/v1/batch`"""

import asyncio

from fastapi import Request, Response

from gateway.batch.asking import ask
from gateway.batch.schemas import Answers, Reads
from shared.web import APIRouter, PrincipalDep
from shared.web.responses import json_response

router = APIRouter(prefix="/v1/batch", tags=["batch"])


@router.post("", response_model=Answers)
async def read_batch(request: Request, _: PrincipalDep, body: Reads) -> Response:
    """Read many things at once.

    Up to 20 independent GETs of any service, each with its own status, headers and body, in their order.

    200 whatever becomes of them. Each counts against the quota like a request of its own; they share the deadline.
    """
    deadline_ms = request.headers["x-deadline-ms"]
    asked = (ask(request.app, request.scope, read, deadline_ms) for read in body.requests)
    return json_response({"data": await asyncio.gather(*asked)})
