"""Open files of running imports: the next rows are read in a thread while the database stores the last ones."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from uuid import UUID

from contacts_service.imports.candidates import Candidate

CHUNK_ROWS = 1_000
MAX_OPEN = 4

Open = Callable[[int], Iterator[Candidate]]
"""Opens the file behind a row's number. Called and iterated in a thread; may raise UnreadableFile."""
Count = Callable[[], int]
"""Reads the whole file. Called in a thread; may raise UnreadableFile."""


class OpenFile:
    """`after` is the number of the row before those that `chunk` gives; `begun_after` the one it was opened behind.

    `total` is the number of all rows, counted before the first one is given where the caller asks for it: a damaged
    end is found before anything is done. `seen` is for the caller.
    """

    def __init__(self, open_rows: Open, after: int, count: Count | None) -> None:
        self.after = self.begun_after = after
        self.total: int | None = None
        self.seen: set[int] = set()
        self._open_rows = open_rows
        self._count = count
        self._rows: Iterator[Candidate] | None = None
        self._chunk: asyncio.Task[list[Candidate]] | None = None

    async def chunk(self, *, patience_s: float) -> Sequence[Candidate] | None:
        """The next rows, the same ones until `advance`; fewer than CHUNK_ROWS at the end; None if they take longer."""
        if self._chunk is None:
            self._chunk = self._read_on()
        await asyncio.wait([self._chunk], timeout=patience_s)
        return self._chunk.result() if self._chunk.done() else None

    def advance(self, to: int) -> None:
        self.after = to
        self._chunk = self._read_on()

    def _read_on(self) -> asyncio.Task[list[Candidate]]:
        task = asyncio.create_task(asyncio.to_thread(self._take))
        task.add_done_callback(_note_error)
        return task

    def _take(self) -> list[Candidate]:
        if self._rows is None:
            self.total = self._count() if self._count else None
            self._rows = self._open_rows(self.after)
        return list(islice(self._rows, CHUNK_ROWS))


class OpenFiles:
    """The files of this process's last few operations. Nothing is lost with it: any process can open them again."""

    def __init__(self) -> None:
        self._files: OrderedDict[UUID, OpenFile] = OrderedDict()

    def at(self, operation_id: UUID, after: int, open_rows: Open, count: Count | None) -> OpenFile:
        file = self._files.get(operation_id)
        if file is None or file.after != after:
            file = self._files[operation_id] = OpenFile(open_rows, after, count)
        self._files.move_to_end(operation_id)
        while len(self._files) > MAX_OPEN:
            self._files.popitem(last=False)
        return file

    def forget(self, operation_id: UUID) -> None:
        self._files.pop(operation_id, None)


def _note_error(task: asyncio.Task[list[Candidate]]) -> None:
    """Whoever asks for the chunk gets the error; nobody may ask after a cancellation."""
    if not task.cancelled():
        task.exception()
