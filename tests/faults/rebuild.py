"""F14: a large projection is made again while it is live, by a process that is killed on the way."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import groupby
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4
from zlib import crc32

import orjson

from shared.db.record import now
from shared.ids import new_id
from shared.messaging.event import PARTITIONS, topic_of
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog
from shared.messaging.message import Message, TopicPartition
from shared.messaging.postgres_log import PostgresLog
from tests.faults.observation import fetch
from tests.faults.schedule import Schedule, Step
from tests.faults.system import System
from tests.faults.trial import CATCH_UP_TIMEOUT_S, Fault, Result, Tier, attempt

CONSUMER = "analytics_features"
INTERRUPT, FINISH = "rebuild, kill -9", "rebuild, resume"
MOST_LAG_S = 5.0
MOST_MEMORY_MIB = 256
CHUNK = 500
PROBE_S = 0.25
KNOWN = "select count(*) from features where tenant_id = $1"
PROBED = "select coalesce(max(contact_version), 0) from features where tenant_id = $1"
POLL_S = 0.05
SIZES = {Tier.PR: (3_000, 500, 3.0), Tier.NIGHTLY: (210_000, 10_000, 15.0)}
"""Events in the log before, writes through the gateway meanwhile, seconds until the kill."""


async def run(system: System, tier: Tier, seed: int) -> Result:
    backlog, events, kill_after_s = SIZES[tier]
    trial = Rebuilding(system)
    await trial.fill(backlog)
    schedule = Schedule(seed, (Step(0.5, INTERRUPT, CONSUMER, kill_after_s), Step(0.5, FINISH, CONSUMER, kill_after_s)))
    async with trial.probing():
        result = await attempt(system, "F14", schedule, events=events, act=trial.act)
    result.events += backlog
    result.figures |= {
        "lag_s": round(max(trial.lags_s), 2),
        "rebuild_s": round(trial.took_s, 1),
        "rebuild_memory_mib": trial.memory_mib,
    }
    result.expect(trial.code == 0, f"the rebuilt projection is the same and swapped in: {trial.said}")
    result.expect(max(trial.lags_s) <= MOST_LAG_S, f"the live projection lags {MOST_LAG_S:g} s at most")
    result.expect(trial.memory_mib <= MOST_MEMORY_MIB, f"a rebuild needs {MOST_MEMORY_MIB} MiB at most")
    await system_is_clean(system, result)
    return result


async def system_is_clean(system: System, result: Result) -> None:
    left = "select count(*) from pg_namespace where nspname ~ 'analytics_features'"
    unlocked = "select count(*) from pg_class where relname in ('features', 'known_orders') and not relforcerowsecurity"
    result.expect((await fetch(system, "analytics", left))[0][0] == 0, "nothing of a rebuild stays behind")
    result.expect((await fetch(system, "analytics", unlocked))[0][0] == 0, "row-level security is forced again")


class Rebuilding:
    """`lags_s` are the seconds from an event's append until the live projection showed it."""

    def __init__(self, system: System) -> None:
        self._system = system
        self.lags_s: list[float] = []
        self.code: int | None = None
        self.said = ""
        self.took_s = 0.0
        self.memory_mib = 0

    async def fill(self, events: int) -> None:
        """A third each of contacts, orders and interactions, applied by the live consumer."""
        tenant_id, customers = uuid4(), events // 3
        async with self._log() as log:
            await append(log, [each for _ in range(customers) for each in _history(tenant_id)])
        await self._until(KNOWN, tenant_id, customers)

    async def act(self, _: System, step: Step) -> None:
        arguments = ["rebuild", CONSUMER, *(["--resume"] if step.action == FINISH else [])]
        began_s = monotonic()
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "analytics_service", *arguments, env=self._system.env, stdout=pipe, stderr=pipe
        )
        watching = asyncio.create_task(self._watch(process.pid))
        if step.action == INTERRUPT:
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), step.for_s)
            with suppress(ProcessLookupError):
                process.kill()
        out, errors = await process.communicate()
        watching.cancel()
        self.code, self.took_s = process.returncode, monotonic() - began_s
        self.said = (out + errors[-2_000:]).decode()

    @asynccontextmanager
    async def probing(self) -> AsyncIterator[None]:
        async with self._log() as log:
            task = asyncio.create_task(self._probe(log))
            try:
                yield
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _probe(self, log: EventLog) -> None:
        """One contact that changes all the time."""
        tenant_id, contact_id, version = uuid4(), uuid4(), 0
        while True:
            version += 1
            began_s = monotonic()
            await append(log, [_contact(tenant_id, contact_id, version)])
            await self._until(PROBED, tenant_id, version)
            self.lags_s.append(monotonic() - began_s)
            await asyncio.sleep(PROBE_S)

    async def _until(self, query: str, tenant_id: UUID, number: int) -> None:
        """The live projection shows at least `number`. Raises TimeoutError."""
        async with asyncio.timeout(CATCH_UP_TIMEOUT_S):
            while True:
                if (await fetch(self._system, "analytics", query, tenant_id))[0][0] >= number:
                    return
                await asyncio.sleep(POLL_S)

    async def _watch(self, pid: int) -> None:
        while True:
            self.memory_mib = max(self.memory_mib, _peak_mib(pid))
            await asyncio.sleep(0.5)

    @asynccontextmanager
    async def _log(self) -> AsyncIterator[EventLog]:
        system = self._system
        log: EventLog = PostgresLog(system.databases["log"].system)
        if system.broker is not None:
            log = KafkaLog(system.broker.bootstrap_servers, client_id="f14")
        try:
            yield log
        finally:
            await log.close()


