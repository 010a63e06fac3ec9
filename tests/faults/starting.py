"""Starts the whole system, with a durable PostgreSQL and ports that nobody else uses."""

import asyncio
import os
import random
import shutil
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from deploy.local import kafka, postgres
from deploy.local.databases import prepare
from deploy.local.environment import GATEWAY, SERVICES, environment
from deploy.local.keys import keep_keys
from deploy.local.ports import HOST, PortsTaken, port_is_free
from tests.faults import witness
from tests.faults.network import Network
from tests.faults.system import PACKAGES, System, Transport

BLOCK = 40
KAFKA_OFFSET = BLOCK - 3 * kafka.PORTS_PER_NODE
POSTGRES_OFFSET = KAFKA_OFFSET - 1
MARK_OFFSET = POSTGRES_OFFSET - 1
FIRST_PORT, LAST_PORT = 30_000, 32_700
UNLIMITED = {f"GATEWAY_RATE_{limit}": "1000000000" for limit in ("BURST", "DAY", "SEARCH", "ANONYMOUS")}


@asynccontextmanager
async def running(transport: Transport, *, network: Network | None = None, brokers: int = 1) -> AsyncIterator[System]:
    """A system with a durable PostgreSQL, all services and the witness, ready; its parts talk through `network`.

    `brokers`, one or three, are those of its Kafka, if it has one. Only one may be behind a network.
    """
    async with AsyncExitStack() as stack:
        keeper = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="keeper"))
        folder = Path(mkdtemp(prefix="samphan-faults-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        port, mark = _reserve_block()
        stack.callback(mark.close)
        if network is not None:
            await stack.enter_async_context(_opened(network, transport, port))
        prepare = partial(_prepare, transport, folder, keeper, port, network, brokers)
        system = await asyncio.get_running_loop().run_in_executor(keeper, prepare)
        stack.push_async_callback(system.stop_all)
        await system.run("-m", "deploy.local.migrate")
        await witness.prepare(system.witnessed)
        for offset, (name, package) in enumerate(PACKAGES.items()):
            await system.start(name, package, port=system.port + offset)
        supervisor = asyncio.create_task(system.supervise())
        stack.push_async_callback(_cancelled, supervisor)
        await system.ready()
        yield system


def _opened(network: Network, transport: Transport, port: int) -> AbstractAsyncContextManager[Network]:
    services = {service.name: service.port(port) for service in SERVICES if service.name != GATEWAY}
    kafka_port = port + KAFKA_OFFSET if transport == "kafka" else None
    return network.opened(services=services, postgres_port=port + POSTGRES_OFFSET, kafka_port=kafka_port)


def _prepare(
    transport: Transport, folder: Path, keeper: ThreadPoolExecutor, port: int, network: Network | None, brokers: int
) -> System:
    folder.chmod(0o711)
    server = postgres.start(folder / "pg", port + POSTGRES_OFFSET)
    advertised_port = network.log_port if network else None
    kafka_port = port + KAFKA_OFFSET
    start = partial(kafka.start_cluster, folder / "kafka", kafka_port, brokers, advertised_port=advertised_port)
    cluster = start() if transport == "kafka" else None
    databases = prepare(server.superuser_url())
    witnessed = prepare(server.superuser_url(), suffix="_witness")
    servers = cluster.bootstrap_servers if cluster else None
    keys = keep_keys(folder)
    env = {
        **os.environ,
        **environment(databases, keys, port=port, kafka_bootstrap_servers=servers, kafka_replication=brokers),
        **UNLIMITED,
        **witness.settings(
            databases,
            witnessed,
            port=port + len(SERVICES),
            token_public_key=keys.token_public_key,
            kafka_bootstrap_servers=servers,
        ),
        "CONTACTS_FILES_DIR": str(folder / "files"),
        "WITNESS_KAFKA_REPLICATION": str(brokers),
        "DATA_DIR": str(folder),
    }
    if network is not None:
        env = network.rewired(env)
    return System(transport, folder, port, server, cluster, databases, witnessed, env, keeper, network)


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _reserve_block() -> tuple[int, socket.socket]:
    """Ports that nobody uses, and a listener that keeps other processes' systems away from them until it is closed."""
    blocks = list(range(FIRST_PORT, LAST_PORT, BLOCK))
    random.shuffle(blocks)
    for base in blocks:
        with suppress(OSError):
            mark = socket.create_server((HOST, base + MARK_OFFSET))
            if all(port_is_free(base + offset) for offset in range(BLOCK) if offset != MARK_OFFSET):
                return base, mark
            mark.close()
    raise PortsTaken(f"No {BLOCK} free ports between {FIRST_PORT} and {LAST_PORT}.")
