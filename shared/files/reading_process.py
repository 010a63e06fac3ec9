"""Large files are read by a process of their own: to parse a row costs about what it costs to store it, and threads of
one process only take turns.

The two speak through pipes: the reader gets what opens the file and, once it says that it has started, the number of
the row to go on behind; then it sends chunks, and None or the error that ended them. A full pipe makes it wait.
"""

import gc
import os
import pickle  # nosec B403  # between a process and its own child
import select
import subprocess  # nosec B404  # runs this module, nothing that a client names
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, Any, TypeVar

import structlog

from shared.observability.runtime import settle_process

LARGE_BYTES = 2 * 1024 * 1024
"""A process takes a second to start: the time that reading half as much takes."""

GONE = (EOFError, BrokenPipeError, pickle.UnpicklingError)
"""What the one side sees when the other has died."""

logger = structlog.get_logger()
Chunk = TypeVar("Chunk")
OpenChunks = Callable[[int], Iterator[Chunk]]


def reading(path: Path, open_chunks: OpenChunks[Chunk], last_row: Callable[[Chunk], int]) -> OpenChunks[Chunk]:
    """`open_chunks`, which must be fit for pickling, for a file of this size. `last_row` is the number of a chunk's."""
    return open_chunks if path.stat().st_size < LARGE_BYTES else partial(read_in_process, open_chunks, last_row)


def read_in_process(open_chunks: OpenChunks[Chunk], last_row: Callable[[Chunk], int], after: int) -> Iterator[Chunk]:
    """Here until the other process has started, and again if it dies. It lives as long as the iterator."""
    with _reader() as (to_reader, from_reader):
        try:
            _send(to_reader, open_chunks)
            for chunk in open_chunks(after):
                yield chunk
                after = last_row(chunk)
                if select.select([from_reader], [], [], 0)[0]:
                    break
            else:
                return
            _receive(from_reader)
            _send(to_reader, after)
            while (found := _receive(from_reader)) is not None:
                if isinstance(found, Exception):
                    raise found
                yield found
                after = last_row(found)
        except GONE as error:
            logger.warning("file reader lost: its rows are read here", after=after, error=repr(error))
            yield from open_chunks(after)


@contextmanager
def _reader() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The pipes to it and from it."""
    process = subprocess.Popen(  # noqa: S603  # nosec B603  # this module in our own interpreter
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,  # a terminal's Ctrl-C is for us; the reader ends with its pipes
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdin, process.stdout
    finally:
        process.kill()
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.stdout.close()
        process.wait()


def _send(pipe: IO[bytes], what: Any) -> None:
    pickle.dump(what, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    return pickle.load(pipe)  # noqa: S301  # nosec B301  # written by the same code at the other end of the pipe


def main() -> None:
    to_us, from_us = sys.stdin.buffer, sys.stdout.buffer
    gc.disable()  # until all is imported that the first message names
    with suppress(*GONE):
        open_chunks = _receive(to_us)
        settle_process()
        _send(from_us, True)
        after = _receive(to_us)
        try:
            for chunk in open_chunks(after):
                _send(from_us, chunk)
        except Exception as error:  # whatever a file or its rules raise: whoever asked raises it again
            _send(from_us, error)
        else:
            _send(from_us, None)


if __name__ == "__main__":
    main()
