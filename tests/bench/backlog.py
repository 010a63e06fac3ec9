"""A long absence: orders wait in the outbox, then in the log, and the services' own workers catch up. Linux only."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from deploy.local.environment import environment
from deploy.local.supervision import Program
from interaction_service.orders.events import OrderLine, OrderPlaced
from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.plan import Plan

SECTION = "A backlog"
ORDERS_A_CONTACT = 10
TIMEOUT_S = 900.0
STAGE = """
insert into outbox (tenant_id, topic, key, type, subject, version, body)
select $1, $2, contact_id, $3, order_id, 1,
  ($5::jsonb || jsonb_build_object('order_id', order_id, 'contact_id', contact_id))::json
from (
  select gen_random_uuid() as order_id, md5((n / $4)::text)::uuid as contact_id from generate_series(0, $6 - 1) as n
) as made
"""
RELAYED = "select not exists (select from outbox)"
APPLIED = "select coalesce(sum(next), 0) >= $1 from consumer_offset where consumer = 'analytics_features'"
FORGET = "truncate consumer_offset, known_orders, features"
"""The next transport begins anew."""


async def measure(ground: Ground, plan: Plan) -> list[Figure]:
    figures = []
    for name, servers in _transports(ground).items():
        figures += await _catch_up(_on(ground, servers), name, plan.backlog)
    return figures


def _transports(ground: Ground) -> dict[str, str | None]:
    known: dict[str, str | None] = {"postgres": None}
    return known if ground.broker is None else {**known, "kafka": ground.broker.bootstrap_servers}


def _on(ground: Ground, servers: str | None) -> Ground:
    told = environment(ground.databases, ground.keys, port=ground.port, kafka_bootstrap_servers=servers)
    return replace(ground, env={**ground.env, **told})


async def _catch_up(ground: Ground, transport: str, orders: int) -> list[Figure]:
    producer, consumer = [await _connect(ground, name) for name in ("interactions", "analytics")]
    await consumer.execute(FORGET)
    await _stage(producer, orders)

    relayed = await _drain(ground, "interaction_service", 2, partial(producer.fetchval, RELAYED))
    applied = await _drain(ground, "analytics_service", 4, partial(consumer.fetchval, APPLIED, orders))

    await producer.close()
    await consumer.close()
    return [
        *_figures(f"relay, {transport}", f"backlog_relay_{transport}", orders, *relayed),
        *_figures(f"features of customers, {transport}", f"backlog_features_{transport}", orders, *applied),
    ]


def _figures(what: str, name: str, events: int, took_s: float, peak_mib: float) -> list[Figure]:
    title = f"{events:,} events wait: {what}"
    return [
        figure(SECTION, f"{name}_per_s", title, [events / took_s], "events/s"),
        figure(SECTION, f"{name}_peak_mib", f"{title}, peak RSS of the worker", [peak_mib], "MiB"),
    ]


async def _connect(ground: Ground, service: str) -> "asyncpg.Connection[asyncpg.Record]":
    """As the superuser: rows of all tenants, and tables to be emptied."""
    database = ground.databases[service].owner.rpartition("/")[2]
    return await asyncpg.connect(ground.server.superuser_url(database).replace("+asyncpg", ""))


async def _stage(producer: "asyncpg.Connection[asyncpg.Record]", orders: int) -> None:
    body = _order().model_dump_json(exclude={"order_id", "contact_id"})
    event = OrderPlaced
    await producer.execute(STAGE, uuid4(), event.topic, event.event_type, ORDERS_A_CONTACT, body, orders)
    await producer.execute("vacuum analyze outbox")


async def _drain(
    ground: Ground, package: str, offset: int, is_done: Callable[[], Awaitable[Any]]
) -> tuple[float, float]:
    """How many seconds the service's worker needs, and how many MiB it held at most."""
    program = await asyncio.to_thread(ground.start, package, package, ground.port + offset, "--only", "worker")
    began_s = perf_counter()
    async with asyncio.timeout(TIMEOUT_S):
        await _until(is_done)
    took_s, peak_mib = perf_counter() - began_s, _peak_mib(program)
    await asyncio.to_thread(program.stop)
    return took_s, peak_mib


async def _until(is_done: Callable[[], Awaitable[Any]]) -> None:
    while True:
        if await is_done():
            return
        await asyncio.sleep(0.1)


def _peak_mib(program: Program) -> float:
    status = Path(f"/proc/{program.pid}/status").read_text()
    return float(status.partition("VmHWM:")[2].split()[0]) / 1024


def _order() -> OrderPlaced:
    moment = datetime.now(UTC)
    line = OrderLine(sku="TH-1042", quantity=Decimal(2), amount=Decimal("450.00"), category="เครื่องดื่ม")
    return OrderPlaced(
        order_id=UUID(int=0),
        version=1,
        contact_id=UUID(int=0),
        previous_contact_id=None,
        contact_ref=None,
        source="line",
        number="2026-000042",
        status="paid",
        placed_at=moment,
        cancelled_at=None,
        currency="THB",
        discount_amount=Decimal(0),
        tax_amount=Decimal("63.00"),
        total_amount=Decimal("963.00"),
        returned_amount=Decimal(0),
        quantity=Decimal(4),
        line_count=2,
        lines=[line, line],
        owner_id=None,
        tags=["VIP"],
        created_at=moment,
        updated_at=moment,
        changed_fields=[],
    )
