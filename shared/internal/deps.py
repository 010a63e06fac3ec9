"""What operators' routes ask for: the operator, the service's consumers, and its database as the system sees it."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth.operators import OperatorDoor
from shared.db import Database
from shared.errors import FieldError, UnprocessableError
from shared.messaging import Consumer
from shared.web.deps import deadline_ms


class UnknownConsumer(UnprocessableError):
    code = "unknown_consumer"


async def demand_operator(request: Request) -> None:
    """Raises NotFoundError, UnauthenticatedError."""
    door = OperatorDoor(request.app.state.settings.operator_token)
    door.demand(request.headers.get("authorization", ""))


async def read_consumers(request: Request) -> Mapping[str, Consumer]:
    consumers: Mapping[str, Consumer] = request.app.state.consumers
    return consumers


async def open_database(request: Request) -> AsyncIterator[Database]:
    """Operators come seldom: connections are opened for one request, and closed."""
    async with Database(request.app.state.settings.system_database_url, pool_size=1, name="samphan operator") as system:
        yield system


ConsumersDep = Annotated[Mapping[str, Consumer], Depends(read_consumers)]
SystemDep = Annotated[Database, Depends(open_database, scope="function")]


async def open_session(request: Request, system: SystemDep) -> AsyncIterator[AsyncSession]:
    async with system.transaction(timeout_ms=deadline_ms(request)) as session:
        yield session


SystemSessionDep = Annotated[AsyncSession, Depends(open_session, scope="function")]


def find(consumers: Mapping[str, Consumer], name: str, **where: str) -> Consumer:
    """`where` is the place of the name, as FieldError has it. Raises UnknownConsumer."""
    if name in consumers:
        return consumers[name]
    known = f"Known: {', '.join(sorted(consumers))}." if consumers else "This service has none."
    detail = f"There is no consumer {name!r} here. {known}"
    raise UnknownConsumer(detail, errors=[FieldError("unknown_consumer", detail, **where)])
