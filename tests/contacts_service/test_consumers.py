"""What the service hears, over either transport."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4
from zlib import crc32

import pytest

from contacts_service.app import create_app
from contacts_service.settings import Settings
from contacts_service.worker import CONSUMERS
from deploy.local.databases import prepare
from deploy.local.environment import environment
from deploy.local.keys import Keys
from deploy.local.ports import free_port
from shared.ids import new_id
from shared.messaging import Consumer
from shared.messaging.event import PARTITIONS, topic_of
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog
from shared.messaging.log_schema import ensure_schema
from shared.messaging.message import Message, TopicPartition
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.running import Running
from shared.testing.events import fact
from shared.testing.services import ServiceUnderTest, service_under_test
from tests.conftest import SERVER_URL
from tests.contacts_service.lifecycle.orders import order
from tests.contacts_service.lifecycle.test_lifecycle import configure
from tests.contacts_service.made import contact, shown

TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Ground:
    service: ServiceUnderTest
    log: EventLog

    async def publish(self, *messages: Message) -> None:
        for message in messages:
            at = TopicPartition(topic_of(message.type), crc32(message.key.encode()) % PARTITIONS)
            await self.log.append(at, [message])

    @asynccontextmanager
    async def listening(self, consumer: Consumer) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(Running(consumer, self.service.database, self.log).run(stop))
        try:
            yield
        finally:
            stop.set()
            await task


@pytest.fixture(params=["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
async def ground(request: pytest.FixtureRequest, keys: Keys) -> AsyncIterator[Ground]:
    databases = await asyncio.to_thread(prepare, os.environ[SERVER_URL], suffix=f"_{uuid4().hex[:12]}")
    await ensure_schema(databases["log"].owner)
    log: EventLog = PostgresLog(databases["log"].system, lease_s=2.0)
    if request.param == "kafka":
        log = KafkaLog(request.getfixturevalue("kafka_bootstrap_servers"), client_id="tests")
    given = environment(databases, keys, port=free_port())
    async with service_under_test("contacts_service", "contacts", given, Settings, create_app) as service:
        yield Ground(service, log)
        await log.close()


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    deadline_s = asyncio.get_running_loop().time() + TIMEOUT_S
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline_s, "it was never heard"
        await asyncio.sleep(0.05)


async def test_what_others_tell_reaches_contacts(ground: Ground) -> None:
    tenant = ground.service.tenant()
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(ground.service.client(tenant))
        await configure(client, rules=[{"orders": 1, "stage": "customer"}])
        buyer = await contact(client, tags=["ลูกค้าประจำ"], lifecycle_stage="lead")
        told = {"contact_id": buyer, "tags": ["ลูกค้าประจำ"]}
        for consumer in CONSUMERS:
            await stack.enter_async_context(ground.listening(consumer))

        await ground.publish(
            fact(tenant.context, "contacts.contact.created.v1", UUID(buyer), 1, **told),
            order(tenant, new_id(), buyer),
        )

        async def is_customer() -> bool:
            return bool((await shown(client, buyer))["lifecycle_stage"] == "customer")

        async def is_registered() -> bool:
            names = [tag["name"] for tag in (await client.get("/v1/tags")).json()["data"]]
            return names == ["ลูกค้าประจำ"]

        await eventually(is_customer)
        await eventually(is_registered)
