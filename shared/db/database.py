"""Connections to one database, and the transactions that doors open on them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Self

import orjson
from sqlalchemy import NullPool, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, UOWTransaction

from shared.db.codecs import connect_jsonready, has_transaction_timeout
from shared.db.pool import Pool
from shared.db.record import Record
from shared.db.statement import DRIVER, Statement
from shared.db.unit import Link, Unit, UnitSession
from shared.deadline import Due
from shared.observability.context import Context

COMMAND_TIMEOUT_S = 60.0
ACQUIRE_S = 5.0
GRACE_S = 1.0
"""PostgreSQL's own `statement_timeout` comes first, where there is still a PostgreSQL to tell us."""


READ_SETTINGS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "31000",  # of a request that allows itself the most; the reader itself gives up sooner
    "client_connection_check_interval": "2000",  # a query whose reader gave up ends
}


SET_TENANT = Statement("select set_config('app.tenant_id', :tenant_id, true)")


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
            poolclass=NullPool,  # ours keeps the connections
            isolation_level="AUTOCOMMIT",  # SQLAlchemy begins and ends nothing: our units do
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            connect_args={
                "server_settings": server_settings,
                "timeout": 5,
                "command_timeout": COMMAND_TIMEOUT_S,
            },
        )
        self._links = Pool(partial(Link.open, self.engine), pool_size)
        options = {
            "dsn": make_url(read_url or url).set(drivername="postgresql").render_as_string(hide_password=False),
            "server_settings": {**server_settings, **READ_SETTINGS},
            "timeout": 5,  # of connecting: what is read has the limit of its reader
        }
        self.reading = Pool(partial(connect_jsonready, options), pool_size)
        self.due: Due = {}

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
        if context is not None:
            settings |= _who(context)
        limit_s = None if timeout_ms is None else timeout_ms / 1000 + GRACE_S
        async with asyncio.timeout(limit_s):
            began_s = asyncio.get_running_loop().time()
            unit = Unit(self.engine, await self._links.acquire(ACQUIRE_S))
            if context is not None:
                unit.info["context"] = context
            try:
                await unit.start(_opening(unit, settings, timeout_ms))
                yield unit
                await unit.commit()
            except BaseException:
                await asyncio.shield(asyncio.create_task(self._take_back(unit, began_s)))
                raise
            self._links.release(unit.end())

    async def _take_back(self, unit: Unit, began_s: float) -> None:
        await unit.rollback()
        link = unit.end()
        if link.is_closed():
            self._links.lose(link, began_s)
        else:
            self._links.release(link)

    async def close(self) -> None:
        self._links.close()
        self.reading.close()


async def bind_tenant(session: AsyncSession, context: Context) -> None:
    """Everything that this transaction does from now on is done as that tenant."""
    session.info["context"] = context
    await SET_TENANT.run(session, {"tenant_id": str(context.tenant_id)})


async def allow_minutes(session: AsyncSession) -> None:
    """For a job that must do much in one transaction. It still must not be idle for long."""
    if has_transaction_timeout(session.info[DRIVER]):
        await session.execute(text("set local transaction_timeout = 0"))


def _who(context: Context) -> dict[str, str]:
    """Row-level security asks for the tenant; what the database notes of a change, for the others."""
    known = {"tenant": context.tenant_id, "actor": context.actor_id, "request": context.correlation_id}
    return {f"app.{name}_id": str(value).replace("'", "''") for name, value in known.items() if value is not None}


def _opening(unit: Unit, settings: Mapping[str, str], timeout_ms: int | None) -> str:
    """With its settings, which end with it, in one message."""
    opening = ["begin", *(f"set local {name} = '{value}'" for name, value in settings.items())]
    if timeout_ms is not None and has_transaction_timeout(unit.info[DRIVER]):
        opening += _transaction_timeout(timeout_ms)
    return ";".join(opening)


def _transaction_timeout(timeout_ms: int) -> list[str]:
    """Lets go of the locks of a request that has gone without a word. The role's own is running: a new one counts only
    after it was stopped."""
    return [f"set local transaction_timeout = {limit_ms}" for limit_ms in (0, timeout_ms + int(GRACE_S * 1000))]
