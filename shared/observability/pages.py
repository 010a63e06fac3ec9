"""Memory in large pages, where Linux gives them: what is read at every request stays within reach of the processor."""

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

LARGE_BYTES = 2 * 1024 * 1024
ADVISE_LARGE, MAKE_LARGE = 14, 25
"""MADV_HUGEPAGE and, since Linux 6.1, MADV_COLLAPSE: see madvise(2)."""


def use_large_pages() -> None:
    """For what the process holds by now. It is advice: where it is not taken, nothing changes."""
    maps = Path("/proc/self/maps")
    if sys.platform != "linux" or not maps.exists():
        return
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for start, size in _own_memory(maps.read_text()):
        advise(start, size, ADVISE_LARGE)
        advise(start, size, MAKE_LARGE)


def _own_memory(maps: str) -> Iterator[tuple[int, int]]:
    """Whole large pages of what is written to and of no file: the interpreter's objects. See proc(5)."""
    for line in maps.splitlines():
        span, rights, _, _, inode, *name = line.split()
        if rights != "rw-p" or inode != "0" or name == ["[stack]"]:
            continue
        start, end = (int(each, 16) for each in span.split("-"))
        first, after = -(-start // LARGE_BYTES) * LARGE_BYTES, end // LARGE_BYTES * LARGE_BYTES
        if first < after:
            yield first, after - first
