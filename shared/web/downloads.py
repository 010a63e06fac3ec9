"""Routes that give a file."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi.responses import StreamingResponse

ROWS = "ชื่อ,อีเมล,error\nมาลี สวัสดี,malee@,email: is not an e-mail address\n"
CSV_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"text/csv": {"schema": {"type": "string"}, "examples": {"example": {"value": ROWS}}}},
        "description": "CSV in UTF-8 with BOM.",
    }
}
"""`responses` of a route that answers with `csv_file`."""


def csv_file(pieces: AsyncIterator[bytes], name: str) -> StreamingResponse:
    """`name` is ours: plain ASCII without quotes."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingResponse(pieces, headers=headers, media_type="text/csv; charset=utf-8")
