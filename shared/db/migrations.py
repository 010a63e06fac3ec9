"""Alembic for a service, and the statements that its migrations share.

It needs no extension, no ICU collation and no superuser: it runs as the owner of the database, on PostgreSQL 15 to 18.
Helpers named `…_v1` are frozen: released migrations call them. A change is a new helper.
"""

import asyncio
from collections.abc import Sequence
from importlib.resources import files
from typing import Protocol

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

TENANT = "nullif(current_setting('app.tenant_id', true), '')::uuid"
APP_ROLE = "samphan_app"
SYSTEM_ROLE = "samphan_system"


class Operations(Protocol):
    """The part of `alembic.op` that the helpers use."""

    def execute(self, sqltext: str) -> object: ...


def tenant_table_v1(op: Operations, table: str, *, system: bool = False, definer: bool = False) -> None:
    """Rights and row-level security of a table with `tenant_id`.

    `system` lets the system role see all tenants (relay, due work); `definer` lets SECURITY DEFINER functions
    of the owner read all: such a function must filter by an explicit tenant itself.
    """
    op.execute(f"grant select, insert, update, delete on {table} to {APP_ROLE}")
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy tenant on {table} using (tenant_id = {TENANT}) with check (tenant_id = {TENANT})")
    if system:
        op.execute(f"grant select, insert, update, delete on {table} to {SYSTEM_ROLE}")
        op.execute(f"create policy system on {table} to {SYSTEM_ROLE} using (true) with check (true)")
    if definer:
        op.execute(f"create policy definer on {table} for select to current_user using (true)")


def shared_table_v1(op: Operations, table: str) -> None:
    """Rights of a table that belongs to no tenant (offsets, leases)."""
    op.execute(f"grant select, insert, update, delete on {table} to {APP_ROLE}, {SYSTEM_ROLE}")


def sync_stamp_v1(op: Operations) -> None:
    """The trigger function behind `Record.sync_xid`; once per database, before the first record table."""
    op.execute(
        "create function stamp_sync_xid() returns trigger language plpgsql as $$"
        " begin new.sync_xid := pg_current_xact_id(); return new; end $$"
    )


def record_table_v1(op: Operations, table: str, *, system: bool = False, definer: bool = False) -> None:
    """What every table of a `Record` has besides its columns: isolation, the sync stamp and its index."""
    tenant_table_v1(op, table, system=system, definer=definer)
    op.execute(
        f"create trigger {table}_sync_xid before insert or update on {table}"
        " for each row execute function stamp_sync_xid()"
    )


def run_env(metadata: Sequence[MetaData]) -> None:
    """The whole of a service's `migrations/env.py`."""
    options = {
        "target_metadata": list(metadata),
        "compare_type": True,
        "user_module_prefix": "",
    }
    connection = context.config.attributes.get("connection")
    if connection is None:
        asyncio.run(_online(options))
    else:
        _migrate(connection, options)


async def _online(options: dict[str, object]) -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    assert url is not None, "migrations need the owner's URL"
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate, options)
        await connection.commit()
    await engine.dispose()


def _migrate(connection: Connection, options: dict[str, object]) -> None:
    context.configure(connection=connection, **options)  # type: ignore[arg-type]  # a mapping of its own keywords
    with context.begin_transaction():
        connection.execute(text("select pg_advisory_xact_lock(hashtext('samphan migrations'))"))
        connection.execute(text("set local lock_timeout = '10s'"))
        context.run_migrations()


def config(package: str, url: str) -> Config:
    made = Config()
    made.set_main_option("script_location", str(files(package) / "migrations"))
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


def upgrade(package: str, url: str) -> None:
    """Brings a service's database to the newest revision. Safe to run from several processes at once."""
    command.upgrade(config(package, url), "head")
