"""The judge at work on the real relay and consumer: content with them, and not with any of five planted bugs."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from random import Random
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.databases import Databases, prepare_databases
from shared.db.database import Database
from shared.errors import UnavailableError
from shared.messaging import Event, Reading, batch, consumer, offsets, relay, stage
from shared.messaging.batch import apply_batch
from shared.messaging.log_schema import ensure_schema
from shared.messaging.message import Message, Received, TopicPartition
from shared.messaging.offsets import FencedError
from shared.messaging.outbox import write_staged
from shared.messaging.parked import replay
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.relay import Relay
from shared.messaging.running import Running
from shared.observability.context import Context
from tests.faults import witness
from tests.faults.checker import Entry, Note, Verdict, judge_applied, judge_log
from tests.faults.ledger import Ack, Kind

TOPIC = "samphan.planted"
CONTACTS, VERSIONS, WRITERS = 32, 8, 8
FIRST_EVENTS = 5
POISONED_VERSION = 3
STUMBLES = 0.15
QUIET_TIMEOUT_S = 20.0
POLL_S, STILL_POLLS = 0.1, 8
LOGGED = """
select topic, key, event_id::text, subject, version, body::json ->> 'token' from log_event
where tenant_id = $1 order by partition, log_offset
"""
FIRST_LOGGED = """
select partition, log_offset, tenant_id, key, event_id, type, subject, version, time, headers, body from log_event
where topic = $1 and tenant_id = $2 order by partition, log_offset
"""
CURSOR = (
    "create table naive_cursor (partition smallint primary key, last bigint not null default 0)",
    "insert into naive_cursor (partition) select n from generate_series(0, 11) as n",
    "grant select, update on naive_cursor to samphan_system",
)
PAST_CURSOR = "id > (select last from naive_cursor as c where c.partition = outbox.partition)"


class ContactWritten(Event, type="planted.contact.written.v1", key="contact_id"):
    contact_id: UUID
    version: int
    token: str


class ContactSeen(Reading, types=("planted.contact.written.v1",)):
    version: int


# The bugs: each takes away one thing that the promises rest on.


def naive_cursor(patch: pytest.MonkeyPatch) -> None:
    """The outbox is read by `id > last`: what commits later with a smaller id is never seen."""
    patch.setattr(relay, "WAITING", f"select distinct partition from outbox where partition < $1 and {PAST_CURSOR}")
    patch.setattr(relay, "READ", relay.READ.replace("order by", f"and {PAST_CURSOR} order by"))
    move = "update naive_cursor set last = (select max(id) from unnest($2::bigint[]) as id) where partition = $1"
    patch.setattr(relay, "DELETE", move)


def no_compare_and_set(patch: pytest.MonkeyPatch) -> None:
    """An owner that wakes up late moves the offset, wherever it is by now."""
    statement = str(offsets.ADVANCE).replace("and next = :expected", "and :expected >= 0")
    patch.setattr(offsets, "ADVANCE", text(statement))


def no_inbox(patch: pytest.MonkeyPatch) -> None:
    """Every event counts as new."""
    everything = "select id from unnest(cast(:ids as uuid[])) as new (id) where cast(:consumer as text) is not null"
    patch.setattr(consumer, "TAKE_NEW", text(everything))


def acknowledge_first(patch: pytest.MonkeyPatch) -> None:
    """The offset is committed before the effect."""
    advance = offsets.advance

    async def advance_and_commit(
        session: AsyncSession, name: str, at: TopicPartition, *, expected: int, next_: int
    ) -> int:
        parked = await advance(session, name, at, expected=expected, next_=next_)
        await session.execute(text("commit"))
        await session.execute(text("begin"))
        return parked

    patch.setattr(offsets, "advance", advance_and_commit)


def park_alone(patch: pytest.MonkeyPatch) -> None:
    """Later events of a parked key are not set aside: they are applied before it is replayed."""
    patch.setattr(batch, "PARKED_KEYS", text(f"{batch.PARKED_KEYS} and false"))


@pytest.fixture(scope="module")
async def databases(worker_name: str) -> Databases:
    made = await prepare_databases(os.environ["TEST_DATABASE_URL"], suffix=f"_planted_{worker_name}")
    await witness.prepare(made)
    await ensure_schema(made["log"].owner)
    for statement in CURSOR:
        await _run(made["contacts"].owner, statement)
    return made


class Scene:
    """A tenant's writes on their way, with everything that goes wrong in good order, too."""

    def __init__(self, database: Database, databases: Databases, log: PostgresLog) -> None:
        self.context = Context(tenant_id=uuid4())
        self.contacts = [uuid4() for _ in range(CONTACTS)]
        self.acks: list[Ack] = []
        self._database = database
        self._databases = databases
        self._log = log
        self._relay = Relay("planted", databases["contacts"].system, log)
        self._consumer = witness.watch(f"planted {self.context.tenant_id}", ContactSeen)
        self._consumer.park_limit = 1.0
        self._consumer.on(ContactSeen)(self._stumble)
        self._random = Random(1)
        self._mended = False

    async def play(self) -> Verdict:
        async with self._at_work():
            async with asyncio.TaskGroup() as writing:
                for number in range(WRITERS):
                    writing.create_task(self._write(self.contacts[number::WRITERS], Random(number)))
            await self._quiet()
            logged = await self._logged()
            await self._repeat_late(logged)
            await self._quiet()
            self._mended = True
            await replay(self._database, self._consumer, self.context.tenant_id)
            await self._wake_late(logged)
        return await self._judge()

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        running = Running(self._consumer, self._database, self._log)
        tasks = [asyncio.create_task(each.run(stop)) for each in (self._relay, running)]
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*tasks)

    async def _write(self, contacts: Sequence[UUID], random: Random) -> None:
        """Transactions overlap: what takes its id first may commit last."""
        for version in range(1, VERSIONS + 1):
            for contact in contacts:
                token = uuid4().hex
                async with self._database.transaction(self.context) as session:
                    stage(session, ContactWritten(contact_id=contact, version=version, token=token))
                    await write_staged(session)
                    await asyncio.sleep(random.choice((0.0, 0.0, 0.1)))
                self.acks.append(Ack(Kind.CONTACT, str(contact), version, token, str(contact)))

    async def _stumble(self, _: AsyncSession, events: Sequence[ContactSeen]) -> None:
        """Fails after the others' effect: now and then for a while, and at one event until it is mended."""
        if not self._mended and self._random.random() < STUMBLES:
            raise UnavailableError("a partner is away")
        poisoned = str(self.contacts[0])
        if not self._mended and any(e.envelope.key == poisoned and e.version == POISONED_VERSION for e in events):
            raise ZeroDivisionError

    async def _repeat_late(self, logged: dict[int, list[Received]]) -> None:
        """A relay that slept after it had read publishes again what others have published and deleted meanwhile."""
        for partition, events in logged.items():
            await self._log.append(TopicPartition(TOPIC, partition), [each.message for each in events[:FIRST_EVENTS]])

    async def _wake_late(self, logged: dict[int, list[Received]]) -> None:
        """An owner that slept after it had fetched applies its batch, which others have applied meanwhile."""
        for partition, events in logged.items():
            with suppress(FencedError, UnavailableError):
                at = TopicPartition(TOPIC, partition)
                await apply_batch(self._database, self._consumer, at, events[0].offset, events[:FIRST_EVENTS])

    async def _quiet(self) -> None:
        """Until the consumer has been at the end of the log for a while."""
        still = 0
        async with asyncio.timeout(QUIET_TIMEOUT_S):
            while still < STILL_POLLS:
                await asyncio.sleep(POLL_S)
                still = still + 1 if await self._ends() == await self._offsets() else 0

    async def _ends(self) -> int:
        query = "select sum(next_offset) from log_partition where topic = $1"
        return int((await _run(self._databases["log"].owner, query, TOPIC))[0][0])

    async def _offsets(self) -> int:
        query = "select coalesce(sum(next), 0) from consumer_offset where consumer = $1"
        return int((await _run(self._databases["contacts"].owner, query, self._consumer.name))[0][0])

    async def _logged(self) -> dict[int, list[Received]]:
        found: dict[int, list[Received]] = {}
        rows = await _run(self._databases["log"].owner, FIRST_LOGGED, TOPIC, self.context.tenant_id)
        for partition, offset, *message in rows:
            found.setdefault(partition, []).append(Received(offset, Message(*message)))
        return found

    async def _judge(self) -> Verdict:
        verdict = Verdict()
        logged = await _run(self._databases["log"].owner, LOGGED, self.context.tenant_id)
        entries = [Entry(*row) for row in logged]
        noted = await _run(self._databases["contacts"].system, witness.NOTES, self.context.tenant_id)
        judge_log(verdict, self.acks, entries)
        applied, once = (
            [Note(key, event_id) for is_once, key, event_id in noted if is_once is kind] for kind in (False, True)
        )
        judge_applied(verdict, entries, applied, once)
        return verdict


async def play(databases: Databases) -> Verdict:
    """On empty tables: what a bug left over must not meet the next one."""
    urls = databases["contacts"]
    await _run(urls.owner, "truncate outbox, inbox, consumer_offset, parked_event, witnessed")
    await _run(databases["log"].owner, "truncate log_event, log_partition, log_member, log_lease")
    log = PostgresLog(databases["log"].system)
    async with Database(urls.app, pool_size=16) as database:
        try:
            return await Scene(database, databases, log).play()
        finally:
            await log.close()


async def test_the_judge_is_content_without_a_bug(databases: Databases) -> None:
    verdict = await play(databases)

    assert verdict.is_fine, str(verdict)


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (naive_cursor, "lost"),
        (no_compare_and_set, "repeated"),
        (no_inbox, "repeated"),
        (acknowledge_first, "lost"),
        (park_alone, "disordered"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
async def test_a_planted_bug_is_caught(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None], found: str
) -> None:
    plant(monkeypatch)

    verdict = await play(databases)

    assert getattr(verdict, found), f"{plant.__name__} went unnoticed: {verdict}"


async def _run(url: str, query: str, *arguments: object) -> Sequence[asyncpg.Record]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return await connection.fetch(query, *arguments)
    finally:
        await connection.close()
