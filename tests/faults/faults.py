"""All faults that are tried, in the order in which they are."""

from tests.faults import brokers, database, kill, outage, pause, poison, rebalance, rebuild, storm, versions
from tests.faults.trial import Fault

FAULTS: tuple[Fault, ...] = (
    kill.FAULT,
    pause.FAULT,
    outage.FAULT,
    database.FAULT,
    poison.FAULT,
    rebalance.FAULT,
    storm.FAULT,
    rebuild.FAULT,
    versions.FAULT,
)

OF_BROKERS: tuple[Fault, ...] = (brokers.FAULT,)
"""Only in `make faults`: each test run does the like in tests/shared/messaging/test_brokers.py."""
