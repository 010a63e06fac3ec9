"""From a request over the outbox, the relay and the log to the pair: what a worker does."""

import asyncio
import os
from uuid import uuid4

from contacts_service.app import create_app
from contacts_service.duplicates.consumer import consumer
from contacts_service.settings import Settings
from deploy.local.databases import prepare
from deploy.local.environment import environment
from deploy.local.keys import Keys
from deploy.local.ports import free_port
from shared.messaging.log_schema import ensure_schema
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.relay import Relay
from shared.messaging.running import Running
from shared.testing.services import service_under_test
from tests.conftest import SERVER_URL
from tests.contacts_service.duplicates.following import MALEE, MALEE_AGAIN, ids, open_pairs
from tests.contacts_service.merging.people import new


async def test_a_pair_is_found_by_the_services_own_events(keys: Keys) -> None:
    databases = await asyncio.to_thread(prepare, os.environ[SERVER_URL], suffix=f"_{uuid4().hex[:12]}")
    await ensure_schema(databases["log"].owner)
    given = environment(databases, keys, port=free_port())
    log = PostgresLog(databases["log"].system)
    stop = asyncio.Event()
    async with service_under_test("contacts_service", "contacts", given, Settings, create_app) as service:
        tenant, relay = service.tenant(), Relay("contacts", databases["contacts"].system, log)
        async with service.client(tenant) as client, asyncio.TaskGroup() as tasks:
            tasks.create_task(Running(consumer, service.database, log).run(stop))
            people = {(await new(client, **each))["id"] for each in (MALEE, MALEE_AGAIN)}
            relaying = tasks.create_task(relay.run(stop))
            found = []
            for _ in range(200):
                if found := await open_pairs(client):
                    break
                await asyncio.sleep(0.05)
            stop.set()
            await relaying
        await relay.close()
    await log.close()

    assert [ids(pair) for pair in found] == [people]
