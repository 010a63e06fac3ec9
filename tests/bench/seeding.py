"""A million contacts of twenty tenants: written by the service's own bulk path in a process for each CPU, at once.

The secondary indexes of the tables are taken away meanwhile and built again as they were.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from multiprocessing import get_context
from uuid import UUID, uuid5

import asyncpg

from contacts_service.contacts.bulk import create_contacts
from contacts_service.contacts.models import new_contact
from contacts_service.contacts.schemas import ContactCreate
from shared.db import Database
from shared.observability.context import Context
from shared.observability.logs import configure_logs
from shared.observability.runtime import settle_process
from tests.bench.ground import Ground
from tests.bench.people import person

CHUNK = 2_000
TABLES = ("contacts", "contact_keys", "contact_search", "custom_field_values")
BUILD_MEMORY = "1GB"
SECONDARY = """
select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
from pg_index i where i.indrelid = any($1::regclass[]) and not i.indisprimary
"""

Chunk = tuple[UUID, int, int]
"""Tenant, first number, count."""


def tenant_ids(largest: UUID, smallest: UUID, count: int) -> list[UUID]:
    """The two that are looked at, and the others between them."""
    return [largest, *(uuid5(largest, str(number)) for number in range(count - 2)), smallest]


async def seed(ground: Ground, tenants: Sequence[UUID], have: Sequence[int], want: Sequence[int]) -> None:
    """Gives each tenant the contacts that it lacks; then what autovacuum would do some minutes later."""
    chunks = [
        (tenant, first, min(CHUNK, end - first))
        for tenant, start, end in zip(tenants, have, want, strict=True)
        for first in range(start, end, CHUNK)
    ]
    async with _without_indexes(ground):
        await _in_processes(ground.databases["contacts"].app, chunks)
    await settle(ground)


async def settle(ground: Ground) -> None:
    """No dead rows, fresh statistics, no events that wait, no checkpoint that is due."""
    connection = await admin(ground)
    await connection.execute("truncate outbox")
    for table in (*TABLES, "outbox"):
        await connection.execute(f"vacuum analyze {table}")
    await connection.execute("checkpoint")
    await connection.close()


async def ids_of(ground: Ground, tenant: UUID, count: int) -> list[str]:
    """Of any contacts of the tenant, the same ones each time it is asked."""
    connection = await admin(ground)
    rows = await connection.fetch(
        "select id from contacts where tenant_id = $1 order by hashtextextended(phone, 1), id limit $2", tenant, count
    )
    await connection.close()
    return [str(row["id"]) for row in rows]


async def external_ids(ground: Ground, tenant: UUID) -> int:
    """How many the tenant's contacts have."""
    connection = await admin(ground)
    found: int = await connection.fetchval(
        "select count(*) from contact_keys where tenant_id = $1 and kind = 'external'", tenant
    )
    await connection.close()
    return found


@asynccontextmanager
async def _without_indexes(ground: Ground) -> AsyncIterator[None]:
    connection = await admin(ground)
    indexes = await connection.fetch(SECONDARY, TABLES)
    for index in indexes:
        await connection.execute(f"drop index {index['name']}")
    yield
    await connection.execute(f"set maintenance_work_mem = '{BUILD_MEMORY}'")
    for index in indexes:
        await connection.execute(index["definition"])
    await connection.close()


async def admin(ground: Ground) -> "asyncpg.Connection[asyncpg.Record]":
    """As the superuser: rows of all tenants."""
    database = ground.databases["contacts"].owner.rpartition("/")[2]
    return await asyncpg.connect(ground.server.superuser_url(database).replace("+asyncpg", ""))


async def _in_processes(url: str, chunks: Sequence[Chunk]) -> None:
    loop = asyncio.get_running_loop()
    processes = os.cpu_count() or 1
    shared = [chunks[number::processes] for number in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        await asyncio.gather(*(loop.run_in_executor(pool, partial(_write_all, url, each)) for each in shared))


def _write_all(url: str, chunks: Sequence[Chunk]) -> None:
    configure_logs("ERROR", "bench")
    settle_process()
    asyncio.run(_write(url, chunks))


async def _write(url: str, chunks: Sequence[Chunk]) -> None:
    """Two transactions at a time: the database works on one while the next is made."""
    waiting = iter(chunks)

    async def work() -> None:
        for tenant, first, count in waiting:
            contacts = [
                new_contact(tenant, ContactCreate.model_validate(person(number, f"{number}")).given())
                for number in range(first, first + count)
            ]
            async with database.transaction(Context(tenant_id=tenant)) as session:
                await create_contacts(session, contacts)

    async with Database(url, pool_size=2) as database:
        await asyncio.gather(work(), work())
