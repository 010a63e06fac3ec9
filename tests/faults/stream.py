"""Events on a topic of their own in a system's log, and members that read them in this process: what is tried is the
consumer alone, at more events than writers could bring."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID, uuid4
from zlib import crc32

from shared.db import Database
from shared.db.record import now
from shared.ids import new_id
from shared.messaging import Consumer
from shared.messaging.event import PARTITIONS
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog
from shared.messaging.message import Message, TopicPartition
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.worker import Worker
from tests.faults.checker import Entry
from tests.faults.observation import fetch
from tests.faults.system import System

CHUNK = 500
POLL_S = 0.2
APPLIED = "select count(*) from witnessed where tenant_id = $1 and once"


@dataclass
class Stream:
    """`entries` is what was appended, each key's in order."""

    system: System
    name: str = field(default_factory=lambda: f"faults{uuid4().hex[:8]}")
    tenant_id: UUID = field(default_factory=uuid4)
    entries: list[Entry] = field(default_factory=list)

    @property
    def type(self) -> str:
        return f"{self.name}.thing.written.v1"

    @property
    def topic(self) -> str:
        return f"samphan.{self.name}"

    def message(self, key: str, version: int, body: str) -> Message:
        return Message(self.tenant_id, key, new_id(), self.type, key, version, now(), "{}", body)

    async def append(self, messages: Sequence[Message]) -> None:
        """In order by key."""
        self.entries += [Entry(self.topic, m.key, str(m.event_id), m.key, m.version or 0, "") for m in messages]
        shares: dict[int, list[Message]] = defaultdict(list)
        for message in messages:
            shares[crc32(message.key.encode()) % PARTITIONS].append(message)
        log = self.open_log()
        try:
            await asyncio.gather(*(self._append(log, number, share) for number, share in shares.items()))
        finally:
            await log.close()

    async def _append(self, log: EventLog, number: int, share: Sequence[Message]) -> None:
        for start in range(0, len(share), CHUNK):
            await log.append(TopicPartition(self.topic, number), share[start : start + CHUNK])

    def open_log(self) -> EventLog:
        if self.system.broker is not None:
            return KafkaLog(self.system.broker.bootstrap_servers, client_id=self.name)
        return PostgresLog(self.system.databases["log"].system)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        async with Database(self.system.witnessed["contacts"].app, pool_size=4) as opened:
            yield opened

    @asynccontextmanager
    async def member(self, consumer: Consumer) -> AsyncIterator[None]:
        """A worker with connections of its own. It leaves the group when the block ends."""
        urls, events = self.system.witnessed["contacts"], self.open_log()
        async with self.database() as database, Database(urls.system, pool_size=2) as own:
            worker = Worker(
                "faults", database=database, system_database=own, system_url=urls.system, events=events,
                consumers=[consumer],
            )  # fmt: skip
            try:
                async with worker:
                    yield
            finally:
                await events.close()

    async def applied(self) -> int:
        return int((await fetch(self.system, "witness", APPLIED, self.tenant_id))[0][0])

    async def until_applied(self, count: int, *, timeout_s: float) -> float:
        """The seconds it took. After `timeout_s` it returns, too: the judge says what is missing."""
        began_s = monotonic()
        while await self.applied() < count and monotonic() - began_s < timeout_s:  # noqa: ASYNC110  # a table tells nobody
            await asyncio.sleep(POLL_S)
        return monotonic() - began_s
