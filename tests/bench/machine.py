"""Where the figures come from."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import asyncpg

from deploy.local import kafka, postgres
from deploy.local.memory import memory_bytes

PACKAGES = ("fastapi", "starlette", "uvicorn", "pydantic", "sqlalchemy", "asyncpg", "aiokafka", "orjson")


async def describe(server: postgres.Server, broker: kafka.Broker | None) -> list[str]:
    connection = await asyncpg.connect(server.superuser_url().replace("+asyncpg", ""))
    version_of_server = await connection.fetchval("show server_version")
    buffers = await connection.fetchval("show shared_buffers")
    await connection.close()
    hardware = f"{_processor()}, {os.cpu_count()} logical CPUs, {memory_bytes() / 2**30:.0f} GiB of memory"
    server_is = f"PostgreSQL {version_of_server} (fsync on, {buffers} of shared buffers)"
    log = f"Apache Kafka {_kafka_version()} (one node)" if broker else "no Kafka"
    return [
        f"{hardware}, {platform.system()}",
        f"Python {platform.python_version()}, {server_is}, {log}",
        ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        f"Load average at the start: {os.getloadavg()[0]:.1f}",
    ]


def _kafka_version() -> str:
    jars = kafka.install().glob("kafka-server-[0-9]*.jar")
    return next((jar.stem.rpartition("-")[2] for jar in jars), "")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
