"""Operations over HTTP."""

from typing import Any, Literal
from uuid import UUID

from shared.operations.models import Status
from shared.web.types import Instant, ReadModel


class Progress(ReadModel):
    """`total` is null while it is not known."""

    done: int
    total: int | None


class OperationError(ReadModel):
    code: str
    detail: str
    params: dict[str, Any]


class OperationRead(ReadModel):
    id: UUID
    type: Literal["operation"]
    version: int
    created_at: Instant
    updated_at: Instant
    kind: str
    status: Status
    progress: Progress
    result: dict[str, Any] | None
    error: OperationError | None
    finished_at: Instant | None
    expires_at: Instant | None
