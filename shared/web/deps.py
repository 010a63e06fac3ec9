"""What routes ask for: the caller, a transaction, a reader."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.params import Depends as DependsMarker
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal, Visibility
from shared.errors import UnauthenticatedError
from shared.observability.context import Context, Viewer
from shared.query.cursor import Cursors
from shared.query.reader import Reader
from shared.web.headers import header
from shared.web.idempotency import begin

DEFAULT_DEADLINE_MS = 5_000
MAX_DEADLINE_MS = 30_000


async def read_principal(request: Request) -> Principal:
    """Raises UnauthenticatedError, InvalidToken."""
    kind, _, token = (header(request.scope, "authorization") or "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise UnauthenticatedError("This needs a bearer token.")
    principal: Principal = request.app.state.verifier.verify(token)
    return principal


PrincipalDep = Annotated[Principal, Depends(read_principal)]


def requires(scope: str) -> DependsMarker:
    """A route dependency, solved before any other: a refused request opens no transaction."""

    async def check(principal: PrincipalDep) -> None:
        principal.demand(scope)

    return Depends(check)  # type: ignore[no-any-return]  # FastAPI types Depends() as Any


def deadline_ms(request: Request) -> int:
    text = header(request.scope, "x-deadline-ms") or ""
    return min(int(text), MAX_DEADLINE_MS) if text.isdecimal() and int(text) > 0 else DEFAULT_DEADLINE_MS


def viewer_of(request: Request, principal: Principal) -> Viewer | None:
    """None for those who see everything, and where nothing has an owner."""
    if principal.visibility is Visibility.ALL or request.app.state.sight is None:
        return None
    viewer: Viewer = request.app.state.sight.viewer(principal.actor_id, team=principal.visibility is Visibility.TEAM)
    return viewer


def context_of(request: Request, principal: Principal) -> Context:
    return Context(
        tenant_id=principal.tenant_id,
        actor_id=principal.actor_id,
        correlation_id=request.scope.get("request_id"),
        traceparent=header(request.scope, "traceparent"),
        origin_id=str(principal.actor_id) if principal.kind == "integration" else None,
        viewer=viewer_of(request, principal),
    )


async def open_session(request: Request, principal: PrincipalDep) -> AsyncIterator[AsyncSession]:
    """The request's one transaction. It commits before the answer leaves: a failed commit cannot answer 2xx."""
    context, limit_ms = context_of(request, principal), deadline_ms(request)
    async with request.app.state.database.transaction(context, timeout_ms=limit_ms) as session:
        await begin(request, session, principal, limit_ms)
        yield session


async def open_reader(request: Request, principal: PrincipalDep) -> Reader:
    viewer = viewer_of(request, principal)
    return Reader(request.app.state.database, principal.tenant_id, deadline_ms(request), viewer)


async def read_cursors(request: Request) -> Cursors:
    cursors: Cursors = request.app.state.cursors
    return cursors


SessionDep = Annotated[AsyncSession, Depends(open_session, scope="function")]
ReaderDep = Annotated[Reader, Depends(open_reader)]
CursorsDep = Annotated[Cursors, Depends(read_cursors)]
