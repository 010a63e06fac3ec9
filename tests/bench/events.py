"""Events: staged, relayed, applied, and how long that takes from commit to effect."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from time import perf_counter
from uuid import uuid4

from sqlalchemy import text

from deploy.local.databases import Urls
from shared.db import Database
from shared.messaging import stage_many
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.relay import Relay
from shared.messaging.running import Running
from shared.observability.context import Context
from tests.bench.facts import Applied, changes, event_databases
from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.latency import latencies
from tests.bench.plan import Plan

SECTION = "Events"
TENANTS = 4
TIMEOUT_S = 120.0
WAITING = text("select exists (select from outbox)")
_numbers = count()


@dataclass(frozen=True, slots=True)
class Side:
    """One transport, and what was measured on it."""

    log: EventLog
    relayed: list[float]
    applied: list[float]
    p50_ms: list[float]
    p99_ms: list[float]


@dataclass(frozen=True, slots=True)
class Stores:
    database: Database
    system: Database
    urls: Urls


async def measure(ground: Ground, plan: Plan) -> list[Figure]:
    staged: list[float] = []
    async with _stores(ground) as (stores, sides):
        for _ in range(plan.rounds):
            for side in sides.values():
                staged.append(await _stage(stores.database, plan.events))
                side.relayed.append(await _relay(stores, side.log, plan.events))
                side.applied.append(await _project(stores, side, plan))
        for _ in range(plan.rounds):
            for side in sides.values():
                p50_ms, p99_ms = await latencies(
                    stores.database, stores.system, stores.urls.system, side.log, plan.latency_s
                )
                side.p50_ms.append(p50_ms)
                side.p99_ms.append(p99_ms)
    return [
        figure(SECTION, "events_staged_per_s", "stage_many into the outbox", staged, "rows/s"),
        *(each for name, side in sides.items() for each in _figures(name, side)),
        *_ratios(sides),
    ]


@asynccontextmanager
async def _stores(ground: Ground) -> AsyncIterator[tuple[Stores, Mapping[str, Side]]]:
    databases = await event_databases(ground)
    urls = databases["contacts"]
    logs: dict[str, EventLog] = {"postgres": PostgresLog(databases["log"].system)}
    if ground.broker is not None:
        logs["kafka"] = KafkaLog(ground.broker.bootstrap_servers, client_id="bench")
    async with Database(urls.app, pool_size=10) as database, Database(urls.system) as system:
        yield Stores(database, system, urls), {name: Side(log, [], [], [], []) for name, log in logs.items()}
        for log in logs.values():
            await log.close()


async def _stage(database: Database, events: int) -> float:
    """A quarter for each tenant, a transaction each."""
    facts = [list(changes(events // TENANTS)) for _ in range(TENANTS)]
    began_s = perf_counter()
    for of_tenant in facts:
        async with database.transaction(Context(tenant_id=uuid4())) as session:
            await stage_many(session, of_tenant)
    return events / (perf_counter() - began_s)


async def _relay(stores: Stores, log: EventLog, events: int) -> float:
    stop = asyncio.Event()
    relay = asyncio.create_task(Relay("bench", stores.urls.system, log).run(stop))
    began_s = perf_counter()
    async with asyncio.timeout(TIMEOUT_S):
        await _until_empty(stores.system)
    took_s = perf_counter() - began_s
    stop.set()
    await relay
    return events / took_s


async def _until_empty(system: Database) -> None:
    while True:
        async with system.transaction() as session:
            if not await session.scalar(WAITING):
                return
        await asyncio.sleep(0.02)


async def _project(stores: Stores, side: Side, plan: Plan) -> float:
    """All that is in the log so far, from its start, by a consumer that nobody has seen before."""
    expected = plan.events * len(side.relayed)
    applied = Applied(f"bench.{next(_numbers)}", expected)
    stop = asyncio.Event()
    running = asyncio.create_task(Running(applied.consumer, stores.database, side.log).run(stop))
    async with asyncio.timeout(TIMEOUT_S):
        await applied.all.wait()
    stop.set()
    await running
    return applied.per_second()


def _figures(name: str, side: Side) -> list[Figure]:
    title = {"postgres": "PostgreSQL log", "kafka": "Kafka"}[name]
    wait = f"commit to applied, 100 writes/s, {title}"
    return [
        figure(SECTION, f"events_relayed_per_s_{name}", f"outbox → {title}, batches of 500", side.relayed, "events/s"),
        figure(
            SECTION,
            f"events_applied_per_s_{name}",
            f"{title} → projection, {TENANTS} tenants",
            side.applied,
            "events/s",
        ),
        figure(SECTION, f"events_latency_p50_ms_{name}", f"{wait}, p50", side.p50_ms, "ms"),
        figure(SECTION, f"events_latency_p99_ms_{name}", f"{wait}, p99", side.p99_ms, "ms"),
    ]


def _ratios(sides: Mapping[str, Side]) -> list[Figure]:
    if "kafka" not in sides:
        return []
    one, other = sides["kafka"], sides["postgres"]
    relayed = [a / b for a, b in zip(one.relayed, other.relayed, strict=True)]
    applied = [a / b for a, b in zip(one.applied, other.applied, strict=True)]
    return [
        figure(SECTION, "events_relayed_kafka_ratio", "relay: Kafka ÷ PostgreSQL log, events/s", relayed, "×"),
        figure(SECTION, "events_applied_kafka_ratio", "projection: Kafka ÷ PostgreSQL log, events/s", applied, "×"),
    ]
