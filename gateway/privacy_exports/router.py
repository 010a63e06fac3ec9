"""`/v1/privacy-requests/{id}/link` and `/v1/privacy-exports/{token}`"""

import asyncio
from datetime import UTC, datetime
from time import time
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request, Response

from gateway.forwarding.fetch import Fetched, fetch
from gateway.privacy_exports.archives import archive
from gateway.privacy_exports.links import LIFETIME_S, Opened, read, sign
from gateway.privacy_exports.parts import DEADLINE_S, collect
from gateway.privacy_exports.schemas import ExportLink
from shared.auth import Principal
from shared.errors import ConflictError, NotFoundError
from shared.web import APIRouter, PrincipalDep, requires
from shared.web.responses import json_response

EXPORTS = "/v1/privacy-exports"
router = APIRouter(prefix="/v1", tags=["privacy_exports"])
ZIP_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/zip": {
                "schema": {"type": "string", "format": "binary"},
                "examples": {"example": {"value": "PK…"}},
            }
        },
        "description": "A ZIP: one JSON file of each service, and index.html to read.",
    }
}


class ExportNotReady(ConflictError):
    code = "privacy_export_not_ready"
    title = ("The export is not ready", "ข้อมูลยังไม่พร้อม")


@router.post(
    "/privacy-requests/{privacy_request_id}/link",
    response_model=ExportLink,
    dependencies=[requires("privacy:write")],
)
async def create_link(request: Request, principal: PrincipalDep, privacy_request_id: UUID) -> Response:
    """Make a link to a person's data. It opens for 24 hours, without signing in.

    409 `privacy_export_not_ready` if the request is no completed export.
    """
    found = await _asked(request, principal, privacy_request_id)
    if (found["kind"], found["status"]) != ("export", "completed"):
        raise ExportNotReady(f"The request is of the kind {found['kind']}, and {found['status']}.")
    expires_at = int(time()) + LIFETIME_S
    what = Opened(principal.tenant_id, privacy_request_id, principal.actor_id)
    url = f"{EXPORTS}/{sign(_secret(request), what, expires_at=expires_at)}"
    link = ExportLink(url=url, expires_at=datetime.fromtimestamp(expires_at, UTC))
    return json_response(orjson.Fragment(link.model_dump_json()))


@router.get("/privacy-exports/{token}", response_class=Response, responses=ZIP_RESPONSE)
async def get_export(request: Request, token: str) -> Response:
    """Download a person's data. The link says whose; no credential is needed.

    410 `privacy_export_gone` seven days after the export.
    """
    what = read(_secret(request), token)
    state = request.app.state
    parts = await collect(request.scope, state.upstreams, state.minter, what)
    headers = {
        "Content-Disposition": f'attachment; filename="personal-data-{what.request_id}.zip"',
        "Cache-Control": "private, no-store",
    }
    return Response(await asyncio.to_thread(archive, parts), headers=headers, media_type="application/zip")


async def _asked(request: Request, principal: Principal, request_id: UUID) -> dict[str, Any]:
    """Raises NotFoundError."""
    state = request.app.state
    authorization = b"Bearer " + state.minter.mint(principal, "contacts").encode()
    path = f"/v1/privacy-requests/{request_id}"
    answer: Fetched = await fetch(
        request.scope, state.upstreams["contacts"], path, authorization, deadline_s=DEADLINE_S
    )
    if answer.status != 200:
        raise NotFoundError(f"There is no privacy request {request_id}.")
    found: dict[str, Any] = orjson.loads(answer.body)
    return found


def _secret(request: Request) -> str:
    secret: str = request.app.state.settings.token_private_key.get_secret_value()
    return secret
