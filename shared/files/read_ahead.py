"""Open files of running operations: the next chunk is read in a thread while the database stores the last one."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar
from uuid import UUID

MAX_OPEN = 8

Chunk = TypeVar("Chunk")


class OpenFile(Generic[Chunk]):
    """A file's chunks from `after` on; `open_chunks(after)` makes their iterator, in the thread.

    `begun_after` is the number of the row that it was opened behind. `seen` is for what a dry run remembers since then.
    """

    def __init__(self, open_chunks: Callable[[int], Iterator[Chunk]], after: int) -> None:
        self.after = self.begun_after = after
        self.seen: set[int] = set()
        self._open = open_chunks
        self._chunks: Iterator[Chunk] | None = None
        self._next: asyncio.Task[Chunk | None] | None = None
        self._after_next: asyncio.Task[Chunk | None] | None = None

    async def chunk(self, *, patience_s: float) -> "Chunk | Waiting | None":
        """The next chunk, the same one until `advance`; None at the end; Waiting if it takes longer."""
        if self._next is None:
            self._next = self._read_on()
        await asyncio.wait([self._next], timeout=patience_s)
        if not self._next.done():
            return WAITING
        found = self._next.result()
        if found is not None and self._after_next is None:
            self._after_next = self._read_on()
        return found

    def advance(self, to: int) -> None:
        """The chunk is stored, up to and with the row of that number."""
        self.after = to
        self._next, self._after_next = self._after_next, None

    def _read_on(self) -> "asyncio.Task[Chunk | None]":
        task = asyncio.create_task(asyncio.to_thread(self._take))
        task.add_done_callback(_note_error)
        return task

    def _take(self) -> Chunk | None:
        if self._chunks is None:
            self._chunks = self._open(self.after)
        return next(self._chunks, None)


class Waiting:
    """The file is slow."""


WAITING = Waiting()


class OpenFiles(Generic[Chunk]):
    """The files of this process's last few operations. Nothing is lost with it: any process can open them again."""

    def __init__(self) -> None:
        self._files: OrderedDict[UUID, OpenFile[Chunk]] = OrderedDict()

    def at(self, operation_id: UUID, after: int, open_chunks: Callable[[int], Iterator[Chunk]]) -> OpenFile[Chunk]:
        """The file where the operation stands; opened again if the last step was rolled back or done elsewhere."""
        file = self._files.get(operation_id)
        if file is None or file.after != after:
            file = self._files[operation_id] = OpenFile(open_chunks, after)
        self._files.move_to_end(operation_id)
        while len(self._files) > MAX_OPEN:
            self._files.popitem(last=False)
        return file

    def forget(self, operation_id: UUID) -> None:
        self._files.pop(operation_id, None)


def _note_error(task: "asyncio.Task[Chunk | None]") -> None:
    """Whoever asks for the chunk gets the error; nobody may ask after a cancellation."""
    if not task.cancelled():
        task.exception()
