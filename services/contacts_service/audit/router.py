"""/v1/audit-log"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from fastapi import Query, Request, Response

from contacts_service.audit import queries
from contacts_service.audit.schemas import AuditLog, Verification
from shared.web import APIRouter, CursorsDep, Day, ReaderDep, listed, requires
from shared.web.lists import ListParams, list_params, list_request
from shared.web.responses import json_response

router = APIRouter(prefix="/v1/audit-log", tags=["audit"])
READ = [requires("audit:read")]

if TYPE_CHECKING:
    AuditFilters = ListParams
else:
    AuditFilters = list_params("AuditFilters", queries.COLLECTION, ListParams)


@router.get("", response_model=AuditLog, dependencies=READ)
async def list_audit_entries(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[AuditFilters, Query()]
) -> Response:
    """List the audit log. What happened to whom, when and by whom; newest first, a second or so behind.

    What fields were and became is in a record's own changes: `/v1/contacts/{id}/changes`.
    """
    return listed(request, await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params)))


@router.get("/verification", response_model=Verification, dependencies=READ)
async def verify_audit_log(reader: ReaderDep, day: Annotated[Day | None, Query()] = None) -> Response:
    """Verify the audit log. Follows its chain of hashes through a day (UTC), the last one unless it is given."""
    verdict = await queries.verify(reader, day)
    return json_response({**asdict(verdict), "valid": verdict.first_broken is None})
