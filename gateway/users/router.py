"""`/v1/users`"""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from gateway.forgetting import forgetting_caller
from gateway.users import queries, service
from gateway.users.passwords import Passwords
from gateway.users.schemas import UserCreate, UserList, UserRead, UserUpdate
from shared.web import (
    APIRouter,
    CursorsDep,
    IfMatch,
    IfNoneMatch,
    PrincipalDep,
    ReaderDep,
    SessionDep,
    created,
    listed,
    no_content,
    record,
    requires,
    updated,
)
from shared.web.lists import ListParams, list_params, list_request

LOCATION = "/v1/users"
router = APIRouter(prefix=LOCATION, tags=["users"])
READ = [requires("users:read")]
WRITE = [requires("users:write")]

if TYPE_CHECKING:
    UserFilters = ListParams
else:
    UserFilters = list_params("UserFilters", queries.COLLECTION, ListParams)


async def read_passwords(request: Request) -> Passwords:
    passwords: Passwords = request.app.state.passwords
    return passwords


PasswordsDep = Annotated[Passwords, Depends(read_passwords)]


@router.post("", status_code=201, response_model=UserRead, dependencies=WRITE)
async def create_user(
    session: SessionDep, principal: PrincipalDep, passwords: PasswordsDep, body: UserCreate
) -> Response:
    """Create a user. 409 `email_taken` if a user has the address."""
    service.demand_roles(principal, body.roles)
    given, password_hash = await _split(body.model_dump(exclude_unset=True), passwords)
    return created(await service.create_user(session, given, password_hash), UserRead, location=LOCATION)


@router.get("", response_model=UserList, dependencies=READ)
async def list_users(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[UserFilters, Query()]
) -> Response:
    """List users. By any filter and sort, 50 a page."""
    page = await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params))
    return listed(request, page)


@router.get("/{user_id}", response_model=UserRead, dependencies=READ)
async def get_user(reader: ReaderDep, user_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get a user. 410 `resource_deleted`."""
    return record(await queries.get_user(reader, user_id), if_none_match)


@router.patch("/{user_id}", response_model=UserRead, dependencies=WRITE)
async def update_user(
    request: Request,
    session: SessionDep,
    principal: PrincipalDep,
    passwords: PasswordsDep,
    user_id: UUID,
    body: UserUpdate,
    if_match: IfMatch,
) -> Response:
    """Change a user.

    Only what the body names changes. A new password, or `disabled`, ends all sign-ins. 409 `last_admin`.
    """
    given, password_hash = await _split(body.given(), passwords)
    user = await service.update_user(
        session, user_id, given, by=principal, password_hash=password_hash, if_version=if_match
    )
    return forgetting_caller(request, updated(user, UserRead), user_id)


@router.delete("/{user_id}", status_code=204, dependencies=WRITE)
async def delete_user(
    request: Request, session: SessionDep, principal: PrincipalDep, user_id: UUID, if_match: IfMatch
) -> Response:
    """Delete a user. Records keep the user's id. 409 `last_admin`."""
    await service.delete_user(session, user_id, by=principal, if_version=if_match)
    return forgetting_caller(request, no_content(), user_id)


async def _split(given: dict[str, Any], passwords: Passwords) -> tuple[dict[str, Any], str | None]:
    password = given.pop("password", None)
    return given, None if password is None else await passwords.hash(password)
