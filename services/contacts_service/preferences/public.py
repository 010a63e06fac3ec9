"""What public routes ask for: the link that the path names, and the database as the link's tenant.

The gateway lets anybody through to them, as a caller of no tenant. The signature of the link says whose data it is,
before anything of that tenant is opened.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Path, Request
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.preferences.tokens import Claim, LinkTokens
from shared.observability.context import Context
from shared.query import Reader
from shared.web.deps import deadline_ms

Token = Annotated[str, Path(max_length=200, description="The link's token.")]


async def read_claim(request: Request, token: Token) -> Claim:
    """Raises PreferenceLinkNotFound."""
    tokens: LinkTokens = request.app.state.link_tokens
    return tokens.open(token)


ClaimDep = Annotated[Claim, Depends(read_claim)]


async def open_link_reader(request: Request, claim: ClaimDep) -> Reader:
    return Reader(request.app.state.database, claim.tenant_id, deadline_ms(request))


async def open_link_session(request: Request, claim: ClaimDep) -> AsyncIterator[AsyncSession]:
    """As `shared.web.deps.open_session`. Nobody signed in: what is recorded is recorded by no user."""
    context = Context(
        tenant_id=claim.tenant_id,
        correlation_id=request.scope.get("request_id"),
        traceparent=request.headers.get("traceparent"),
    )
    async with request.app.state.database.transaction(context, timeout_ms=deadline_ms(request)) as session:
        yield session


LinkReaderDep = Annotated[Reader, Depends(open_link_reader)]
LinkSessionDep = Annotated[AsyncSession, Depends(open_link_session, scope="function")]
