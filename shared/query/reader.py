"""Runs compiled selects as one tenant on the raw pool."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from shared.db import Database
from shared.db.database import GRACE_S

DIALECT = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves dialects untyped

Row = asyncpg.Record


class Query:
    """A Core statement, compiled to the driver's own SQL once. Parameters are given by name at each run."""

    __slots__ = ("_defaults", "_names", "sql")

    def __init__(self, statement: Executable) -> None:
        compiled = statement.compile(dialect=DIALECT)  # type: ignore[attr-defined]  # every Executable we pass compiles
        self.sql: str = compiled.string
        self._names: list[str] = list(compiled.positiontup or ())
        self._defaults: dict[str, Any] = {key: value for key, value in compiled.params.items() if value is not None}

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        return [given[name] if name in given else self._defaults[name] for name in self._names]


class Reader:
    """Reads of one request. Every run is a read-only transaction of its own, bound to the tenant and the deadline."""

    def __init__(self, database: Database, tenant_id: UUID, timeout_ms: int = 5000) -> None:
        self.tenant_id = tenant_id
        self._database = database
        self._limit_s = timeout_ms / 1000 + GRACE_S
        self._begin = (
            f"begin read only; set local app.tenant_id = '{UUID(int=tenant_id.int)}';"
            f" set local statement_timeout = {int(timeout_ms)}"
        )

    async def rows(self, query: Query, **given: Any) -> Sequence[Row]:
        async with self.transaction() as connection:
            return await self.run(connection, query, **given)

    async def one_or_none(self, query: Query, **given: Any) -> Row | None:
        found = await self.rows(query, **given)
        return found[0] if found else None

    async def value(self, query: Query, **given: Any) -> Any:
        row = await self.one_or_none(query, **given)
        return None if row is None else row[0]

    async def run(self, connection: Any, query: Query, **given: Any) -> Sequence[Row]:
        """Several queries of one snapshot share the connection of one `transaction()`."""
        rows: Sequence[Row] = await connection.fetch(
            query.sql, *query.arguments({"tenant_id": self.tenant_id, **given})
        )
        return rows

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """A raw connection inside the tenant's read-only transaction. Raises TimeoutError."""
        pool = await self._database.pool()
        async with asyncio.timeout(self._limit_s), pool.acquire(timeout=5) as connection:
            try:
                await connection.execute(self._begin)
                yield connection
            finally:  # one that does not answer any more is given up
                if not connection.is_closed():
                    await connection.execute("rollback", timeout=GRACE_S)
