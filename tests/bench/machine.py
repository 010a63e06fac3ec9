"""Where the figures come from."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import asyncpg

from deploy.local.kafka import install as kafka_libraries
from tests.bench.ground import Ground

PACKAGES = ("fastapi", "starlette", "uvicorn", "pydantic", "sqlalchemy", "asyncpg", "aiokafka", "orjson")


async def describe(ground: Ground) -> list[str]:
    connection = await asyncpg.connect(ground.server.superuser_url().replace("+asyncpg", ""))
    postgres = await connection.fetchval("show server_version")
    await connection.close()
    kafka = f"Apache Kafka {_kafka_version()} (one node)" if ground.broker else "no Kafka"
    return [
        f"{_processor()}, {os.cpu_count()} logical CPUs, {_memory_gib():.0f} GiB of memory, {platform.system()}",
        f"Python {platform.python_version()}, PostgreSQL {postgres} (fsync on), {kafka}",
        ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        f"Load average at the start: {os.getloadavg()[0]:.1f}",
    ]


def _kafka_version() -> str:
    jars = kafka_libraries().glob("kafka-server-[0-9]*.jar")
    return next((jar.stem.rpartition("-")[2] for jar in jars), "")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
