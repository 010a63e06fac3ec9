"""Reads of a batch and what became of each."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from shared.web import ReadModel, WriteModel

MAX_READS = 20
MAX_PATH_CHARACTERS = 8 * 1024
Path = Annotated[str, Field(pattern=r"^/v1/[!-\"$-~]+$", max_length=MAX_PATH_CHARACTERS)]


class Read(WriteModel):
    """A GET. `id` comes back with the answer; `path` is percent-encoded, with its query."""

    id: Annotated[str, Field(min_length=1, max_length=100, examples=["newest"])]
    method: Literal["GET"] = "GET"
    path: Annotated[Path, Field(examples=["/v1/contacts?limit=10"])]
    if_none_match: Annotated[str, Field(max_length=200, pattern=r"^[ -~]+$")] | None = None


def _distinct(reads: list[Read]) -> list[Read]:
    if len({read.id for read in reads}) < len(reads):
        raise ValueError("two requests have the same id; give each its own")
    return reads


class Reads(WriteModel):
    """Up to 20, answered in any order of time, each for itself."""

    requests: Annotated[list[Read], Field(min_length=1, max_length=MAX_READS), AfterValidator(_distinct)]


class Answer(ReadModel):
    """As the GET alone would be answered: a problem has its `status`, 304 no `body`."""

    id: Annotated[str, Field(examples=["newest"])]
    status: Annotated[int, Field(examples=[200])]
    headers: Annotated[dict[str, str], Field(examples=[{"content-type": "application/json"}])]
    body: Annotated[Any, Field(examples=[{"data": [], "next_cursor": None}])]


class Answers(ReadModel):
    data: list[Answer]
