"""The known contacts made again; the orders that they once found are left as they are."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from uuid import uuid4

import pytest
from sqlalchemy import text

from deploy.local.databases import prepare
from deploy.local.environment import environment
from deploy.local.keys import Keys
from deploy.local.ports import free_port
from interaction_service.app import create_app
from interaction_service.orders.consumer import consumer
from interaction_service.settings import Settings
from shared.ids import new_id
from shared.messaging.log_schema import ensure_schema
from shared.messaging.message import Message, TopicPartition
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.running import Running
from shared.testing.services import ServiceUnderTest, service_under_test
from tests.conftest import SERVER_URL
from tests.interaction_service.facts import Facts

AT = TopicPartition("samphan.contacts", 0)


@dataclass(frozen=True, slots=True)
class Ground:
    """`env` is what a command is started with."""

    service: ServiceUnderTest
    log: PostgresLog
    env: Mapping[str, str]

    async def learn(self, *messages: Message) -> None:
        """The live consumer applies them."""
        await self.log.append(AT, messages)
        stop = asyncio.Event()
        task = asyncio.create_task(Running(consumer, self.service.database, self.log).run(stop))
        end = text("select max(next) from consumer_offset where consumer = 'known_contacts' and partition = 0")
        wanted = (await self.log.connections.fetch("select max(next_offset) from log_partition"))[0][0]
        reached = 0
        for _ in range(200):
            async with self.service.database.transaction() as session:
                reached = await session.scalar(end) or 0
            if reached == wanted:
                break
            await asyncio.sleep(0.1)
        stop.set()
        await task
        assert reached == wanted

    async def command(self, *arguments: str) -> tuple[int | None, str]:
        """`python -m interaction_service ...`: its exit code and what it says."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "interaction_service", *arguments, env=dict(self.env), stdout=subprocess.PIPE
        )
        said, _ = await process.communicate()
        return process.returncode, said.decode()


@pytest.fixture
async def ground(keys: Keys) -> AsyncIterator[Ground]:
    databases = await asyncio.to_thread(prepare, os.environ[SERVER_URL], suffix=f"_{uuid4().hex[:12]}")
    await ensure_schema(databases["log"].owner)
    given = environment(databases, keys, port=free_port())
    log = PostgresLog(databases["log"].system)
    env = {**os.environ, **given, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    async with service_under_test("interaction_service", "interactions", given, Settings, create_app) as service:
        yield Ground(service, log, env)
    await log.close()


async def test_orders_that_were_linked_stay_and_nobody_hears_of_a_rebuild(ground: Ground) -> None:
    tenant = ground.service.tenant()
    facts, who, gone = Facts(ground.service.database, tenant), new_id(), new_id()
    order = {
        "source": "shop", "number": "1", "contact_ref": {"system": "email", "id": "ada@example.com"},
        "placed_at": "2026-01-05T03:00:00Z", "currency": "THB", "total": {"amount": "10.00", "currency": "THB"},
    }  # fmt: skip
    async with ground.service.client(tenant) as client:
        created = await client.post("/v1/orders", json=order)
        assert created.status_code == 201, created.text
    await ground.learn(
        facts.message(who, 1, full_name="Ada", emails=["ada@example.com"]),
        facts.message(gone, 1, full_name="Eve", emails=["eve@example.com"]),
        facts.message(gone, 2, what="tombstone"),
        facts.message(who, 2, what="snapshot", full_name="Ada King", emails=["ada@example.com", "a@example.com"]),
    )
    staged = await facts.staged()

    code, said = await ground.command("rebuild", "known_contacts")

    async with ground.service.client(tenant) as client:
        linked = await client.get(f"/v1/orders/{created.json()['id']}")
    assert code == 0, said
    assert "known_contacts: 2 rows live, 2 rebuilt, 0 of 1 tenants differ" in said
    assert "known_contact_keys: 2 rows live, 2 rebuilt, 0 of 1 tenants differ" in said
    assert linked.json()["contact_id"] == str(who)
    assert await facts.staged() == staged


async def test_a_difference_is_told_by_the_exit_code(ground: Ground) -> None:
    tenant = ground.service.tenant()
    facts, who = Facts(ground.service.database, tenant), new_id()
    await ground.learn(facts.message(who, 1, full_name="Ada"))
    async with tenant.database.transaction(tenant.context) as session:
        await session.execute(text("update known_contacts set full_name = 'Eve'"))

    refused = await ground.command("rebuild", "known_contacts")
    mended = await ground.command("rebuild", "known_contacts", "--resume", "--accept")

    async with tenant.database.transaction(tenant.context) as session:
        name = await session.scalar(text("select full_name from known_contacts"))
    assert (refused[0], mended[0]) == (1, 0)
    assert f"tenant {tenant.id}: 1 rows live, 1 rebuilt, the hashes differ" in refused[1]
    assert name == "Ada"


async def test_the_command_of_a_producer_tells_its_records_again(ground: Ground) -> None:
    tenant = ground.service.tenant()
    call = {"kind": "call", "direction": "inbound", "contact_id": str(new_id())}
    async with ground.service.client(tenant) as client:
        created = await client.post("/v1/interactions", json=call)
    assert created.status_code == 201, created.text

    code, said = await ground.command("snapshot")

    assert (code, said.splitlines()[-1]) == (0, "1 records were told again.")
    assert await tenant.staged_types() == [
        "interactions.interaction.logged.v1",
        "interactions.interaction.snapshot.v1",
    ]


async def test_a_consumer_that_is_not_there_is_refused(ground: Ground) -> None:
    code, _ = await ground.command("rebuild", "somebody")

    assert code == 2


async def test_merged_contacts_travel_over_the_log_and_are_made_again(ground: Ground) -> None:
    tenant = ground.service.tenant()
    facts, survivor, merged, back = Facts(ground.service.database, tenant), new_id(), new_id(), new_id()
    note = {"kind": "call", "direction": "inbound", "contact_id": str(merged), "occurred_at": "2026-01-05T03:00:00Z"}
    async with ground.service.client(tenant) as client:
        logged = await client.post("/v1/interactions", json=note)
    await ground.learn(
        facts.message(survivor, 1),
        facts.message(merged, 1),
        facts.message(merged, 2, what="merged", merged_into=str(survivor)),
        facts.message(back, 2, what="merged", merged_into=str(survivor)),
        facts.message(back, 3, what="unmerged"),
    )

    code, said = await ground.command("rebuild", "known_contacts")

    async with ground.service.client(tenant) as client:
        timeline = await client.get(f"/v1/contacts/{survivor}/timeline")
    assert code == 0, said
    assert "successors: 1 rows live, 1 rebuilt, 0 of 1 tenants differ" in said
    assert [entry["id"] for entry in timeline.json()["data"]] == [logged.json()["id"]]
