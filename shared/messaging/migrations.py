"""Frozen steps that the services' migrations call to create the tables of `tables.py`."""

from shared.db.migrations import Operations, shared_table_v1, tenant_table_v1

_TABLES_V1 = (
    # UUIDv7 (RFC 9562) for events that are written by SQL; PostgreSQL has its own only from version 18 on.
    """
    create function new_event_id() returns uuid language sql volatile parallel safe as $$
      select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
        substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53,
        1), 'hex')::uuid
    $$
    """,
    """
    create table outbox (
      partition smallint generated always as (abs(hashtextextended(tenant_id::text || '/' || key, 0) % 12)) stored not
      null,
      id bigint generated always as identity not null,
      tenant_id uuid not null,
      topic text not null,
      key text not null,
      event_id uuid default new_event_id() not null,
      type text not null,
      subject text not null,
      version bigint,
      time timestamptz(3) default clock_timestamp() not null,
      headers json default '{}' not null,
      body json not null,
      constraint outbox_pkey primary key (partition, id)
    ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0,
      autovacuum_vacuum_insert_threshold = 50000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold =
      50000)
    """,
    """
    create table inbox (
      consumer text not null,
      event_id uuid not null,
      seen_at timestamptz(3) default now() not null,
      constraint inbox_pkey primary key (consumer, event_id)
    )
    """,
    """
    create table consumer_offset (
      consumer text not null,
      topic text not null,
      partition smallint not null,
      next bigint default 0 not null,
      parked integer default 0 not null,
      updated_at timestamptz(3) default now() not null,
      constraint consumer_offset_pkey primary key (consumer, topic, partition)
    ) with (fillfactor = 50)
    """,
    """
    create table parked_event (
      tenant_id uuid not null,
      consumer text not null,
      topic text not null,
      partition smallint not null,
      log_offset bigint not null,
      key text not null,
      event_id uuid not null,
      type text not null,
      subject text not null,
      version bigint,
      time timestamptz(3) not null,
      headers text not null,
      body text not null,
      error text not null,
      fingerprint text not null,
      state text default 'parked' not null,
      parked_at timestamptz(3) default now() not null,
      constraint parked_event_pkey primary key (tenant_id, consumer, topic, partition, log_offset)
    )
    """,
    "create index parked_event_key_idx on parked_event (tenant_id, consumer, key) where state = 'parked'",
)

_CONSUMER_STANDING_V1 = (
    """
    create table consumer_halt (
      consumer text not null,
      halted_at timestamptz(3) default now() not null,
      constraint consumer_halt_pkey primary key (consumer)
    )
    """,
    """
    create table consumer_log_end (
      consumer text not null,
      topic text not null,
      partition smallint not null,
      next bigint not null,
      seen_at timestamptz(3) default now() not null,
      constraint consumer_log_end_pkey primary key (consumer, topic, partition)
    ) with (fillfactor = 50)
    """,
)


def messaging_tables_v1(op: Operations) -> None:
    """Outbox, inbox, offsets and parked events of a service, with their rights."""
    for statement in _TABLES_V1:
        op.execute(statement)
    tenant_table_v1(op, "outbox", system=True)
    tenant_table_v1(op, "parked_event", system=True)
    shared_table_v1(op, "inbox")
    shared_table_v1(op, "consumer_offset")


def consumer_standing_v1(op: Operations) -> None:
    """After `messaging_tables_v1`: which consumers are halted, and the log's ends as they saw them."""
    for statement in _CONSUMER_STANDING_V1:
        op.execute(statement)
    shared_table_v1(op, "consumer_halt")
    shared_table_v1(op, "consumer_log_end")
