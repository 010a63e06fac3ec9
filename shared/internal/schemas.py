"""The operators' doors over HTTP."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.messaging.batch import BEHIND
from shared.web import Instant, ReadModel, WriteModel

MAX_EVENTS = 200

Name = Annotated[str, Field(min_length=1, max_length=200)]
Key = Annotated[str, Field(max_length=1_000)]
BadFingerprint = Annotated[
    str, Field(pattern="^[0-9a-f]{16}$", description="16 hexadecimal digits, as the list of parked events shows it.")
]
Fingerprint = Annotated[
    str, Field(pattern=f"^([0-9a-f]{{16}}|{BEHIND})$", description=f"As the list shows it, or `{BEHIND}`.")
]
CursorText = Annotated[str, Field(max_length=4_000)]


class ReplayOrder(WriteModel):
    """All parked events of the keys that match. `cursor` is `next_cursor` of the answer before."""

    consumer: Name
    tenant_id: UUID | None = None
    fingerprint: Fingerprint | None = None
    key: Key | None = None
    cursor: CursorText | None = None


class DiscardOrder(WriteModel):
    """Only what is named by its fingerprint is given up; good events behind it are not."""

    consumer: Name
    fingerprint: BadFingerprint
    tenant_id: UUID | None = None
    key: Key | None = None


class ParkedGroupRead(ReadModel):
    consumer: str
    type: str
    fingerprint: str
    error: str
    events: int
    keys: int
    tenants: int
    behind: int
    first_parked_at: Instant
    last_parked_at: Instant


class ParkedGroups(ReadModel):
    data: list[ParkedGroupRead]


class ParkedEventRead(ReadModel):
    """`body` is null unless it was asked for: it holds a customer's fields."""

    tenant_id: UUID
    topic: str
    partition: int
    offset: int
    key: str
    event_id: UUID
    type: str
    subject: str
    version: int | None
    time: Instant
    headers: str
    body: str | None
    error: str
    fingerprint: str
    parked_at: Instant


class ParkedEvents(ReadModel):
    data: list[ParkedEventRead]
    next_cursor: str | None


class FailedKeyRead(ReadModel):
    tenant_id: UUID
    key: str
    error: str


class Replayed(ReadModel):
    """With a `next_cursor` there is more to do: ask again with it."""

    applied: int
    failed: list[FailedKeyRead]
    next_cursor: str | None


class Discarded(ReadModel):
    discarded: int


class PartitionRead(ReadModel):
    topic: str
    partition: int
    next: int
    log_end: int | None
    lag: int | None
    parked: int
    moved_at: Instant
    seen_at: Instant | None


class ConsumerRead(ReadModel):
    """`lag` and `parked` are the sums over the partitions; `lag` is null until a worker has looked."""

    consumer: str
    halted_at: Instant | None
    lag: int | None
    parked: int
    partitions: list[PartitionRead]


class Consumers(ReadModel):
    data: list[ConsumerRead]


class Resumed(ReadModel):
    consumer: str
    was_halted: bool
