"""`/v1/api-keys`"""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.api_keys import queries, service
from gateway.api_keys.key import new_key
from gateway.api_keys.schemas import ApiKeyCreate, ApiKeyCreated, ApiKeyList, ApiKeyRead
from gateway.forgetting import forgetting_caller
from shared.web import (
    APIRouter,
    CursorsDep,
    IfMatch,
    IfNoneMatch,
    PrincipalDep,
    ReaderDep,
    SessionDep,
    listed,
    no_content,
    record,
    requires,
)
from shared.web.deps import context_of, deadline_ms
from shared.web.lists import ListParams, list_params, list_request
from shared.web.preconditions import etag

LOCATION = "/v1/api-keys"
router = APIRouter(prefix=LOCATION, tags=["api_keys"])
READ = [requires("api_keys:read")]
WRITE = [requires("api_keys:write")]

if TYPE_CHECKING:
    ApiKeyFilters = ListParams
else:
    ApiKeyFilters = list_params("ApiKeyFilters", queries.COLLECTION, ListParams)


async def open_forgetful_session(request: Request, principal: PrincipalDep) -> AsyncIterator[AsyncSession]:
    """Without idempotency keys: repeating the answer would mean storing the secret. Two keys a name are the bound."""
    context = context_of(request, principal)
    async with request.app.state.database.transaction(context, timeout_ms=deadline_ms(request)) as session:
        yield session


ForgetfulSessionDep = Annotated[AsyncSession, Depends(open_forgetful_session, scope="function")]


@router.post("", status_code=201, response_model=ApiKeyCreated, dependencies=WRITE)
async def create_api_key(session: ForgetfulSessionDep, principal: PrincipalDep, body: ApiKeyCreate) -> Response:
    """Make an API key. It is shown this once; its scopes are among your own. 409 `too_many_keys` beyond two a name."""
    key = new_key()
    made = await service.create_key(session, principal, key, body.model_dump(exclude_unset=True))
    values = {column.name: getattr(made, column.name) for column in queries.KEYS.c if column.name != "sync_xid"}
    shown = ApiKeyCreated.model_validate({**values, "type": made.type, "hint": key.hint, "key": key.text})
    headers = {"ETag": etag(made.version), "Location": f"{LOCATION}/{made.id}", "Cache-Control": "no-store"}
    return Response(shown.model_dump_json(), 201, headers, "application/json")


@router.get("", response_model=ApiKeyList, dependencies=READ)
async def list_api_keys(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[ApiKeyFilters, Query()]
) -> Response:
    """List API keys. Those that are not revoked, without their secrets."""
    page = await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params))
    return listed(request, page)


@router.get("/{api_key_id}", response_model=ApiKeyRead, dependencies=READ)
async def get_api_key(reader: ReaderDep, api_key_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get an API key. Without its secret."""
    return record(await queries.get_key(reader, api_key_id), if_none_match)


@router.delete("/{api_key_id}", status_code=204, dependencies=WRITE)
async def revoke_api_key(
    request: Request, session: SessionDep, principal: PrincipalDep, api_key_id: UUID, if_match: IfMatch
) -> Response:
    """Revoke an API key. It stops working within seconds, for good."""
    key = await service.revoke_key(session, principal.tenant_id, api_key_id, if_version=if_match)
    return forgetting_caller(request, no_content(), key.integration_id)
