"""Three real brokers, of which one or another is away."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from deploy.local import kafka
from deploy.local.databases import Urls
from deploy.local.ports import free_block
from shared.db.database import Database
from shared.messaging import Consumer
from shared.messaging.kafka import KafkaLog
from shared.messaging.message import TopicPartition
from shared.messaging.worker import Worker
from tests.kafka_broker import require_programs
from tests.shared.messaging.conftest import Facts, Tenant, eventually, write_ledger
from tests.shared.messaging.load import assert_each_once_in_order, complete, keep_writing
from tests.shared.messaging.members import from_start, has_partitions, message

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]
MEMBERS = 3


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kafka.Cluster]:
    require_programs()
    started = kafka.start_cluster(tmp_path_factory.mktemp("cluster"), free_block(6), 3)
    yield started
    started.stop()


@pytest.fixture
async def brokers(cluster: kafka.Cluster) -> AsyncIterator[kafka.Cluster]:
    """All three run, before the test and after it."""
    yield cluster
    for broker in list(cluster.brokers.values()):
        if not broker.is_running():
            cluster.launch(broker.node)
    await cluster.wait_until_joined()


@pytest.fixture
async def replicated(cluster: kafka.Cluster) -> AsyncIterator[KafkaLog]:
    log = KafkaLog(cluster.bootstrap_servers, client_id="tests", replication=3)
    yield log
    await log.close()


@pytest.fixture
async def workers(
    database: Database, system: Database, urls: Urls, cluster: kafka.Cluster, facts: Facts
) -> AsyncIterator[list[Worker]]:
    """The members of one group, each with its own connections to the brokers."""
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(MEMBERS):
            consumer = Consumer(facts.consumer)
            consumer.on(facts.seen, inbox=True)(write_ledger)
            events = KafkaLog(cluster.bootstrap_servers, client_id="tests", replication=3)
            stack.push_async_callback(events.close)
            worker = Worker(
                "tests",
                database=database,
                system_database=system,
                system_url=urls.system,
                events=events,
                consumers=[consumer],
            )
            made.append(await stack.enter_async_context(worker))
        yield made


async def test_topics_have_three_copies_and_acknowledge_what_is_in_two(replicated: KafkaLog, facts: Facts) -> None:
    await replicated.create_topics([facts.topic])

    async with admin_of(replicated) as admin:

        async def copied() -> bool:
            """A broker may hear of a new topic later than the controller that made it."""
            (topic,) = await admin.describe_topics([facts.topic])
            return {len(partition["replicas"]) for partition in topic["partitions"]} == {3}

        async def acknowledged_by_two() -> bool:
            """Each question may go to another broker."""
            (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, facts.topic)])
            (config,) = answer.resources
            return ("min.insync.replicas", "2") in [entry[:2] for entry in config[4]]

        await eventually(copied)
        await eventually(acknowledged_by_two)


async def test_brokers_that_leave_in_turn_cost_nothing(
    database: Database, workers: list[Worker], brokers: kafka.Cluster, tenant: Tenant, facts: Facts
) -> None:
    """Two are killed, one is restarted in good order."""
    writing = asyncio.create_task(keep_writing(database, tenant, facts, 250))

    for node, leave in zip(brokers.nodes, (kafka.Broker.kill, kafka.Broker.stop, kafka.Broker.kill), strict=True):
        await asyncio.sleep(0.5)
        await asyncio.to_thread(leave, brokers.brokers[node.id])
        brokers.launch(node)
        await brokers.wait_until_joined()
    customers = await writing
    await eventually(complete(tenant, 2_500))

    await assert_each_once_in_order(tenant, customers, 250)


async def test_writes_wait_while_two_brokers_are_away(
    database: Database, workers: list[Worker], brokers: kafka.Cluster, tenant: Tenant, facts: Facts
) -> None:
    before = await keep_writing(database, tenant, facts, 5)
    await eventually(complete(tenant, 50))
    first, second, _ = brokers.nodes

    brokers.brokers[first.id].kill()
    brokers.brokers[second.id].kill()
    while_away = await keep_writing(database, tenant, facts, 20)
    unpublished = int(str(await tenant.value("select count(*) from outbox")))
    brokers.launch(first)
    await eventually(complete(tenant, 250))

    assert unpublished == 200
    assert sorted(await tenant.rows("select distinct subject from ledger")) == sorted(
        (customer,) for customer in [*before, *while_away]
    )
    assert await tenant.value("select count(*) from ledger") == 250


async def test_a_log_opened_while_a_broker_is_away_finds_its_topics(
    replicated: KafkaLog, brokers: kafka.Cluster, facts: Facts
) -> None:
    await replicated.create_topics([facts.topic])
    brokers.brokers[1].kill()
    later = KafkaLog(brokers.bootstrap_servers, client_id="later", replication=3)

    async def appended() -> bool:
        with suppress(KafkaError, TimeoutError):
            await later.append(TopicPartition(facts.topic, 0), [message()])
            return True
        return False

    await eventually(appended)
    await later.close()


async def test_a_commit_that_no_broker_takes_holds_nothing_up(
    replicated: KafkaLog, brokers: kafka.Cluster, facts: Facts
) -> None:
    async with replicated.subscribe(facts.consumer, [facts.topic], ["any"], from_start) as member:
        await eventually(lambda: has_partitions(member))

        with frozen(brokers):
            async with asyncio.timeout(3):
                await member.commit(dict.fromkeys(member.assigned, 0))


def tasks_of_the_client() -> set["asyncio.Task[Any]"]:
    """Others in this loop come and go by themselves."""
    frames = {task: task.get_stack() for task in asyncio.all_tasks()}
    return {task for task, stack in frames.items() if any("aiokafka" in frame.f_code.co_filename for frame in stack)}


async def test_a_producer_that_is_given_up_leaves_nothing_behind(
    replicated: KafkaLog, brokers: kafka.Cluster, facts: Facts
) -> None:
    await replicated.create_topics([facts.topic])
    before = tasks_of_the_client()
    await replicated.append(TopicPartition(facts.topic, 0), [message()])
    at_work = tasks_of_the_client() - before

    with frozen(brokers):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await replicated.append(TopicPartition(facts.topic, 0), [message()])
        left = tasks_of_the_client() - before

    assert at_work
    assert left == set()


@contextmanager
def frozen(cluster: kafka.Cluster) -> Iterator[None]:
    """All brokers, shorter than their sessions."""
    for broker in cluster.brokers.values():
        os.kill(broker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for broker in cluster.brokers.values():
            os.kill(broker.pid, signal.SIGCONT)


@asynccontextmanager
async def admin_of(log: KafkaLog) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=log._servers)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()
