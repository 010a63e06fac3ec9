"""An analytics service on databases of its own, with its consumer at work on a real log."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from zlib import crc32

from sqlalchemy import text

from analytics_service.privacy.consumer import features
from shared.ids import new_id
from shared.messaging.event import PARTITIONS, topic_of
from shared.messaging.log import EventLog
from shared.messaging.message import Message, TopicPartition
from shared.messaging.rebuild import Choices, Comparison, rebuild
from shared.messaging.running import Running
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.analytics_service.facts import contact, interaction

TABLES = ("features", "known_orders", "known_interactions", "successors")
TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Ground:
    service: ServiceUnderTest
    log: EventLog

    async def publish(self, *messages: Message) -> None:
        """In order for each key."""
        placed = sorted(messages, key=_place)
        for at, batch in groupby(placed, key=_place):
            await self.log.append(at, list(batch))

    async def rebuild(self, *, resume: bool = False, accept: bool = False, keep: bool = False) -> Comparison:
        owner_url = self.service.settings.owner_database_url
        assert owner_url is not None
        return await rebuild(
            features,
            owner_url=owner_url,
            app_url=self.service.settings.database_url,
            events=self.log,
            choices=Choices(resume=resume, accept=accept, keep=keep),
        )

    @asynccontextmanager
    async def live(self) -> AsyncIterator[None]:
        """The consumer at work, as in a worker."""
        stop = asyncio.Event()
        task = asyncio.create_task(Running(features, self.service.database, self.log).run(stop))
        try:
            yield
        finally:
            stop.set()
            await task

    async def settle(self) -> None:
        """Until the live consumer has applied all that was published so far: the last events of each partition."""
        tenant = self.service.tenant()
        for number in range(PARTITIONS):
            last = [contact(tenant, new_id()), interaction(tenant, new_id(), new_id())]
            for message in last:
                await self.log.append(TopicPartition(topic_of(message.type), number), [message])
        deadline_s = asyncio.get_running_loop().time() + TIMEOUT_S
        while await tenant.count("known_interactions") < PARTITIONS or await tenant.count("features") < 2 * PARTITIONS:
            assert asyncio.get_running_loop().time() < deadline_s, "the live consumer never got there"
            await asyncio.sleep(0.05)

    async def owned(self, statement: str) -> list[tuple[object, ...]]:
        """As the system role, outside row-level security: for the catalogue."""
        async with self.service.system.transaction() as session:
            return [tuple(row) for row in await session.execute(text(statement))]


def _place(message: Message) -> TopicPartition:
    return TopicPartition(topic_of(message.type), crc32(message.key.encode()) % PARTITIONS)


async def rows_of(tenant: Tenant, table: str) -> Sequence[tuple[object, ...]]:
    async with tenant.database.transaction(tenant.context) as session:
        return [tuple(row) for row in await session.execute(text(f"select * from {table} order by 1, 2"))]


async def plant(tenant: Tenant, statement: str, **given: object) -> None:
    """A bug's work on the live tables."""
    async with tenant.database.transaction(tenant.context) as session:
        await session.execute(text(statement), given)
