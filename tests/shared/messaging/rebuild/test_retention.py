"""The log deletes what is older than its retention, read or not."""

from datetime import timedelta
from uuid import uuid4

from aiokafka import TopicPartition as KafkaPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from prometheus_client import REGISTRY

from shared.messaging.event import PARTITIONS
from shared.messaging.log import EventLog
from shared.messaging.postgres_log import PostgresLog
from tests.shared.messaging.rebuild.conftest import Projection


async def forget(log: EventLog, bootstrap_servers: str | None, topic: str) -> None:
    """Deletes all that the topic has, as time would."""
    if isinstance(log, PostgresLog):
        await log.prune(timedelta(0))
        return
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    everything = {KafkaPartition(topic, number): RecordsToDelete(before_offset=-1) for number in range(PARTITIONS)}
    await admin.delete_records(everything)
    await admin.close()


async def test_a_log_begins_where_its_oldest_event_is(projection: Projection, bootstrap_servers: str | None) -> None:
    log, topic = projection.log, projection.facts.topic
    await projection.publish(*((uuid4(), uuid4(), 1) for _ in range(10)))
    whole = await log.starts([topic])

    await forget(log, bootstrap_servers, topic)

    assert len(whole) == PARTITIONS
    assert sum(whole.values()) == 0
    assert sum((await log.starts([topic])).values()) == 10


async def test_a_consumer_that_slept_past_the_retention_goes_on_and_counts_what_it_missed(
    projection: Projection, bootstrap_servers: str | None
) -> None:
    customer = uuid4()
    async with projection.live():
        await projection.publish((customer, uuid4(), 1))
        await projection.holds(1)
    await projection.publish(*((customer, uuid4(), 1) for _ in range(7)))
    await forget(projection.log, bootstrap_servers, projection.facts.topic)
    await projection.publish((customer, uuid4(), 1))

    async with projection.live():
        await projection.holds(2)

    assert len(await projection.rows()) == 2
    assert REGISTRY.get_sample_value("samphan_consumer_missed_total", {"consumer": projection.consumer.name}) == 7


async def test_a_rebuild_begins_where_the_log_does(projection: Projection, bootstrap_servers: str | None) -> None:
    customers = [uuid4() for _ in range(20)]
    async with projection.live():
        await projection.publish(*((each, each, 1) for each in customers))
        await projection.holds(20)
        await forget(projection.log, bootstrap_servers, projection.facts.topic)
        await projection.publish(*((each, each, 2) for each in customers[:5]))
        await projection.publish((customers[0], uuid4(), 1))
        await projection.holds(21)
        refused = await projection.rebuild()
        await projection.publish(*((each, each, 2) for each in customers))
        await projection.publish(*((each, uuid4(), 1) for each in customers))
        await projection.holds(41)
        complete = await projection.rebuild()

    assert [len(table.differing) for table in refused.tables] == [1]
    assert complete.equal
    assert len(await projection.rows()) == 41
