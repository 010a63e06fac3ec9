"""What both transports promise to the relay and to consumers."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

from deploy.local.databases import Databases
from shared.ids import new_id
from shared.messaging.log import EventLog, Subscription
from shared.messaging.message import Message, Received, TopicPartition
from shared.messaging.postgres_log import PostgresLog
from tests.shared.messaging.conftest import PATIENCE_S, Facts, eventually
from tests.shared.messaging.members import from_start


def messages(facts: Facts, count: int, *, first: int = 0) -> list[Message]:
    moment = datetime(2026, 11, 22, 9, 30, 0, 120_000, tzinfo=UTC)
    headers = '{"correlationid":"r-1"}'
    kind = facts.placed.event_type
    return [
        Message(uuid4(), "key", new_id(), kind, "ก", first + n, moment, headers, '{"ชื่อ":"สมชาย"}') for n in range(count)
    ]


async def collect(subscription: Subscription, count: int) -> dict[TopicPartition, list[Received]]:
    got: dict[TopicPartition, list[Received]] = {}
    async with asyncio.timeout(PATIENCE_S):
        while sum(map(len, got.values())) < count:
            for at, batch in (await subscription.fetch(max_messages=500, timeout_s=0.5)).items():
                got.setdefault(at, []).extend(batch)
    return got


async def test_a_message_arrives_as_it_was_sent(log: EventLog, facts: Facts) -> None:
    sent = messages(facts, 3)
    at = TopicPartition(facts.topic, 5)

    await log.append(at, sent)

    async with log.subscribe(facts.consumer, [facts.topic], [facts.placed.event_type], from_start) as subscription:
        got = await collect(subscription, 3)
    assert [received.message for received in got[at]] == sent
    assert {type(received.message.tenant_id) for received in got[at]} == {UUID}, "handlers give ids to JSON writers"


async def test_offsets_are_dense_and_in_order_of_arrival(log: EventLog, facts: Facts) -> None:
    sent = messages(facts, 1_100)
    at = TopicPartition(facts.topic, 0)

    for start in range(0, 1_100, 100):
        await log.append(at, sent[start : start + 100])

    async with log.subscribe(facts.consumer, [facts.topic], [facts.placed.event_type], from_start) as subscription:
        got = await collect(subscription, 1_100)
        ends = await subscription.ends()
    assert [received.offset for received in got[at]] == list(range(1_100))
    assert [received.message.event_id for received in got[at]] == [message.event_id for message in sent]
    assert ends[at] == 1_100


async def test_reading_begins_where_the_consumer_says(log: EventLog, facts: Facts) -> None:
    at = TopicPartition(facts.topic, 3)
    await log.append(at, messages(facts, 10))

    async def from_seven(partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        return dict.fromkeys(partitions, 7)

    async with log.subscribe(facts.consumer, [facts.topic], [facts.placed.event_type], from_seven) as subscription:
        first = await collect(subscription, 3)
        subscription.seek(at, 2)
        again = await collect(subscription, 8)
    assert [received.offset for received in first[at]] == [7, 8, 9]
    assert [received.offset for received in again[at]] == list(range(2, 10))


async def test_a_paused_partition_holds_up_no_other(log: EventLog, facts: Facts) -> None:
    one, other = TopicPartition(facts.topic, 1), TopicPartition(facts.topic, 2)
    subscribing = log.subscribe(facts.consumer, [facts.topic], [facts.placed.event_type], from_start)

    async with subscribing as subscription:
        await eventually(lambda: _owns(subscription, 12))
        await subscription.fetch(max_messages=1, timeout_s=0.1)
        subscription.pause(one)
        await log.append(one, messages(facts, 2))
        await log.append(other, messages(facts, 2))
        before = await collect(subscription, 2)
        subscription.resume(one)
        after = await collect(subscription, 2)

    assert list(before) == [other]
    assert list(after) == [one]


async def test_types_that_nobody_reads_still_count(log: EventLog, facts: Facts) -> None:
    at = TopicPartition(facts.topic, 4)
    await log.append(at, messages(facts, 2))

    async with log.subscribe(facts.consumer, [facts.topic], ["other.thing.done.v1"], from_start) as subscription:
        got = await collect(subscription, 2)
    assert [(received.offset, received.message.body) for received in got[at]] == [(0, ""), (1, "")]
    assert got[at][0].message.type == facts.placed.event_type


async def test_a_forgotten_event_keeps_its_place_and_says_nothing(log: EventLog, facts: Facts) -> None:
    at = TopicPartition(facts.topic, 6)
    sent = messages(facts, 3)
    mine = sent[1]._replace(body='{"email":"malee@example.com"}')
    deleted = sent[2]._replace(tenant_id=mine.tenant_id, type="tests.thing.deleted.v1", body=mine.body)
    await log.append(at, [sent[0]._replace(body=mine.body), mine, deleted])

    forgotten = await log.forget(at, mine.tenant_id, ['"malee@example.com"'])

    async with log.subscribe(facts.consumer, [facts.topic], [facts.placed.event_type], from_start) as subscription:
        got = [(each.offset, each.message.type, each.message.body) for each in (await collect(subscription, 3))[at]]
    rewritten = isinstance(log, PostgresLog)
    assert forgotten == (1 if rewritten else None)
    assert [offset for offset, _, _ in got] == [0, 1, 2]
    assert got[0][2] == mine.body, "another tenant's"
    assert got[1][1:] == (("erased", "") if rewritten else (mine.type, mine.body))
    assert got[2][1] == deleted.type, "ids only: it is needed to make projections again"


async def test_two_members_share_and_the_survivor_takes_over(log: EventLog, facts: Facts) -> None:
    types = [facts.placed.event_type]
    async with log.subscribe(facts.consumer, [facts.topic], types, from_start) as stays:
        await eventually(lambda: _owns(stays, 12))

        async with log.subscribe(facts.consumer, [facts.topic], types, from_start) as leaves:
            await eventually(lambda: _both_own(stays, leaves, 6))
            shared = set(stays.assigned) & set(leaves.assigned)

        await eventually(lambda: _owns(stays, 12))
    assert shared == set()


async def test_a_waiting_reader_is_woken_by_an_append(
    databases: Databases, postgres_log: PostgresLog, facts: Facts
) -> None:
    elsewhere = PostgresLog(databases["log"].system, poll_s=30)
    subscribing = elsewhere.subscribe(facts.consumer, [facts.topic], [facts.placed.event_type], from_start)

    async with subscribing as subscription:
        reading = asyncio.create_task(subscription.fetch(max_messages=10, timeout_s=60))
        await asyncio.sleep(0.5)
        await postgres_log.append(TopicPartition(facts.topic, 0), messages(facts, 1))
        async with asyncio.timeout(20):
            got = await reading

    await elsewhere.close()
    assert len(got) == 1


async def test_a_repeated_batch_is_appended_once(postgres_log: PostgresLog, facts: Facts) -> None:
    at = TopicPartition(facts.topic, 0)
    sent = messages(facts, 10)
    late = messages(facts, 2, first=10)
    await postgres_log.append(at, sent)

    await postgres_log.append(at, [late[0], *sent, late[1]])

    async with postgres_log.subscribe(facts.consumer, [facts.topic], [facts.placed.event_type], from_start) as reader:
        got = await collect(reader, 12)
    assert [received.message.version for received in got[at]] == list(range(12))
    assert [received.offset for received in got[at]] == list(range(12))


async def test_old_events_are_pruned_and_new_ones_kept(postgres_log: PostgresLog, facts: Facts) -> None:
    at = TopicPartition(facts.topic, 0)
    fresh = [message._replace(time=datetime.now(UTC)) for message in messages(facts, 3)]
    old = [message._replace(time=datetime(2020, 1, 1, tzinfo=UTC)) for message in messages(facts, 25)]
    await postgres_log.append(at, old)
    await postgres_log.append(at, fresh)

    await postgres_log.prune(batch=10)

    async with postgres_log.subscribe(facts.consumer, [facts.topic], [facts.placed.event_type], from_start) as reader:
        got = await collect(reader, 3)
    assert [received.offset for received in got[at]] == [25, 26, 27]


async def _owns(subscription: Subscription, count: int) -> bool:
    await subscription.fetch(max_messages=1, timeout_s=0)
    return len(subscription.assigned) == count


async def _both_own(one: Subscription, other: Subscription, count: int) -> bool:
    return await _owns(one, count) and await _owns(other, count)
