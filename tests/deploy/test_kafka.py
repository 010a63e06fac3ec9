"""The broker of `make kafka` is a real one."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local import kafka
from deploy.local.ports import free_block

pytestmark = pytest.mark.kafka


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[kafka.Broker]:
    missing = [program for program in ("java", "mvn") if shutil.which(program) is None]
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"NOT TESTED: Kafka needs {' and '.join(missing)}")
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
