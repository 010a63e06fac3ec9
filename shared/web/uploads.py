"""Routes that take a file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from shared.errors import UnsupportedMediaTypeError
from shared.files import uploads
from shared.files.uploads import Upload
from shared.ids import new_id

MULTIPART = "multipart/form-data"
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


class TableForm(BaseModel):
    """A file with a table. `encoding` and `delimiter` overrule what is detected."""

    model_config = ConfigDict(extra="forbid")

    file: UploadFile
    encoding: Annotated[str, Field(max_length=50, examples=["cp874"])] | None = None
    delimiter: Literal["comma", "semicolon", "tab", "pipe"] | None = None

    @property
    def file_name(self) -> str:
        return self.file.filename or ""

    @property
    def delimiter_char(self) -> str | None:
        return _DELIMITERS[self.delimiter] if self.delimiter else None


async def demand_multipart(request: Request) -> None:
    """A route dependency. Raises UnsupportedMediaTypeError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != MULTIPART:
        detail = f"Send the file as {MULTIPART}, in a part named file."
        raise UnsupportedMediaTypeError(detail, headers={"Accept": MULTIPART}, content_type=kind)


async def read_files_dir(request: Request) -> Path:
    files_dir: Path = request.app.state.settings.files_dir
    return files_dir


FilesDir = Annotated[Path, Depends(read_files_dir)]


@asynccontextmanager
async def stored(file: UploadFile, files_dir: Path, tenant_id: UUID) -> AsyncIterator[tuple[UUID, Upload]]:
    """For a dependency, so that it is stored before any transaction begins; deleted again if the request fails.

    Gives the new id and the upload. Raises FileTooLarge.
    """
    upload_id = new_id()
    upload = await uploads.store(file, files_dir, tenant_id, upload_id)
    try:
        yield upload_id, upload
    except BaseException:
        uploads.delete(files_dir, tenant_id, upload_id)
        raise
