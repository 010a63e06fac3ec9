"""The files of an export: parts of at most 100 MB, each with its SHA-256, compressed if that was asked for."""

import gzip
import os
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID

from shared.files.uploads import path_of

MAX_BYTES = 100_000_000


class Parts:
    """Blocking: call it in a thread. A part begins with `head` and is closed when a page would make it too large."""

    def __init__(self, directory: Path, tenant_id: UUID, export_id: UUID, head: bytes, *, compressed: bool) -> None:
        self.done: list[dict[str, Any]] = []
        self._where = (directory, tenant_id, export_id)
        self._head = head
        self._compressed = compressed
        self._file: IO[bytes] | None = None
        self._plain: IO[bytes]
        self._rows = self._size = 0

    def write(self, page: bytes, rows: int) -> None:
        if self._file is not None and self._size + len(page) > MAX_BYTES:
            self.close()
        if self._file is None:
            self._open()
        cast("IO[bytes]", self._file).write(page)
        self._rows += rows
        self._size += len(page)

    def close(self) -> None:
        """The part is safe on disk afterwards."""
        if self._file is None:
            return
        self._file.close()
        self._plain.close()  # which one that compresses leaves open
        path = self._path(len(self.done) + 1)
        digest, size = _digest(path)
        self.done.append({"number": len(self.done) + 1, "rows": self._rows, "size_bytes": size, "sha256": digest})
        self._file = None

    def finish(self) -> list[dict[str, Any]]:
        """Also of no contact at all there is a part, which has its heading."""
        if not self.done and self._file is None:
            self._open()
        self.close()
        return self.done

    def _open(self) -> None:
        path = self._path(len(self.done) + 1)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        self._plain = os.fdopen(descriptor, "wb")
        self._file = self._plain
        if self._compressed:
            made = gzip.GzipFile(fileobj=self._plain, mode="wb", compresslevel=6, filename="", mtime=0)
            self._file = cast("IO[bytes]", made)
        self._file.write(self._head)
        self._rows, self._size = 0, len(self._head)

    def _path(self, number: int) -> Path:
        return part_path(*self._where, number)


def part_path(directory: Path, tenant_id: UUID, export_id: UUID, number: int) -> Path:
    return path_of(directory, tenant_id, export_id, f"part{number}")


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        found = sha256()
        size = 0
        while chunk := file.read(1 << 20):
            found.update(chunk)
            size += len(chunk)
    return found.hexdigest(), size
