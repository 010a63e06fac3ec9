"""Runs a service's jobs inside a test, without its worker."""

from shared.db import Database
from shared.db.record import now
from shared.messaging.jobs import Jobs, run_once


async def run_until_idle(jobs: Jobs, database: Database, system: Database) -> int:
    """Round after round until no job has anything to do; returns how much was done in all.

    As in a worker, errors are logged and the tenant's work waits.
    """
    total = 0
    while done := sum([await run_once(job, database, system, now()) for job in jobs.jobs]):
        total += done
    return total
