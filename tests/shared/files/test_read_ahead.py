"""Chunks are read in a thread, one further than the one that is asked for."""

import asyncio
from collections.abc import Iterator
from threading import Event

from shared.files.read_ahead import OpenFile, Waiting


class Chunks:
    """Those of a file with `count` of them, from the one behind `after` on; `taken` as it is read."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.taken: list[int] = []
        self.read = {number: Event() for number in range(1, count + 1)}

    def open(self, after: int) -> Iterator[int]:
        for number in range(after + 1, self.count + 1):
            self.taken.append(number)
            self.read[number].set()
            yield number


async def test_the_next_chunk_is_read_while_the_last_one_is_stored() -> None:
    chunks = Chunks(3)
    file = OpenFile(chunks.open, 0)

    first = await file.chunk(patience_s=5)
    was_read = await asyncio.to_thread(chunks.read[2].wait, 5)

    assert (first, was_read, chunks.taken) == (1, True, [1, 2])


async def test_a_chunk_stays_until_it_is_stored() -> None:
    chunks = Chunks(3)
    file = OpenFile(chunks.open, 0)

    seen = [await file.chunk(patience_s=5), await file.chunk(patience_s=5)]
    file.advance(1)
    seen.append(await file.chunk(patience_s=5))

    assert seen == [1, 1, 2]


async def test_every_chunk_comes_once_and_then_none() -> None:
    file = OpenFile(Chunks(4).open, 1)

    seen = []
    while isinstance(chunk := await file.chunk(patience_s=5), int):
        seen.append(chunk)
        file.advance(chunk)

    assert (seen, chunk) == ([2, 3, 4], None)


async def test_an_error_comes_after_the_chunks_before_it() -> None:
    def broken(_: int) -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    file = OpenFile(broken, 0)

    first = await file.chunk(patience_s=5)
    file.advance(1)
    answer = await asyncio.gather(file.chunk(patience_s=5), return_exceptions=True)

    assert first == 1
    assert [str(each) for each in answer] == ["broken"]


async def test_a_slow_file_is_waited_for_as_long_as_one_says() -> None:
    may_go_on = Event()

    def slow(_: int) -> Iterator[int]:
        may_go_on.wait(5)
        yield 1

    file = OpenFile(slow, 0)

    early = await file.chunk(patience_s=0.01)
    may_go_on.set()
    late = await file.chunk(patience_s=5)

    assert isinstance(early, Waiting)
    assert late == 1
