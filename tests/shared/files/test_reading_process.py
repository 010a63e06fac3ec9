"""The rows of a large file are read by another process, in order, each once, whatever becomes of that process."""

import os
import signal
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from time import monotonic, sleep

import pytest

from shared.files import UnreadableFile
from shared.files.reading_process import LARGE_BYTES, read_in_process, reading

COUNT = 400
TEXT = "x" * 4096
"""So that a pipe holds few of them."""
Chunk = tuple[int, int, str]
"""Who read it, the number of its row, and text."""


def chunks(after: int, *, slow: int, broken_at: int = 0) -> Iterator[Chunk]:
    """`slow` is a process that takes its time at the beginning."""
    for number in range(after + 1, COUNT + 1):
        if number == broken_at:
            raise UnreadableFile(f"Row {number} cannot be read.", row=number)
        if os.getpid() == slow and number <= 100:
            sleep(0.05)
        yield os.getpid(), number, TEXT


SLOW_HERE = partial(chunks, slow=os.getpid())


def last_row(chunk: Chunk) -> int:
    return chunk[1]


def readers(found: list[Chunk]) -> list[int]:
    return list(dict.fromkeys(pid for pid, *_ in found))


def until_other(rows: Iterator[Chunk]) -> Iterator[Chunk]:
    for row in rows:
        yield row
        if row[0] != os.getpid():
            return


def is_gone(pid: int) -> bool:
    deadline_s = monotonic() + 30
    while Path(f"/proc/{pid}").exists() and monotonic() < deadline_s:
        sleep(0.02)
    return not Path(f"/proc/{pid}").exists()


def test_it_goes_on_behind_what_was_read_until_it_had_started() -> None:
    found = list(read_in_process(SLOW_HERE, last_row, 7))

    ours, other = readers(found)
    assert ours == os.getpid() != other
    assert [number for _, number, _ in found] == list(range(8, COUNT + 1))
    assert is_gone(other)


def test_a_file_that_is_read_sooner_needs_no_other_process() -> None:
    found = list(read_in_process(partial(chunks, slow=0), last_row, 0))

    assert readers(found) == [os.getpid()]
    assert len(found) == COUNT


def test_if_it_is_killed_the_rows_behind_its_last_one_are_read_here() -> None:
    rows = read_in_process(SLOW_HERE, last_row, 0)
    found = list(until_other(rows))
    other = readers(found)[-1]

    os.kill(other, signal.SIGKILL)
    found += rows

    assert other != os.getpid() == found[-1][0]
    assert [number for _, number, _ in found] == list(range(1, COUNT + 1))


def test_what_ends_the_reading_there_is_raised_here() -> None:
    rows = read_in_process(partial(SLOW_HERE, broken_at=COUNT), last_row, 0)
    found = list(islice(rows, COUNT - 1))

    with pytest.raises(UnreadableFile, match=f"Row {COUNT} cannot be read") as caught:
        next(rows)

    assert caught.value.params == {"row": COUNT}
    assert len(readers(found)) == 2


def test_it_ends_with_whoever_no_longer_asks() -> None:
    rows = read_in_process(SLOW_HERE, last_row, 0)
    other = list(until_other(rows))[-1][0]

    del rows

    assert is_gone(other)


@pytest.mark.parametrize(("size", "is_apart"), [(LARGE_BYTES - 1, False), (LARGE_BYTES, True)])
def test_only_large_files_are_worth_it(tmp_path: Path, size: int, *, is_apart: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(b" " * size)

    assert (reading(path, SLOW_HERE, last_row) is not SLOW_HERE) == is_apart
