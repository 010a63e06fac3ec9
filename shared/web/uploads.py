"""Routes that take a file."""

from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from shared.errors import UnsupportedMediaTypeError

MULTIPART = "multipart/form-data"


async def demand_multipart(request: Request) -> None:
    """A route dependency. Raises UnsupportedMediaTypeError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != MULTIPART:
        detail = f"Send the file as {MULTIPART}, in a part named file."
        raise UnsupportedMediaTypeError(detail, headers={"Accept": MULTIPART}, content_type=kind)


def read_files_dir(request: Request) -> Path:
    files_dir: Path = request.app.state.settings.files_dir
    return files_dir


FilesDir = Annotated[Path, Depends(read_files_dir)]
