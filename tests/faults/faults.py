"""All faults that are tried, in the order in which they are."""

from tests.faults import database, kill, outage, pause, poison, rebalance, rebuild, storm, versions
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
