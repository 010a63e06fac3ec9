"""Uploads on disk: `<directory>/<tenant>/<id>`, never a name that a client chose."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID

from shared.errors import PayloadTooLargeError

MAX_BYTES = 100_000_000
MULTIPART_BYTES = MAX_BYTES + 1_000_000
"""A whole multipart body: the file, its boundaries and the other fields."""

_CHUNK_BYTES = 1 << 20


class FileTooLarge(PayloadTooLargeError):
    code = "file_too_large"
    title = ("The file is too large", "ไฟล์ใหญ่เกินไป")


class Source(Protocol):
    """An `UploadFile` is one."""

    async def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Upload:
    path: Path
    size_bytes: int
    sha256: str


async def store(
    source: Source, directory: Path, tenant_id: UUID, upload_id: UUID, *, limit_bytes: int = MAX_BYTES
) -> Upload:
    """Safe on disk when it returns; nothing is left behind if it fails. Raises FileTooLarge."""
    path = path_of(directory, tenant_id, upload_id)
    await asyncio.to_thread(_make_directory, path.parent)
    try:
        return await _copy(source, path, limit_bytes)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def path_of(directory: Path, tenant_id: UUID, upload_id: UUID, kind: str = "") -> Path:
    """`kind` tells files of one upload apart, such as `errors`."""
    return directory / str(tenant_id) / (f"{upload_id}.{kind}" if kind else str(upload_id))


def delete(directory: Path, tenant_id: UUID, upload_id: UUID) -> None:
    """The upload with all files that were made from it. Does nothing if there are none."""
    for path in (directory / str(tenant_id)).glob(f"{upload_id}*"):
        path.unlink(missing_ok=True)


def delete_older(directory: Path, before: datetime) -> int:
    """Whatever was last written before that instant, of all tenants; returns how many files that were."""
    return sum(_delete_if_older(path, before.timestamp()) for path in _files(directory))


async def _copy(source: Source, path: Path, limit_bytes: int) -> Upload:
    digest, size = sha256(), 0
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := await source.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > limit_bytes:
                raise _too_large(limit_bytes)
            digest.update(chunk)
            await asyncio.to_thread(file.write, chunk)
        await asyncio.to_thread(_sync, file)
    await asyncio.to_thread(_sync_directory, path.parent)
    return Upload(path, size, digest.hexdigest())


def _too_large(limit_bytes: int) -> FileTooLarge:
    detail = f"The file is larger than {limit_bytes} bytes. Split it into several files, each with the header row."
    return FileTooLarge(detail, limit_bytes=limit_bytes)


def _make_directory(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _files(directory: Path) -> Iterator[Path]:
    return directory.glob("*/*")


def _delete_if_older(path: Path, before_s: float) -> bool:
    with suppress(FileNotFoundError):
        if path.stat().st_mtime < before_s:
            path.unlink()
            return True
    return False