async def append(log: EventLog, messages: Sequence[Message]) -> None:
    """In order for each key."""
    for at, of_place in groupby(sorted(messages, key=_place), key=_place):
        share = list(of_place)
        for start in range(0, len(share), CHUNK):
            await log.append(at, share[start : start + CHUNK])


def _place(message: Message) -> TopicPartition:
    return TopicPartition(topic_of(message.type), crc32(message.key.encode()) % PARTITIONS)


def _history(tenant_id: UUID) -> Iterator[Message]:
    who, order, call = uuid4(), uuid4(), uuid4()
    yield _contact(tenant_id, who, 1)
    placed = {"status": "placed", "currency": "THB", "total_amount": "10.50", "returned_amount": "0.00"}
    known = {"contact_id": who, "version": 1}
    yield _message(tenant_id, who, "interactions.order.placed.v1", order, {
        **known, **placed, "order_id": order, "placed_at": now(),
    })  # fmt: skip
    yield _message(tenant_id, who, "interactions.interaction.logged.v1", call, {
        **known, "interaction_id": call, "kind": "call", "occurred_at": now(),
    })  # fmt: skip


def _contact(tenant_id: UUID, contact_id: UUID, version: int) -> Message:
    """Complete: the other services read it, too."""
    names = ("given_name", "family_name", "language", "sex", "birthday", "home_province", "customer_class",
             "lifecycle_stage", "company_id", "owner_id")  # fmt: skip
    body: dict[str, object] = {
        **dict.fromkeys(names), "contact_id": contact_id, "version": version, "full_name": "สมชาย ใจดี", "emails": [],
        "phones": [], "external_ids": [], "tags": [], "created_at": now(), "updated_at": now(), "changed_fields": [],
    }  # fmt: skip
    what = "created" if version == 1 else "updated"
    return _message(tenant_id, contact_id, f"contacts.contact.{what}.v1", contact_id, body)


def _message(tenant_id: UUID, key: UUID, event_type: str, subject: UUID, body: dict[str, object]) -> Message:
    text, version = orjson.dumps(body, default=str).decode(), body["version"]
    assert isinstance(version, int)
    return Message(tenant_id, str(key), new_id(), event_type, str(subject), version, now(), "{}", text)


def _peak_mib(pid: int) -> int:
    """The most that the process has held; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


FAULT = Fault(
    "F14",
    "a projection is made again while it is live and written to, by a process that is killed half-way and resumed",
    f"the same hash for every tenant, swapped in; live lag ≤ {MOST_LAG_S:g} s; ≤ {MOST_MEMORY_MIB} MiB",
    run,
)
