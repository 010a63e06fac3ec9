"""Connections to one database, and the transactions that doors open on them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, UOWTransaction

from shared.db.codecs import LeanConnection, jsonready
from shared.db.record import Record
from shared.observability.context import Context

COMMAND_TIMEOUT_S = 60.0
TRANSACTION_TIMEOUT = "transaction_timeout"
GRACE_S = 1.0
"""PostgreSQL's own `statement_timeout` comes first, where there is still a PostgreSQL to tell us."""


class UnitSession(Session):
    """The sync half of every session: knows the tenant whose transaction it is."""


@event.listens_for(UnitSession, "before_flush")
def _fill_tenant(session: Session, _: UOWTransaction, __: object) -> None:
    context = session.info.get("context")
    if context is None:
        return
    for record in session.new:
        if isinstance(record, Record) and record.tenant_id is None:
            record.tenant_id = context.tenant_id


class Database:
    """One role's connections to one database: an ORM engine for commands and a raw asyncpg pool for reads.

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
            connect_args={"server_settings": server_settings, "timeout": 5, "command_timeout": COMMAND_TIMEOUT_S},
        )
        self._sessions = async_sessionmaker(self.engine, sync_session_class=UnitSession, expire_on_commit=False)
        self._pool_options: dict[str, Any] = {
            "dsn": make_url(read_url or url).set(drivername="postgresql").render_as_string(hide_password=False),
            "min_size": 0,
            "max_size": pool_size,
            "init": jsonready,
            "connection_class": LeanConnection,
            "server_settings": {**server_settings, "default_transaction_read_only": "on"},
            "timeout": 5,
            "command_timeout": COMMAND_TIMEOUT_S,
        }
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._pool_lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The raw pool, whose rows hold JSON-ready values."""
        if self._pool is None:
            async with self._pool_lock:
                self._pool = self._pool or await asyncpg.create_pool(**self._pool_options)
        return self._pool

    @asynccontextmanager
    async def transaction(
        self, context: Context | None = None, *, timeout_ms: int | None = None, bulk: bool = False
    ) -> AsyncIterator[AsyncSession]:
        """One transaction, committed when the block ends without an error; bound to the context's tenant if given.

        After `timeout_ms` (and a second, if the database does not say so itself) it raises TimeoutError.
        `bulk` work is planned anew each time: a plan kept from when the tables were small makes it ten times slower.
        """
        settings = {} if timeout_ms is None else _bounds(timeout_ms)
        if bulk:
            settings["plan_cache_mode"] = "force_custom_plan"
        limit_s = None if timeout_ms is None else timeout_ms / 1000 + GRACE_S
        async with asyncio.timeout(limit_s), self._sessions.begin() as session:
            if context is not None:
                session.info["context"] = context
                settings["app.tenant_id"] = str(context.tenant_id)
            await _set_local(session, settings)
            yield session

    async def drop_idle(self) -> None:
        """After one connection fell silent: those that were idle at the time may be silent, too."""
        await self.engine.dispose()

    async def close(self) -> None:
        await self.engine.dispose()
        if self._pool is not None:
            await self._pool.close()


def _bounds(timeout_ms: int) -> dict[str, str]:
    """The second lets go of the locks of a request that has gone without a word. PostgreSQL has it from 17 on."""
    return {"statement_timeout": str(timeout_ms), TRANSACTION_TIMEOUT: str(timeout_ms + int(GRACE_S * 1000))}


async def bind_tenant(session: AsyncSession, context: Context) -> None:
    """Everything that this transaction does from now on is done as that tenant."""
    session.info["context"] = context
    await _set_local(session, {"app.tenant_id": str(context.tenant_id)})


async def _set_local(session: AsyncSession, settings: Mapping[str, str]) -> None:
    """All in one round trip; they end with the transaction."""
    if settings:
        calls = ", ".join(_set_config(name, f":v{number}") for number, name in enumerate(settings))
        await session.execute(text(f"select {calls}"), {f"v{n}": value for n, value in enumerate(settings.values())})


def _set_config(name: str, value: str) -> str:
    call = f"set_config('{name}', {value}, true)"
    if name == TRANSACTION_TIMEOUT:  # the role's own is running: a new one counts only after it was stopped
        return (
            f"case when current_setting('{name}', true) is not null then set_config('{name}', '0', true) || {call} end"
        )
    return call
