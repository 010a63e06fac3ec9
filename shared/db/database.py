"""Connections to one database, and the transactions that doors open on them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import orjson
from sqlalchemy import event, text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection, AsyncAdapt_asyncpg_dbapi
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, UOWTransaction

from shared.db.codecs import Connection
from shared.db.reading import Reading
from shared.db.record import Record
from shared.db.statement import DRIVER, give_up
from shared.observability.context import Context

COMMAND_TIMEOUT_S = 60.0
BEGIN = "BEGIN;"
"""As asyncpg spells it."""
HAS_TRANSACTION_TIMEOUT = 17
GRACE_S = 1.0
"""PostgreSQL's own `statement_timeout` comes first, where there is still a PostgreSQL to tell us."""


READ_SETTINGS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "31000",  # of a request that allows itself the most; the reader itself gives up sooner
    "client_connection_check_interval": "2000",  # a query whose reader gave up ends
}
SET_TENANT = text("select set_config('app.tenant_id', :tenant_id, true)")


class CommandConnection(Connection):
    """`opening` are the settings with which the next transaction begins, in the same message."""

    opening = ""

    async def execute(self, query: str, *arguments: Any, timeout: float | None = None) -> str:
        if query == BEGIN and self.opening:
            query, self.opening = query + self.opening, ""
        return await super().execute(query, *arguments, timeout=timeout)


class UnitSession(Session):
    """The sync half of every session: knows the tenant whose transaction it is."""


@event.listens_for(UnitSession, "before_flush")
def _fill_tenant(session: Session, _: UOWTransaction, __: object) -> None:
    context = session.info.get("context")
    if context is None:
        return
    for record in session.new:
        if isinstance(record, Record):
            record.tenant_id = record.tenant_id or context.tenant_id
            if context.viewer is not None and record.owner_id is None:
                record.owner_id = context.viewer.user_id  # he is to see what he makes


class Database:
    """One role's connections to one database: an ORM engine for commands and raw connections for reads.

    `read_url` may name a replica. Connections are opened at first use, so an app starts while its database is down.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 8,
        read_url: str | None = None,
        name: str = "samphan",
        search_path: str | None = None,
    ) -> None:
        server_settings = {"application_name": name, "timezone": "UTC"}
        if search_path is not None:
            server_settings["search_path"] = search_path
        self.engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_reset_on_return="rollback",
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            connect_args={
                "connection_class": CommandConnection,
                "server_settings": server_settings,
                "timeout": 5,
                "command_timeout": COMMAND_TIMEOUT_S,
            },
        )
        self._sessions = async_sessionmaker(self.engine, sync_session_class=UnitSession, expire_on_commit=False)
        options = {
            "dsn": make_url(read_url or url).set(drivername="postgresql").render_as_string(hide_password=False),
            "server_settings": {**server_settings, **READ_SETTINGS},
            "timeout": 5,
            "command_timeout": COMMAND_TIMEOUT_S,
        }
        self.reading = Reading(options, pool_size)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def transaction(
        self, context: Context | None = None, *, timeout_ms: int | None = None, bulk: bool = False
    ) -> AsyncIterator[AsyncSession]:
        """One transaction, committed when the block ends without an error; bound to the context's tenant if given.

        After `timeout_ms` (and a second, if the database does not say so itself) it raises TimeoutError.
        `bulk` work is planned anew each time: a plan kept from when the tables were small makes it ten times slower.
        """
        settings = {} if timeout_ms is None else {"statement_timeout": str(timeout_ms)}
        if bulk:
            settings["plan_cache_mode"] = "force_custom_plan"
        limit_s = None if timeout_ms is None else timeout_ms / 1000 + GRACE_S
        async with asyncio.timeout(limit_s), self._sessions.begin() as session:
            if context is not None:
                session.info["context"] = context
                settings["app.tenant_id"] = str(context.tenant_id)
            await _open(session, settings, timeout_ms)
            yield session

    async def drop_idle(self) -> None:
        """After one connection fell silent: those that were idle at the time may be silent, too."""
        await self.engine.dispose()

    async def close(self) -> None:
        await self.engine.dispose()
        self.reading.close()


async def bind_tenant(session: AsyncSession, context: Context) -> None:
    """Everything that this transaction does from now on is done as that tenant."""
    session.info["context"] = context
    await session.execute(SET_TENANT, {"tenant_id": str(context.tenant_id)})


async def _open(session: AsyncSession, settings: Mapping[str, str], timeout_ms: int | None) -> None:
    """Begins now, for `Statement` may come first. The settings end with the transaction."""
    adapted = (await (await session.connection()).get_raw_connection()).dbapi_connection
    assert isinstance(adapted, AsyncAdapt_asyncpg_connection)
    driver: CommandConnection = adapted.driver_connection
    driver.opening = "".join(f"set local {name} = '{value}';" for name, value in settings.items())
    if timeout_ms is not None and driver.get_server_version().major >= HAS_TRANSACTION_TIMEOUT:
        driver.opening += _transaction_timeout(timeout_ms)
    session.info[DRIVER] = driver
    try:
        await adapted._start_transaction()  # what SQLAlchemy does itself at its own first statement
    except AsyncAdapt_asyncpg_dbapi.Error as error:
        await give_up(session)
        raise error.__cause__ or error from None  # the driver's own: callers tell by it what passes by itself
    except BaseException:
        await give_up(session)
        raise


def _transaction_timeout(timeout_ms: int) -> str:
    """Lets go of the locks of a request that has gone without a word. The role's own is running: a new one counts only
    after it was stopped."""
    return f"set local transaction_timeout = 0; set local transaction_timeout = {timeout_ms + int(GRACE_S * 1000)};"
