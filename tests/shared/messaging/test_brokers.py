"""Three real brokers, of which one or another is away."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from deploy.local import kafka
from deploy.local.databases import Urls
from deploy.local.ports import free_block
from shared.db.database import Database
from shared.errors import UnavailableError
from shared.messaging import Consumer
from shared.messaging.event import PARTITIONS
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import Subscription
from shared.messaging.message import Message, TopicPartition
from shared.messaging.worker import Worker
from tests.kafka_broker import require_programs
from tests.shared.messaging.conftest import Facts, Tenant, eventually, write_ledger
from tests.shared.messaging.load import assert_each_once_in_order, complete, keep_writing

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


async def fence(producer: AIOKafkaProducer, at: TopicPartition) -> None:
    """Another producer with its identity and a newer epoch, as the brokers see it."""
    async with AIOKafkaProducer(bootstrap_servers=producer.client._bootstrap_servers, enable_idempotence=True) as other:
        ours = producer._txn_manager._pid_and_epoch
        other._txn_manager._pid_and_epoch = ours._replace(epoch=ours.epoch + 1)
        await other.send_and_wait(at.topic, b"", partition=at.partition, headers=[("ce_type", b"other")])


async def skip_a_sequence_number(producer: AIOKafkaProducer, at: TopicPartition) -> None:
    """As if a batch had been lost on the way."""
    producer._txn_manager.increment_sequence_number(KafkaPartition(*at), 1)


async def test_topics_have_three_copies_and_acknowledge_what_is_in_two(replicated: KafkaLog, facts: Facts) -> None:
    await replicated.create_topics([facts.topic])

    async with admin_of(replicated) as admin:
        copies: set[int] = set()

        async def known() -> bool:
            """A broker may hear of a new topic later than the controller that made it."""
            (topic,) = await admin.describe_topics([facts.topic])
            copies.update(len(partition["replicas"]) for partition in topic["partitions"])
            return bool(copies)

        await eventually(known)
        (config,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, facts.topic)])
    assert copies == {3}
    assert ("min.insync.replicas", "2") in [entry[:2] for entry in config.resources[0][4]]


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
    await eventually(complete(tenant, 2_500), timeout_s=60)

    await assert_each_once_in_order(tenant, customers, 250)


async def test_writes_wait_while_two_brokers_are_away(
    database: Database, workers: list[Worker], brokers: kafka.Cluster, tenant: Tenant, facts: Facts
) -> None:
    before = await keep_writing(database, tenant, facts, 5)
    await eventually(complete(tenant, 50), timeout_s=30)
    first, second, _ = brokers.nodes

    brokers.brokers[first.id].kill()
    brokers.brokers[second.id].kill()
    while_away = await keep_writing(database, tenant, facts, 20)
    unpublished = int(str(await tenant.value("select count(*) from outbox")))
    brokers.launch(first)
    await eventually(complete(tenant, 250), timeout_s=60)

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

    await eventually(appended, timeout_s=30)
    await later.close()


async def test_a_commit_that_no_broker_takes_holds_nothing_up(
    replicated: KafkaLog, brokers: kafka.Cluster, facts: Facts
) -> None:
    async with replicated.subscribe(facts.consumer, [facts.topic], ["any"], from_start) as member:
        await eventually(lambda: has_partitions(member))

        with frozen(brokers):
            async with asyncio.timeout(3):
                await member.commit(dict.fromkeys(member.assigned, 0))


async def test_a_producer_that_is_given_up_leaves_nothing_behind(
    replicated: KafkaLog, brokers: kafka.Cluster, facts: Facts
) -> None:
    await replicated.create_topics([facts.topic])
    before = asyncio.all_tasks()
    await replicated.append(TopicPartition(facts.topic, 0), [message()])

    with frozen(brokers):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await replicated.append(TopicPartition(facts.topic, 0), [message()])
        left = asyncio.all_tasks() - before

    assert left == set()


@pytest.mark.parametrize("spoil", [fence, skip_a_sequence_number], ids=["fenced", "out of sequence"])
async def test_a_producer_that_brokers_refuse_is_replaced(
    kafka_bootstrap_servers: str, facts: Facts, spoil: Callable[[AIOKafkaProducer, TopicPartition], Awaitable[None]]
) -> None:
    log = KafkaLog(kafka_bootstrap_servers, client_id="tests")
    at = TopicPartition(facts.topic, 3)
    first, refused, last = (message() for _ in range(3))
    await log.append(at, [first])
    assert log._producer is not None
    await spoil(log._producer, at)

    with pytest.raises(KafkaError):
        await log.append(at, [refused])
    await log.append(at, [refused])
    await log.append(at, [last])

    assert await ids_in(log, at, facts) == [first.event_id, refused.event_id, last.event_id]
    await log.close()


async def test_a_member_whose_brokers_have_moved_is_started_again(tmp_path: Path, facts: Facts) -> None:
    require_programs()
    old = free_block(4)
    new = old + kafka.PORTS_PER_NODE
    broker = kafka.launch(tmp_path, old)
    await kafka.wait_for_metadata(broker)
    log = KafkaLog(f"127.0.0.1:{old},127.0.0.1:{new}", client_id="tests", silence_s=2.0)

    async with log.subscribe(facts.consumer, [facts.topic], ["any"], from_start) as member:
        await eventually(lambda: has_partitions(member))
        await asyncio.to_thread(broker.stop)
        broker = kafka.launch(tmp_path, new)
        await kafka.wait_for_metadata(broker)
        with pytest.raises(UnavailableError):
            await eventually(partial(has_nothing, member))
    async with log.subscribe(f"{facts.consumer}.again", [facts.topic], ["any"], from_start) as member:
        await eventually(lambda: has_partitions(member))
    await log.close()
    broker.stop()


async def test_a_member_that_leaves_moves_only_its_own_partitions(kafka_bootstrap_servers: str, facts: Facts) -> None:
    log = KafkaLog(kafka_bootstrap_servers, client_id="tests")
    stops = [asyncio.Event() for _ in range(3)]
    members: dict[int, Subscription] = {}

    async def be_member(number: int) -> None:
        async with log.subscribe(facts.consumer, [facts.topic], ["any"], from_start) as members[number]:
            while not stops[number].is_set():
                await members[number].fetch(max_messages=1, timeout_s=0.1)
        del members[number]

    async def shared_by(count: int) -> bool:
        return [len(member.assigned) for member in members.values()] == [PARTITIONS // count] * count

    tasks = [asyncio.create_task(be_member(number)) for number in range(3)]
    await eventually(lambda: shared_by(3))
    before = {number: set(member.assigned) for number, member in members.items()}
    stops[1].set()
    await eventually(lambda: shared_by(2))
    after = {number: set(member.assigned) for number, member in members.items()}
    for stop in stops:
        stop.set()
    await asyncio.gather(*tasks)
    await log.close()

    assert before[0] < after[0]
    assert before[2] < after[2]


async def from_start(partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
    return dict.fromkeys(partitions, 0)


async def has_partitions(member: Subscription) -> bool:
    await member.fetch(max_messages=1, timeout_s=0.1)
    return len(member.assigned) == PARTITIONS


async def has_nothing(member: Subscription) -> bool:
    """Never true: fetches until that raises."""
    await member.fetch(max_messages=1, timeout_s=0.1)
    return False


async def ids_in(log: KafkaLog, at: TopicPartition, facts: Facts) -> list[UUID]:
    """Of all events of the type `any` in a partition, when nothing more has come for a while."""
    found: list[UUID] = []
    async with log.subscribe(facts.consumer, [facts.topic], ["any"], from_start) as member:
        await eventually(lambda: has_partitions(member))
        member.seek(at, 0)
        quiet = 0
        while quiet < 10:
            batch = (await member.fetch(max_messages=100, timeout_s=0.1)).get(at, [])
            found += [received.message.event_id for received in batch if received.message.type == "any"]
            quiet = 0 if batch else quiet + 1
    return found


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


def message() -> Message:
    return Message(uuid4(), "key", uuid4(), "any", "subject", 1, datetime.now(UTC), "{}", "{}")


@asynccontextmanager
async def admin_of(log: KafkaLog) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=log._servers)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()
