"""Tables that each service keeps in its own database, next to the data whose changes they carry."""

from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSON

from shared.db.record import Instant, metadata
from shared.messaging.event import PARTITIONS

messaging_metadata = metadata()

PARTITION_OF_KEY = f"abs(hashtextextended(tenant_id::text || '/' || key, 0) % {PARTITIONS})"

outbox = Table(
    "outbox",
    messaging_metadata,
    Column(
        "partition",
        SmallInteger,
        Computed(PARTITION_OF_KEY, persisted=True),
        primary_key=True,
    ),
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("event_id", Uuid, nullable=False, server_default=text("new_event_id()")),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("version", BigInteger),
    Column("time", Instant, nullable=False, server_default=text("clock_timestamp()")),
    Column("headers", JSON, nullable=False, server_default=text("'{}'")),
    Column("body", JSON, nullable=False),
)

inbox = Table(
    "inbox",
    messaging_metadata,
    Column("consumer", Text, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("seen_at", Instant, nullable=False, server_default=text("now()")),
)

consumer_offset = Table(
    "consumer_offset",
    messaging_metadata,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", SmallInteger, primary_key=True),
    Column("next", BigInteger, nullable=False, server_default=text("0")),
    Column("parked", Integer, nullable=False, server_default=text("0")),
    Column("updated_at", Instant, nullable=False, server_default=text("now()")),
)

consumer_log_end = Table(
    "consumer_log_end",
    messaging_metadata,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", SmallInteger, primary_key=True),
    Column("next", BigInteger, nullable=False),
    Column("seen_at", Instant, nullable=False, server_default=text("now()")),
)

consumer_halt = Table(
    "consumer_halt",
    messaging_metadata,
    Column("consumer", Text, primary_key=True),
    Column("halted_at", Instant, nullable=False, server_default=text("now()")),
)

parked_event = Table(
    "parked_event",
    messaging_metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", SmallInteger, primary_key=True),
    Column("log_offset", BigInteger, primary_key=True),
    Column("key", Text, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("version", BigInteger),
    Column("time", Instant, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'parked'")),
    Column("parked_at", Instant, nullable=False, server_default=text("now()")),
    Index(
        "parked_event_key_idx",
        "tenant_id",
        "consumer",
        "key",
        postgresql_where=text("state = 'parked'"),
    ),
)
