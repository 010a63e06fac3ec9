"""A service that only looks: a consumer whose effect cannot be repeated without a trace.

`python -m tests.faults.witness`. It writes one row for each event that it is given, and another one (`once`) where the
inbox lets the event through. Without a version to compare, every repeat, loss and change of order stays visible.
"""

from collections.abc import Sequence

import asyncpg
from fastapi import FastAPI
from pydantic_settings import SettingsConfigDict
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.databases import LOG, Databases
from shared.db import Database
from shared.db.migrations import tenant_table_v1
from shared.messaging import Consumer, Reading
from shared.messaging.migrations import consumer_standing_v1, messaging_tables_v1
from shared.messaging.service import ServiceWorker
from shared.settings import ServiceSettings
from shared.web.app import create_service
from shared.web.idempotency import idempotency_table_v1
from shared.web.process import main

TABLE = """
create table witnessed (
  position bigint generated always as identity primary key, tenant_id uuid not null, once boolean not null,
  key text not null, event_id uuid not null
)
"""
WRITE = text("""
insert into witnessed (tenant_id, once, key, event_id)
select :tenant_id, :once, key, id from unnest(cast(:keys as text[]), cast(:ids as uuid[])) with ordinality
  as seen (key, id, number) order by number
""")
NOTES = "select once, key, event_id::text from witnessed where tenant_id = $1 order by position"
TYPES = (
    *(f"contacts.contact.{change}.v1" for change in ("created", "updated", "deleted", "restored")),
    *(f"interactions.interaction.{change}.v1" for change in ("logged", "updated", "deleted", "restored")),
    *(f"interactions.order.{change}.v1" for change in ("placed", "changed", "cancelled", "deleted", "restored")),
)


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="WITNESS_", extra="ignore")


class Seen(Reading, types=TYPES):
    """Only its envelope is of interest."""


class Statements(list[str]):
    """Collects what a migration executes."""

    def execute(self, sqltext: str) -> None:
        self.append(sqltext)


def watch(name: str, *readings: type[Reading]) -> Consumer:
    """The consumer that leaves traces."""
    consumer = Consumer(name)

    @consumer.on(*readings)
    async def note(session: AsyncSession, events: Sequence[Reading]) -> None:
        await _write(session, events, once=False)

    @consumer.on(*readings, inbox=True)
    async def note_once(session: AsyncSession, events: Sequence[Reading]) -> None:
        await _write(session, events, once=True)

    return consumer


async def _write(session: AsyncSession, events: Sequence[Reading], *, once: bool) -> None:
    seen = [event.envelope for event in events]
    rows = {"keys": [each.key for each in seen], "ids": [each.id for each in seen]}
    await session.execute(WRITE, {"tenant_id": seen[0].tenant_id, "once": once, **rows})


async def prepare(databases: Databases) -> None:
    """The tables, in the database that elsewhere is that of the contacts."""
    statements = Statements()
    messaging_tables_v1(statements)
    consumer_standing_v1(statements)
    idempotency_table_v1(statements)
    statements.append(TABLE)
    tenant_table_v1(statements, "witnessed", system=True)
    owner = await asyncpg.connect(databases["contacts"].owner.replace("+asyncpg", ""))
    try:
        for statement in statements:
            await owner.execute(statement)
    finally:
        await owner.close()


def settings(
    databases: Databases, witnessed: Databases, *, port: int, token_public_key: str, kafka_bootstrap_servers: str | None
) -> dict[str, str]:
    """The environment of the process: it reads the log of `databases` and writes into its own."""
    given = {
        "WITNESS_DATABASE_URL": witnessed["contacts"].app,
        "WITNESS_SYSTEM_DATABASE_URL": witnessed["contacts"].system,
        "WITNESS_LOG_DATABASE_URL": databases[LOG].system,
        "WITNESS_PORT": str(port),
        "WITNESS_TOKEN_PUBLIC_KEY": token_public_key,
        "WITNESS_CURSOR_SECRET": "not a secret",
    }
    return given | ({"WITNESS_KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap_servers} if kafka_bootstrap_servers else {})


def create_app(settings: Settings) -> FastAPI:
    return create_service("witness", settings, [], summary="Looks at events.")


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    return ServiceWorker("witness", settings, database, consumers=[watch("witness", Seen)])


if __name__ == "__main__":
    main("tests.faults.witness", Settings, create_app, create_worker)
