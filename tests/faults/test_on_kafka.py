"""Every fault at its small size, with events on a real Apache Kafka."""

import pytest

from tests.faults.conftest import Systems
from tests.faults.faults import FAULTS
from tests.faults.system import Transport
from tests.faults.trial import Fault, Tier

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
TRANSPORT: Transport = "kafka"


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.id for fault in FAULTS])
async def test_promises_hold(systems: Systems, fault: Fault, seed: int) -> None:
    result = await fault.run(await systems.system_for(fault), Tier.PR, seed)

    assert result.held, str(result)
