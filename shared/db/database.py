"""Connections to one database, and the transactions that doors open on them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import asyncpg
import orjson
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.util import await_

from shared.db.reading import Reading
from shared.db.record import Record
from shared.db.statement import DRIVER, LOST, give_up, let_go
from shared.observability.context import Context

COMMAND_TIMEOUT_S = 60.0
HAS_TRANSACTION_TIMEOUT = 17
GRACE_S = 1.0
"""PostgreSQL's own `statement_timeout` comes first, where there is still a PostgreSQL to tell us."""


READ_SETTINGS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "31000",  # of a request that allows itself the most; the reader itself gives up sooner
    "client_connection_check_interval": "2000",  # a query whose reader gave up ends
}


class NotCommitted(RuntimeError):
    """A statement failed, and somebody went on as if it had not: nothing of the transaction is stored."""


SET_TENANT = text("select set_config('app.tenant_id', :tenant_id, true)")


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
            isolation_level="AUTOCOMMIT",  # the driver begins and ends nothing: `_begin`, `_commit`, `_roll_back` do
            pool_reset_on_return=None,
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            connect_args={
                "server_settings": server_settings,
                "timeout": 5,
                "command_timeout": COMMAND_TIMEOUT_S,
            },
        )
        event.listen(self.engine.sync_engine, "commit", _commit)
        event.listen(self.engine.sync_engine, "rollback", _roll_back)
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
        async with asyncio.timeout(limit_s):
            session = self._sessions()
            if context is not None:
                session.info["context"] = context
                settings |= _who(context)
            try:
                await session.run_sync(_begin, settings, timeout_ms)
                yield session
                await session.run_sync(_end)
            except BaseException:
                await asyncio.shield(asyncio.create_task(session.close()))  # it rolls back
                raise

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


async def allow_minutes(session: AsyncSession) -> None:
    """For a job that must do much in one transaction. It still must not be idle for long."""
    if session.info[DRIVER].get_server_version().major >= HAS_TRANSACTION_TIMEOUT:
        await session.execute(text("set local transaction_timeout = 0"))


def _who(context: Context) -> dict[str, str]:
    """Row-level security asks for the tenant; what the database notes of a change, for the others."""
    known = {"tenant": context.tenant_id, "actor": context.actor_id, "request": context.correlation_id}
    return {f"app.{name}_id": str(value).replace("'", "''") for name, value in known.items() if value is not None}


def _begin(session: Session, settings: Mapping[str, str], timeout_ms: int | None) -> None:
    """With its settings, which end with it, in one message."""
    driver = driver_of(session.connection())
    opening = ["begin", *(f"set local {name} = '{value}'" for name, value in settings.items())]
    if timeout_ms is not None and driver.get_server_version().major >= HAS_TRANSACTION_TIMEOUT:
        opening += _transaction_timeout(timeout_ms)
    session.info[DRIVER] = driver
    try:
        await_(driver.execute(";".join(opening)))
    except BaseException:
        give_up(session)
        raise


def driver_of(connection: SyncConnection) -> Any:
    """The driver's connection under SQLAlchemy's."""
    return connection.connection.driver_connection


def _end(session: Session) -> None:
    """At once: each switch to SQLAlchemy's side of a session costs as much as what it does there."""
    session.commit()
    session.close()


def _commit(connection: SyncConnection) -> None:
    """Raises NotCommitted: after a failed statement PostgreSQL answers to COMMIT, without an error, ROLLBACK."""
    try:
        answer = await_(driver_of(connection).execute("commit"))
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError("commit", None, error) from error
    except LOST:
        let_go(connection)
        raise
    if answer != "COMMIT":
        raise NotCommitted


def _roll_back(connection: SyncConnection) -> None:
    if connection.invalidated:
        return
    try:
        await_(driver_of(connection).execute("rollback"))
    except (*LOST, asyncpg.PostgresError):
        let_go(connection)  # which rolls back as well


def _transaction_timeout(timeout_ms: int) -> list[str]:
    """Lets go of the locks of a request that has gone without a word. The role's own is running: a new one counts only
    after it was stopped."""
    return [f"set local transaction_timeout = {limit_ms}" for limit_ms in (0, timeout_ms + int(GRACE_S * 1000))]
