"""Runs compiled selects as one tenant on the raw pool: one statement, one round trip."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import BindParameter, ColumnElement, Executable, Uuid, literal_column
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.sql.visitors import ExternallyTraversible, replacement_traverse

from shared.db import Database
from shared.db.database import GRACE_S
from shared.errors import DeadlineError, UnavailableError

DIALECT = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves dialects untyped
TENANT = "tenant_id"
BOUND_TENANT: ColumnElement[UUID] = literal_column("bound.tenant_id", Uuid)

Row = asyncpg.Record


class PoolBusy(UnavailableError):
    """No connection came free before the deadline."""

    def __init__(self) -> None:
        super().__init__("The database is busy. Try again.")


class Query:
    """A Core statement, compiled to the driver's own SQL once. Parameters are given by name at each run.

    The statement binds its tenant itself: `tenant_id` comes from the sub-select that sets it for row-level security,
    and `offset 0` keeps the planner from merging the two: so the setting comes first, in the same round trip.
    """

    __slots__ = ("_defaults", "_names", "sql")

    def __init__(self, statement: Executable) -> None:
        assert isinstance(statement, ExternallyTraversible)
        bound = replacement_traverse(statement, {}, _bound_tenant)
        compiled = bound.compile(dialect=DIALECT)  # type: ignore[attr-defined]  # every Executable we pass compiles
        self._names = [*(compiled.positiontup or ()), TENANT]
        self._defaults: dict[str, Any] = {key: value for key, value in compiled.params.items() if value is not None}
        self.sql = (
            f"select found.* from (select set_config('app.tenant_id', ${len(self._names)}, true)::uuid)"  # noqa: S608 - compiled
            f" as bound (tenant_id), lateral ({compiled.string} offset 0) as found"
        )

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        return [given[name] if name in given else self._defaults[name] for name in self._names]


def _bound_tenant(element: Any, **_: Any) -> Any:
    return BOUND_TENANT if isinstance(element, BindParameter) and element.key == TENANT else None


class Reader:
    """Reads of one request, bound to its tenant and deadline. Its connections can only read."""

    def __init__(self, database: Database, tenant_id: UUID, timeout_ms: int = 5000) -> None:
        self.tenant_id = tenant_id
        self._tenant = str(tenant_id)
        self._database = database
        self._timeout_s = timeout_ms / 1000

    async def rows(self, query: Query, **given: Any) -> Sequence[Row]:
        """Raises DeadlineError, PoolBusy."""
        pool = await self._database.pool()
        connection = None
        try:
            async with asyncio.timeout(self._timeout_s):
                connection = await pool.acquire()
                return await self.run(connection, query, **given)
        except TimeoutError as error:
            raise _too_late(connection) from error
        finally:
            if connection is not None:
                await pool.release(connection, timeout=GRACE_S)

    async def one_or_none(self, query: Query, **given: Any) -> Row | None:
        found = await self.rows(query, **given)
        return found[0] if found else None

    async def value(self, query: Query, **given: Any) -> Any:
        row = await self.one_or_none(query, **given)
        return None if row is None else row[0]

    async def run(self, connection: Any, query: Query, **given: Any) -> Sequence[Row]:
        """Several queries of one snapshot share the connection of one `transaction()`."""
        given[TENANT] = self._tenant
        rows: Sequence[Row] = await connection.fetch(query.sql, *query.arguments(given))
        return rows

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """A raw connection in a transaction with one snapshot for several queries. Raises as `rows` does."""
        pool = await self._database.pool()
        connection = None
        try:
            async with asyncio.timeout(self._timeout_s):
                connection = await pool.acquire()
                await connection.execute(self._begin())
                yield connection
        except TimeoutError as error:
            raise _too_late(connection) from error
        finally:
            if connection is not None:
                await _end(connection)
                await pool.release(connection, timeout=GRACE_S)

    def _begin(self) -> str:
        return (
            "begin isolation level repeatable read read only;"
            f" set local app.tenant_id = '{UUID(self._tenant)}';"
            f" set local statement_timeout = {int(self._timeout_s * 1000)}"
        )


def _too_late(connection: Any) -> UnavailableError:
    return PoolBusy() if connection is None else DeadlineError()


async def _end(connection: Any) -> None:
    """One that does not answer any more is given up."""
    if not connection.is_closed():
        await connection.execute("rollback", timeout=GRACE_S)
