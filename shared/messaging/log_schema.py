"""The tables of the PostgreSQL log. They only ever grow by statements that may run again."""

import asyncpg
from sqlalchemy.engine import make_url

from shared.db.migrations import SYSTEM_ROLE

TABLES = "log_partition, log_event, log_member, log_lease"
LOG_SCHEMA = """
create table if not exists log_partition (
  topic text not null,
  partition smallint not null,
  next_offset bigint not null default 0,
  last_event_id uuid not null default '00000000-0000-0000-0000-000000000000',
  constraint log_partition_pkey primary key (topic, partition)
) with (fillfactor = 20);
create table if not exists log_event (
  topic text not null,
  partition smallint not null,
  log_offset bigint not null,
  tenant_id uuid not null,
  key text not null,
  event_id uuid not null,
  type text not null,
  subject text not null,
  version bigint,
  time timestamptz not null,
  headers text not null,
  body text not null,
  constraint log_event_pkey primary key (topic, partition, log_offset)
) with (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.02);
create table if not exists log_member (
  group_name text not null,
  member_id uuid not null,
  topics text[] not null,
  expires_at timestamptz not null,
  constraint log_member_pkey primary key (group_name, member_id)
);
create table if not exists log_lease (
  group_name text not null,
  topic text not null,
  partition smallint not null,
  owner uuid,
  expires_at timestamptz,
  committed bigint, -- written by releases before this one, read by none
  constraint log_lease_pkey primary key (group_name, topic, partition)
) with (fillfactor = 50);
"""


async def ensure_schema(owner_url: str) -> None:
    """Creates what is missing, as the owner of the log's database. Safe to run from several processes at once."""
    dsn = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(hashtext('samphan migrations'))")
            await connection.execute(LOG_SCHEMA)
            await connection.execute(f"grant select, insert, update, delete on {TABLES} to {SYSTEM_ROLE}")
    finally:
        await connection.close()
