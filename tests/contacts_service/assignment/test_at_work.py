"""The worker gives new contacts to their owners by the events of its own service, on either transport."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from contacts_service.app import create_app
from contacts_service.assignment.consumer import assignment
from contacts_service.settings import Settings
from deploy.local import kafka
from deploy.local.databases import prepare
from deploy.local.environment import environment
from deploy.local.keys import Keys
from deploy.local.ports import free_block, free_port
from shared.ids import new_id
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog
from shared.messaging.log_schema import ensure_schema
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.worker import Worker
from shared.testing.services import ServiceUnderTest, service_under_test
from tests.conftest import SERVER_URL
from tests.kafka_broker import require_programs


@pytest.fixture(params=["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | None]:
    """Where nobody has told anything yet: on the run's own the consumer would first read what all other tests told."""
    if request.param == "postgres":
        yield None
        return
    require_programs()
    started = kafka.start(tmp_path_factory.mktemp("kafka"), free_block(kafka.PORTS_PER_NODE))
    yield started.bootstrap_servers
    started.stop()


@pytest.fixture
async def working(broker: str | None, keys: Keys) -> AsyncIterator[ServiceUnderTest]:
    """A service with a worker, on databases of its own: the relay publishes all that waits there."""
    databases = await asyncio.to_thread(prepare, os.environ[SERVER_URL], suffix=f"_{uuid4().hex[:12]}")
    await ensure_schema(databases["log"].owner)
    log: EventLog = (
        PostgresLog(databases["log"].system, lease_s=2.0) if broker is None else KafkaLog(broker, client_id="tests")
    )
    given = environment(databases, keys, port=free_port())
    async with service_under_test("contacts_service", "contacts", given, Settings, create_app) as service:
        worker = Worker(
            "contacts",
            database=service.database,
            system_database=service.system,
            system_url=service.settings.system_database_url,
            events=log,
            consumers=[assignment],
        )
        async with worker:
            yield service
        await log.close()


async def test_whoever_creates_a_contact_finds_it_owned_soon_after(working: ServiceUnderTest) -> None:
    ploy, james = str(new_id()), str(new_id())
    async with working.client(working.tenant()) as client:
        members = [{"user_id": ploy}, {"user_id": james}]
        team = (await client.post("/v1/teams", json={"name": "ทีมขาย", "members": members})).json()
        rule = {"name": "วน", "strategy": "round_robin", "team_id": team["id"]}
        (await client.post("/v1/assignment-rules", json=rule)).raise_for_status()
        items = [{"op": "create", "data": {"full_name": f"ลูกค้า {number}"}} for number in range(20)]
        (await client.post("/v1/contacts/batch", json={"items": items})).raise_for_status()

        for _ in range(900):
            owners = [each["owner_id"] for each in (await client.get("/v1/contacts")).json()["data"]]
            if None not in owners:
                break
            await asyncio.sleep(0.1)
    assert (owners.count(ploy), owners.count(james)) == (10, 10)
