"""What producers and members do when one broker refuses, moves, or hands partitions around."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.errors import KafkaError

from deploy.local import kafka
from deploy.local.ports import free_block
from shared.errors import UnavailableError
from shared.messaging.event import PARTITIONS
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import Subscription
from shared.messaging.message import TopicPartition
from tests.kafka_broker import require_programs
from tests.shared.messaging.conftest import Facts, eventually
from tests.shared.messaging.members import from_start, has_nothing, has_partitions, ids_in, message

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]


async def fence(producer: AIOKafkaProducer, at: TopicPartition) -> None:
    """Another producer with its identity and a newer epoch, as the brokers see it."""
    async with AIOKafkaProducer(bootstrap_servers=producer.client._bootstrap_servers, enable_idempotence=True) as other:
        ours = producer._txn_manager._pid_and_epoch
        other._txn_manager._pid_and_epoch = ours._replace(epoch=ours.epoch + 1)
        await other.send_and_wait(at.topic, b"", partition=at.partition, headers=[("ce_type", b"other")])


async def skip_a_sequence_number(producer: AIOKafkaProducer, at: TopicPartition) -> None:
    """As if a batch had been lost on the way."""
    producer._txn_manager.increment_sequence_number(KafkaPartition(*at), 1)


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
