"""The steps of a rebuild, from the empty shadow to the swap."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg
import structlog
from sqlalchemy.engine import make_url

from shared.db.visibility import seeing_all_tenants
from shared.messaging.consumer import Consumer
from shared.messaging.log import EventLog
from shared.messaging.rebuild.comparison import Comparison, compare
from shared.messaging.rebuild.replay import replaying
from shared.messaging.rebuild.shadow import Shadow
from shared.messaging.rebuild.swap import swap, types_of_reactions

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

log = structlog.get_logger()
HOLD = "select pg_try_advisory_lock(hashtextextended('samphan rebuild ' || $1, 0))"


class NoProjection(Exception):
    """The consumer declares no tables."""


class RebuildRunning(Exception):
    """Another process rebuilds this projection now."""


@dataclass(frozen=True, slots=True)
class Choices:
    """`resume` goes on with what an interrupted or refused rebuild has left, made by the same handlers as now.

    `accept` swaps although there are differences: wanted after a mended bug. `keep` leaves the old tables in a schema
    of their own.
    """

    resume: bool = False
    accept: bool = False
    keep: bool = False


async def rebuild(
    consumer: Consumer, *, owner_url: str, app_url: str, events: EventLog, choices: Choices = Choices()
) -> Comparison:
    """Live all the time. Without `accept` a difference leaves everything as it is; the shadow stays, to be resumed.

    Raises NoProjection, RebuildRunning, NotRebuildable, TooManyParked, TablesBusy.
    """
    if not consumer.tables:
        raise NoProjection(f"{consumer.name} keeps no tables that could be made again.")
    shadow = Shadow(consumer.projecting())
    async with _alone(owner_url, consumer) as owner, seeing_all_tenants(owner, shadow.live_tables):
        if not (choices.resume and await shadow.exists(owner)):
            await shadow.create(owner)
        async with replaying(owner, shadow, app_url, events) as replay:
            await replay.catch_up()
            await shadow.analyze(owner)
            comparison = await compare(owner, shadow, replay)
            swapping = comparison.equal or choices.accept
            if swapping:
                await swap(owner, shadow, replay, types_of_reactions(consumer))
        if swapping:
            await _clear(owner, shadow, keep=choices.keep)
    return comparison


async def _clear(owner: "Connection", shadow: Shadow, *, keep: bool) -> None:
    await shadow.drop(owner)
    if not keep:
        await owner.execute(f"drop schema {shadow.replaced} cascade")


@asynccontextmanager
async def _alone(owner_url: str, consumer: Consumer) -> "AsyncIterator[Connection]":
    """The owner's connection, with a lock that ends with it."""
    dsn = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    server_settings = {"application_name": "samphan rebuild", "timezone": "UTC"}
    owner = await asyncpg.connect(dsn, timeout=10, server_settings=server_settings)
    try:
        if not await owner.fetchval(HOLD, consumer.name):
            raise RebuildRunning(f"{consumer.name} is being rebuilt by another process.")
        yield owner
    finally:
        await owner.close()
