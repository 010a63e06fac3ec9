"""A batch of readings: rows are checked one by one, and stored together."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.usage_readings.schemas import ReadingRow
from contacts_service.usage_readings.service import record_readings
from shared.errors import SamphanError
from shared.web.batches import BatchItem, Outcome
from shared.web.validation import body_problem

CREATE = BatchItem(op="create")


async def record_rows(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> list[Outcome]:
    """A bad row fails alone."""
    outcomes = [Outcome(index, CREATE, 201) for index in range(len(rows))]
    read = [_read(outcome, row) for outcome, row in zip(outcomes, rows, strict=True)]
    wanted = [(outcome, row) for outcome, row in zip(outcomes, read, strict=True) if row is not None]
    results = await record_readings(session, [row for _, row in wanted]) if wanted else []
    for (outcome, _), result in zip(wanted, results, strict=True):
        if isinstance(result, SamphanError):
            outcome.fail(result)
        else:
            outcome.record = SimpleNamespace(id=result["id"], version=1)
    return outcomes


def _read(outcome: Outcome, row: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return ReadingRow.model_validate(row).row()
    except ValidationError as error:
        outcome.fail(body_problem(error, row))
        return None
