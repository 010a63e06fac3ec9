"""Members of a group, driven by hand."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

from shared.messaging.event import PARTITIONS
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import Subscription
from shared.messaging.message import Message, TopicPartition
from tests.shared.messaging.conftest import Facts, eventually


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


def message() -> Message:
    return Message(uuid4(), "key", uuid4(), "any", "subject", 1, datetime.now(UTC), "{}", "{}")
