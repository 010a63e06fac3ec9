"""Batches: up to 200 changes in one request and transaction, each with its own result; new records go in together."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.refusals import NONE, Problems, refusal
from shared.errors import FieldError, NotFoundError, SamphanError, UnprocessableError
from shared.web.problems import language_of, problem_body
from shared.web.responses import json_response
from shared.web.types import JSON_INTEGER, ExternalId, Flag, ReadModel, WriteModel, examples
from shared.web.validation import body_problem

MAX_ITEMS = 200


class BatchFailed(UnprocessableError):
    code = "batch_failed"


class BatchItem(WriteModel):
    """One change of a batch. `ref` comes back with the result. A create takes `data`; the others name the record."""

    model_config = examples({"op": "delete", "id": "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a"})

    op: Literal["create", "update", "upsert", "delete"]
    ref: Annotated[str, Field(max_length=200)] | None = None
    id: UUID | None = None
    external_id: ExternalId | None = None
    if_version: Annotated[int, Field(ge=1, lt=2**53), JSON_INTEGER] | None = None
    data: dict[str, Any] | None = None


class Batch(WriteModel):
    """`atomic`: all or none."""

    items: Annotated[list[BatchItem], Field(min_length=1, max_length=MAX_ITEMS)]
    atomic: Flag = False


class BatchResult(ReadModel):
    model_config = examples(
        {"ref": "แถว 1", "index": 0, "status": 201, "version": 1},
        {"ref": "row 2", "index": 1, "status": 200, "version": 4},
    )

    ref: str | None
    index: int
    status: int
    id: UUID | None
    version: int | None
    problem: dict[str, Any] | None


class BatchResults(ReadModel):
    data: list[BatchResult]


@dataclass(slots=True)
class Outcome:
    """What became of one item. `record` is what was written, None for a delete; `error` says why nothing was."""

    index: int
    item: BatchItem
    status: int = 200
    record: Any = None
    error: SamphanError | None = None

    def fail(self, error: SamphanError) -> None:
        self.error, self.record = error, None


CreateAll = Callable[[AsyncSession, Sequence[Outcome]], Awaitable[None]]
ChangeOne = Callable[[AsyncSession, Outcome], Awaitable[None]]
Store = Callable[[AsyncSession, Sequence[Any]], Awaitable[None]]
Find = Callable[[AsyncSession, str, str], Awaitable[UUID | None]]


async def run_batch(session: AsyncSession, batch: Batch, *, create: CreateAll, change: ChangeOne) -> list[Outcome]:
    """In the order of the items, creates first: `create` settles them together, `change` one other item in a savepoint.

    Raises BatchFailed if the batch is atomic and any item failed: then nothing is kept.
    """
    outcomes = [Outcome(index, item, 201 if item.op == "create" else 200) for index, item in enumerate(batch.items)]
    await create(session, [outcome for outcome in outcomes if outcome.item.op == "create"])
    for outcome in outcomes:
        if outcome.item.op != "create":
            await _change(session, outcome, change)
    if batch.atomic and any(outcome.error for outcome in outcomes):
        raise BatchFailed("Nothing was changed, because some items failed.", errors=list(_failures(outcomes)))
    return outcomes


def prepare(outcomes: Sequence[Outcome], make: Callable[[BatchItem], Any]) -> None:
    """Fills in the records that `make` makes of the items, or what is wrong with them."""
    for outcome in outcomes:
        try:
            outcome.record = make(outcome.item)
        except ValidationError as error:
            outcome.fail(body_problem(error, outcome.item.data, "data"))
        except SamphanError as error:
            outcome.fail(error)


async def store_together(
    session: AsyncSession,
    outcomes: Sequence[Outcome],
    store: Store,
    problems: Problems = NONE,
) -> None:
    """Stores all records that are ready at once; if one of them collides, each alone, to find out which."""
    ready = [outcome for outcome in outcomes if outcome.record is not None]
    if not ready:
        return
    try:
        async with session.begin_nested():
            await store(session, [outcome.record for outcome in ready])
    except (IntegrityError, SamphanError):
        for outcome in ready:
            await _store_one(session, outcome, store, problems)


async def named_id(session: AsyncSession, item: BatchItem, find: Find) -> UUID:
    """The id that the item gives or that its external id stands for. Raises UnprocessableError, NotFoundError."""
    if item.id is not None:
        return item.id
    if item.external_id is None:
        raise missing("id", f"An item with op {item.op} names the record by id or external_id.")
    found = await find(session, item.external_id.system, item.external_id.id)
    if found is None:
        raise NotFoundError(f"No record has the id {item.external_id.id!r} in {item.external_id.system!r}.")
    return found


def upsert_key(item: BatchItem) -> ExternalId:
    if item.external_id is None:
        raise missing("external_id", "An upsert names the record by external_id.")
    return item.external_id


def missing(field: str, detail: str) -> UnprocessableError:
    return UnprocessableError(detail, errors=[FieldError("required", detail, pointer=f"/{field}")])


def batch_response(request: Request, outcomes: Sequence[Outcome]) -> Response:
    """200 if all succeeded, else 207, with problems in the client's language."""
    language = language_of(request.headers.get("accept-language"))
    body = {"data": [_result(outcome, language) for outcome in outcomes]}
    if all(outcome.error is None for outcome in outcomes):
        return json_response(body)
    return json_response(body, 207, {"Content-Language": language})


async def _store_one(session: AsyncSession, outcome: Outcome, store: Store, problems: Problems) -> None:
    try:
        async with session.begin_nested():
            await store(session, [outcome.record])
    except SamphanError as error:
        outcome.fail(error)
    except IntegrityError as error:
        outcome.fail(refusal(error, problems))


async def _change(session: AsyncSession, outcome: Outcome, change: ChangeOne) -> None:
    try:
        async with session.begin_nested():
            await change(session, outcome)
    except ValidationError as error:
        outcome.fail(body_problem(error, outcome.item.data, "data"))
    except SamphanError as error:
        outcome.fail(error)


def _failures(outcomes: Sequence[Outcome]) -> Iterator[FieldError]:
    for outcome in outcomes:
        if outcome.error is not None:
            inner = next((each.pointer for each in outcome.error.errors if each.pointer), "")
            yield FieldError(outcome.error.code, outcome.error.detail, pointer=f"/items/{outcome.index}{inner}")


def _result(outcome: Outcome, language: str) -> dict[str, Any]:
    record, error = outcome.record, outcome.error
    return {
        "ref": outcome.item.ref,
        "index": outcome.index,
        "status": outcome.status if error is None else error.status,
        "id": str(record.id) if record is not None and error is None else None,
        "version": record.version if record is not None and error is None else None,
        "problem": None if error is None else problem_body(error, language),
    }
