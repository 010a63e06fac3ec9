"""The answer to a batch: one result an item, in the items' order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from shared.errors import SamphanError
from shared.web.problems import problem_body
from shared.web.responses import json_response


@dataclass(slots=True)
class Outcome:
    """What became of one item. `record` is what was written, None for a delete; `error` says why nothing was."""

    index: int
    item: Any
    status: int = 200
    record: Any = None
    error: SamphanError | None = None


def batch_response(outcomes: Sequence[Outcome]) -> Response:
    """200 if all succeeded, else 207."""
    failed = any(outcome.error is not None for outcome in outcomes)
    return json_response({"data": [_result(outcome) for outcome in outcomes]}, 207 if failed else 200)


def _result(outcome: Outcome) -> dict[str, Any]:
    record, error = outcome.record, outcome.error
    return {
        "ref": outcome.item.ref,
        "index": outcome.index,
        "status": outcome.status if error is None else error.status,
        "id": str(record.id) if record is not None and error is None else None,
        "version": record.version if record is not None and error is None else None,
        "problem": None if error is None else problem_body(error),
    }
