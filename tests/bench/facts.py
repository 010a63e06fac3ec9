"""The event that is measured, of the size of a real contact's, and a projection of it."""

import asyncio
from collections.abc import Iterator, Sequence
from time import perf_counter
from uuid import UUID, uuid4

import asyncpg
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.databases import Databases, prepare_databases
from shared.db.migrations import tenant_table_v1
from shared.messaging import Consumer, Event, Reading, newest_per_key
from shared.messaging.log_schema import ensure_schema
from shared.messaging.migrations import consumer_standing_v1, messaging_tables_v1
from tests.bench.ground import Ground

UPSERT = text("""
insert into bench_contact (tenant_id, id, version, full_name, emails)
select :tenant_id, id, version, full_name, emails
from jsonb_to_recordset(cast(:rows as jsonb)) as new (id uuid, version bigint, full_name text, emails text[])
on conflict (tenant_id, id) do update
set version = excluded.version, full_name = excluded.full_name, emails = excluded.emails
where bench_contact.version < excluded.version
""")
TABLE = """
create table bench_contact (
  tenant_id uuid, id uuid, version bigint, full_name text, emails text[], primary key (tenant_id, id))
"""


class ContactChanged(Event, type="bench.contact.changed.v1", key="contact_id"):
    contact_id: UUID
    version: int
    full_name: str
    given_name: str | None
    family_name: str | None
    emails: list[str]
    phones: list[str]
    home_province: str | None
    tags: list[str]
    changed_fields: list[str]


class ContactSeen(Reading, types=("bench.contact.changed.v1",)):
    contact_id: UUID
    version: int
    full_name: str
    emails: list[str]

    def row(self) -> dict[str, object]:
        return {"id": self.contact_id, **self.model_dump(include={"version", "full_name", "emails"})}


def changes(count: int) -> Iterator[ContactChanged]:
    """Each of another contact."""
    for number in range(count):
        yield ContactChanged(
            contact_id=uuid4(),
            version=1,
            full_name=f"สมชาย ใจดี {number}",
            given_name="สมชาย",
            family_name=f"ใจดี {number}",
            emails=[f"somchai{number}@example.com"],
            phones=["+66812345678"],
            home_province="เชียงใหม่",
            tags=["VIP", "ขายส่ง"],
            changed_fields=["emails", "full_name"],
        )


class Applied:
    """A projection that notes when it was given how many events."""

    def __init__(self, name: str, expected: int) -> None:
        self.consumer = Consumer(name)
        self.consumer.on(ContactSeen)(self._remember)
        self.batches: list[tuple[float, int]] = []
        self.all = asyncio.Event()
        self._expected = expected

    @property
    def count(self) -> int:
        return sum(size for _, size in self.batches)

    def per_second(self) -> float:
        """From the end of the first batch to the end of the last: joining the group is no part of it."""
        (began_s, first), (ended_s, _) = self.batches[0], self.batches[-1]
        return (self.count - first) / (ended_s - began_s)

    async def _remember(self, session: AsyncSession, events: Sequence[ContactSeen]) -> None:
        rows = orjson.dumps([event.row() for event in newest_per_key(events)]).decode()
        await session.execute(UPSERT, {"tenant_id": session.info["context"].tenant_id, "rows": rows})
        self.batches.append((perf_counter(), len(events)))
        if self.count >= self._expected:
            self.all.set()


class Statements(list[str]):
    """Collects what a migration executes."""

    def execute(self, sqltext: str) -> None:
        self.append(sqltext)


async def event_databases(ground: Ground) -> Databases:
    """Databases of their own, with the messaging tables and the projection in `contacts`."""
    made = await prepare_databases(ground.server.superuser_url(), suffix="_events")
    statements = Statements()
    messaging_tables_v1(statements)
    consumer_standing_v1(statements)
    statements.execute(TABLE)
    tenant_table_v1(statements, "bench_contact")
    owner = await asyncpg.connect(made["contacts"].owner.replace("+asyncpg", ""))
    for statement in statements:
        await owner.execute(statement)
    await owner.close()
    await ensure_schema(made["log"].owner)
    return made
