"""The rows of a file as candidates, a chunk at a time: blocking, and able to run in a process of its own."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from contacts_service.imports.candidates import Candidate, Rules, read_candidate
from shared.files import read_rows
from shared.files.tables import Table, count_rows

CHUNK_ROWS = 2_000


class Chunk(NamedTuple):
    """`total` is the number of all rows, where it was not known before and is now."""

    total: int | None
    rows: Sequence[Candidate]


def last_row(chunk: Chunk) -> int:
    return chunk.rows[-1].row.number


def read_chunks(table: Table, rules: Rules, is_counted: bool, drafted_for: UUID | None, after: int) -> Iterator[Chunk]:
    """A spreadsheet is counted before its first row, so that a damaged one is found before anything is stored."""
    total = None if is_counted or after else count_rows(table)
    candidates = (read_candidate(row, rules, drafted_for=drafted_for) for row in read_rows(table, after=after))
    while rows := list(islice(candidates, CHUNK_ROWS)):
        yield Chunk(total, rows)
