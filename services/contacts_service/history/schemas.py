"""The history of records over HTTP."""

from typing import Any
from uuid import UUID

from shared.web import Instant, ReadModel, examples
from shared.web.types import ON_REQUEST, ListTotal

CHANGE = {
    "id": 412,
    "version": 3,
    "changed_at": "2026-11-26T02:15:00.000Z",
    "actor_id": "019a3c1e-7a00-7000-8000-000000000001",
    "request_id": "01926c1d",
    "changes": {"lifecycle_stage": ["lead", "customer"]},
}


class ChangeRead(ReadModel):
    """`changes` is by field: what it was, then what it became; empty for the record's creation.

    `actor_id` is null where the system did it by itself.
    """

    model_config = examples(CHANGE)

    id: int
    version: int
    changed_at: Instant
    actor_id: UUID | None
    request_id: str | None
    changes: dict[str, list[Any]]


class ChangeList(ReadModel):
    model_config = examples({"data": [CHANGE], "next_cursor": None})

    data: list[ChangeRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
