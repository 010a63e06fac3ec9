"""All faults that are tried, in the order in which they are."""

from tests.faults import database, kill, pause, rebuild
from tests.faults.trial import Fault

FAULTS: tuple[Fault, ...] = (kill.FAULT, pause.FAULT, database.FAULT, rebuild.FAULT)
