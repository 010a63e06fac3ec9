"""The broker of `make kafka` is a real one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local import kafka
from deploy.local.ports import free_block
from deploy.local.processes import wait_until
from tests.kafka_broker import require_programs

pytestmark = pytest.mark.kafka


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[kafka.Broker]:
    require_programs()
    launched = kafka.launch(tmp_path, free_block(2))
    await kafka.wait_for_metadata(launched)
    yield launched
    launched.stop()


async def test_what_is_produced_is_consumed(broker: kafka.Broker) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap_servers, enable_idempotence=True)
    consumer = AIOKafkaConsumer("greetings", bootstrap_servers=broker.bootstrap_servers, auto_offset_reset="earliest")

    async with producer:
        await producer.send_and_wait("greetings", "สวัสดี".encode())
    async with consumer:
        message = await consumer.getone()

    assert message.value.decode() == "สวัสดี"


def test_a_cluster_may_have_an_id_that_looks_like_an_option(tmp_path: Path) -> None:
    require_programs()
    (tmp_path / "cluster-id").write_text("-AAAAAAAAAAAAAAAAAAAAA")

    broker = kafka.launch(tmp_path, free_block(2))
    broker.kill()

    assert "cluster.id=-AAAAAAAAAAAAAAAAAAAAA" in (broker.node.folder / "data" / "meta.properties").read_text()


def test_a_folder_keeps_its_number_of_nodes(tmp_path: Path) -> None:
    (tmp_path / "node-1").mkdir()

    with pytest.raises(kafka.KafkaUnavailable, match="1 nodes, not 3"):
        kafka.plan(tmp_path, 20_000, nodes=3)


def test_leftover_brokers_of_a_killed_runner_are_stopped(tmp_path: Path) -> None:
    require_programs()
    cluster = kafka.plan(tmp_path, free_block(6), nodes=3)
    left = [cluster.launch(node) for node in cluster.nodes]

    kafka.stop_leftover(tmp_path)

    assert wait_until(lambda: not any(broker.is_running() for broker in left), timeout_s=5)
