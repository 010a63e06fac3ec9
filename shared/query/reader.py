"""Runs compiled selects as one tenant on the raw pool: one statement, one round trip."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import BindParameter, ColumnElement, DateTime, Executable, Numeric, SelectBase, Uuid, literal_column
from sqlalchemy.sql.visitors import ExternallyTraversible, replacement_traverse

from shared.db import Database
from shared.db.codecs import Connection, has_transaction_timeout
from shared.db.statement import DIALECT
from shared.deadline import Deadline
from shared.errors import DeadlineError, UnavailableError
from shared.observability.context import Viewer

TENANT = "tenant_id"
LIMIT = "limit"
BOUND_TENANT: ColumnElement[UUID] = literal_column("bound.tenant_id", Uuid)

Row = asyncpg.Record


class Document(NamedTuple):
    """A record as the JSON text that clients get."""

    version: int
    text: str


class PoolBusy(UnavailableError):
    """No connection came free before the deadline."""

    def __init__(self) -> None:
        super().__init__("The database is busy. Try again.")


class Query:
    """A Core statement, compiled to the driver's own SQL once. Parameters are given by name at each run.

    The statement binds its tenant itself: `tenant_id` comes from the sub-select that sets it for row-level security,
    and `offset 0` keeps the planner from merging the two: so the setting comes first, in the same round trip.
    The columns named in `shown` come as one, `document`: the JSON text that clients get (docs/adr/0015). Other columns
    come as themselves.
    A `cut` statement has the most rows that there may ever be as its limit, and those asked for, `limit`, are a
    parameter outside: a plan that knows its limit is kept, where one with a parameter inside is made at each run.
    """

    __slots__ = ("_defaults", "_names", "_seen", "sql")

    def __init__(self, statement: Executable, *, shown: Sequence[str] = (), cut: bool = False) -> None:
        assert isinstance(statement, ExternallyTraversible)
        bound = replacement_traverse(statement, {}, _bound_tenant)
        compiled = bound.compile(dialect=DIALECT)  # type: ignore[attr-defined]  # every Executable we pass compiles
        self._names = [*(compiled.positiontup or ()), *([LIMIT] if cut else ()), TENANT]
        self._defaults: dict[str, Any] = {key: value for key, value in compiled.params.items() if value is not None}
        columns = _with_document(statement, shown) if shown else "found.*"
        self.sql = (
            f"select {columns} from (select set_config('app.tenant_id', ${len(self._names)}, true)::uuid)"  # noqa: S608 - compiled
            f" as bound (tenant_id), lateral ({compiled.string} offset 0) as found"
        )
        if cut:
            self.sql += f" limit ${len(self._names) - 1}"
        self._seen: dict[str, str] = {}

    def seen_by(self, viewer: Viewer) -> str:
        """The statement of somebody who does not see all rows; its last parameter is his id."""
        if viewer.sees not in self._seen:
            tenant, user = f"cast(${len(self._names)}::text as uuid)", f"cast(${len(self._names) + 1} as uuid)"
            self._seen[viewer.sees] = f"with {viewer.sees.format(tenant=tenant, viewer=user)} {self.sql}"
        return self._seen[viewer.sees]

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        return [given[name] if name in given else self._defaults[name] for name in self._names]


def _with_document(statement: Executable, shown: Sequence[str]) -> str:
    assert isinstance(statement, SelectBase)
    columns = statement.selected_columns
    values = ", ".join(f'{_as_json(columns[name])} as "{name}"' for name in shown)
    others = [f'found."{name}"' for name in columns.keys() if name not in shown]  # noqa: SIM118 - columns are no dict
    document = f"(select row_to_json(shown)::text from (select {values}) as shown) as document"  # noqa: S608 - our names
    return ", ".join([document, *others])


def _as_json(column: ColumnElement[Any]) -> str:
    """As `jsonready` has them: instants in RFC 3339 with milliseconds, decimals as text."""
    name = f'found."{column.key}"'
    if isinstance(column.type, DateTime):
        return f"to_char({name} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    return f"{name}::text" if isinstance(column.type, Numeric) else name


def _bound_tenant(element: Any, **_: Any) -> Any:
    return BOUND_TENANT if isinstance(element, BindParameter) and element.key == TENANT else None


class Reader:
    """Reads of one request, bound to its tenant, viewer and deadline. Its connections can only read."""

    def __init__(
        self, database: Database, tenant_id: UUID, timeout_ms: int = 5000, viewer: Viewer | None = None
    ) -> None:
        self.tenant_id = tenant_id
        self.viewer = viewer
        self._tenant = str(tenant_id)
        self._reading = database.reading
        self._due = database.due
        self._timeout_s = timeout_ms / 1000

    async def rows(self, query: Query, **given: Any) -> Sequence[Row]:
        """Raises DeadlineError, PoolBusy."""
        connection = await self._acquire()
        try:
            with Deadline(self._due, self._timeout_s):
                rows = await self._fetch(connection, query, given)
        except asyncpg.PostgresError:
            self._reading.release(connection)
            raise
        except TimeoutError as error:
            self._lose(connection)
            raise DeadlineError from error
        except BaseException:
            self._reading.drop(connection)
            raise
        self._reading.release(connection)
        return rows

    async def one_or_none(self, query: Query, **given: Any) -> Row | None:
        found = await self.rows(query, **given)
        return found[0] if found else None

    async def value(self, query: Query, **given: Any) -> Any:
        row = await self.one_or_none(query, **given)
        return None if row is None else row[0]

    async def run(self, connection: Connection, query: Query, **given: Any) -> Sequence[Row]:
        """Several queries of one snapshot share the connection of one `transaction()`."""
        return await self._fetch(connection, query, given, self._timeout_s)

    async def _fetch(
        self, connection: Connection, query: Query, given: dict[str, Any], timeout_s: float | None = None
    ) -> Sequence[Row]:
        given[TENANT] = self._tenant
        sql, arguments = query.sql, query.arguments(given)
        if self.viewer is not None:
            sql = query.seen_by(self.viewer)
            arguments.append(self.viewer.user_id)
        rows: Sequence[Row] = await connection.fetch(sql, *arguments, timeout=timeout_s)
        return rows

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A raw connection in a transaction with one snapshot for several queries. Raises as `rows` does."""
        connection = await self._acquire()
        try:
            async with asyncio.timeout(self._timeout_s):
                await connection.execute(self._begin())
                yield connection
                await connection.execute("rollback")
        except TimeoutError as error:
            self._lose(connection)
            raise DeadlineError from error
        except BaseException:
            self._reading.drop(connection)
            raise
        self._reading.release(connection)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator["Snapshot"]:
        """A reader whose reads all see the same moment, for as long as it takes; each has the deadline for itself."""
        connection = await self._acquire()
        try:
            await connection.execute(self._begin(), timeout=self._timeout_s)
            if has_transaction_timeout(connection):
                await connection.execute("set local transaction_timeout = 0", timeout=self._timeout_s)
            yield Snapshot(self, connection)
            await connection.execute("rollback", timeout=self._timeout_s)
        except BaseException:
            self._reading.drop(connection)
            raise
        self._reading.release(connection)

    async def _acquire(self) -> Connection:
        try:
            return await self._reading.acquire(self._timeout_s)
        except TimeoutError as error:
            raise PoolBusy from error

    def _lose(self, connection: Connection) -> None:
        self._reading.lose(connection, asyncio.get_running_loop().time() - self._timeout_s)

    def _begin(self) -> str:
        return (
            "begin isolation level repeatable read read only;"
            f" set local app.tenant_id = '{UUID(self._tenant)}';"
            f" set local statement_timeout = {int(self._timeout_s * 1000)}"
        )


class Snapshot(Reader):
    """Reads in one transaction on one connection: one after the other."""

    def __init__(self, reader: Reader, connection: Connection) -> None:
        vars(self).update(vars(reader))
        self._connection = connection

    async def rows(self, query: Query, **given: Any) -> Sequence[Row]:
        return await self.run(self._connection, query, **given)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        yield self._connection
