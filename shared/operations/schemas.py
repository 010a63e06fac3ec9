"""Operations over HTTP."""

from typing import Any, Literal
from uuid import UUID

from shared.operations.models import Status
from shared.web.types import Instant, ReadModel, examples


class Progress(ReadModel):
    """`total` is null while it is not known."""

    model_config = examples({"done": 500, "total": 2000})

    done: int
    total: int | None


class OperationError(ReadModel):
    model_config = examples({"code": "file_unreadable", "detail": "The file is not a table.", "params": {}})

    code: str
    detail: str
    params: dict[str, Any]


class OperationRead(ReadModel):
    model_config = examples({"kind": "import", "status": "running"})

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
