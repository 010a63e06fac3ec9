"""A steady load of events, and the judgement whether each arrived once and in order."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

from shared.db.database import Database
from shared.messaging import stage
from tests.shared.messaging.conftest import Facts, Tenant

CUSTOMERS = 10
LEDGER = "select subject, version from ledger order by id"


async def keep_writing(
    database: Database, tenant: Tenant, facts: Facts, versions: int, *, pause_s: float = 0.02
) -> list[str]:
    """So many events of each of ten customers, who are returned."""
    customers = [uuid4() for _ in range(CUSTOMERS)]
    for version in range(versions):
        await write(database, tenant, facts, customers, version)
        await asyncio.sleep(pause_s)
    return [str(customer) for customer in customers]


async def write(database: Database, tenant: Tenant, facts: Facts, customers: list[UUID], version: int) -> None:
    async with database.transaction(tenant.context) as session:
        stage(session, *(facts.placed(customer_id=c, order_id=uuid4(), version=version) for c in customers))


async def assert_each_once_in_order(tenant: Tenant, customers: list[str], versions: int) -> None:
    rows = await tenant.rows(LEDGER)
    assert len(rows) == len(customers) * versions
    for customer in customers:
        assert [version for subject, version in rows if subject == customer] == list(range(versions))


def complete(tenant: Tenant, count: int) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return len(await tenant.rows(LEDGER)) >= count

    return check
