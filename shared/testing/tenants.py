"""Each test runs as a tenant of its own: cheap, parallel, and isolation is tested all the time."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.auth import Principal, TokenMinter, Visibility
from shared.db import Database
from shared.ids import new_id
from shared.observability.context import Context


@dataclass(frozen=True, slots=True)
class Tenant:
    """`system` sees all tenants' outbox rows; `database` only what the tenant sees."""

    database: Database
    system: Database
    minter: TokenMinter
    audience: str
    id: UUID = field(default_factory=new_id)
    actor_id: UUID = field(default_factory=new_id)
    visibility: Visibility = Visibility.ALL

    @property
    def context(self) -> Context:
        return Context(self.id, actor_id=self.actor_id)

    def colleague(self, visibility: Visibility = Visibility.ALL) -> "Tenant":
        """The same business, as another of its users has it."""
        return replace(self, actor_id=new_id(), visibility=visibility)

    def token(self, *scopes: str) -> str:
        """A user's internal token; with every scope unless some are named."""
        principal = Principal(self.id, self.actor_id, "user", frozenset(scopes or ("*",)), self.visibility)
        return self.minter.mint(principal, self.audience)

    def headers(self, *scopes: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(*scopes)}"}

    async def staged_types(self) -> Sequence[str]:
        """The types of the tenant's committed events that wait in the outbox, in order."""
        query = text("select type from outbox where tenant_id = :tenant_id order by id")
        async with self.system.transaction() as session:
            return (await session.scalars(query, {"tenant_id": self.id})).all()

    async def staged(self) -> Sequence[Row[Any]]:
        """Type, key and body of the same events."""
        query = text("select type, key, body from outbox where tenant_id = :tenant_id order by id")
        async with self.system.transaction() as session:
            return (await session.execute(query, {"tenant_id": self.id})).all()

    async def count(self, table: str) -> int:
        """Rows of the tenant in one of its service's tables."""
        async with self.database.transaction(self.context) as session:
            return int(await session.scalar(text(f"select count(*) from {table}")) or 0)  # noqa: S608 - a test's own table name
