"""Systems to try faults on, shared by the faults of a transport."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from random import SystemRandom

import pytest

from tests.faults.network import Network
from tests.faults.starting import running
from tests.faults.system import System, Transport
from tests.faults.trial import Fault


class Systems:
    """One system whose parts talk to each other directly and one with a network between them, started when needed."""

    def __init__(self, transport: Transport, stack: AsyncExitStack) -> None:
        self._transport = transport
        self._stack = stack
        self._started: dict[bool, System] = {}

    async def system_for(self, fault: Fault) -> System:
        if fault.network not in self._started:
            network = Network() if fault.network else None
            system = await self._stack.enter_async_context(running(self._transport, network=network))
            self._started[fault.network] = system
        return self._started[fault.network]


@pytest.fixture(scope="module")
async def systems(request: pytest.FixtureRequest) -> AsyncIterator[Systems]:
    """On the module's `TRANSPORT`."""
    async with AsyncExitStack() as stack:
        yield Systems(request.module.TRANSPORT, stack)


@pytest.fixture
def seed() -> int:
    """FAULT_SEED=... repeats what a failure printed."""
    return int(os.environ.get("FAULT_SEED") or SystemRandom().randrange(10**6))
